import { afterEach, expect, it } from 'vitest';
import { aNotice, tell } from './notices.js';
import { aReceiver, type Receiver } from './receiver.js';

let receiver: Receiver | null = null;
afterEach(async () => {
  await receiver?.close();
  receiver = null;
});

it('an event has every attribute that CloudEvents 1.0 requires, in structured mode, and the notice as its data', async () => {
  receiver = await aReceiver();
  const notice = aNotice({ title: '<!here> as it was written' });
  await tell({ kind: 'cloudevents', url: receiver.url, source: 'graywave/eu' }, notice);
  const [received] = receiver.received;
  // https://github.com/cloudevents/spec/blob/v1.0.2/cloudevents/bindings/http-protocol-binding.md section 3.2
  expect(received?.headers['content-type']).toBe('application/cloudevents+json');
  expect(Object.keys(received?.headers ?? {}).filter((name) => name.startsWith('ce-'))).toEqual([]);
  expect(received?.body).toEqual({
    specversion: '1.0',
    id: notice.id,
    source: 'graywave/eu',
    type: 'graywave.notice.not_restored',
    subject: 'checkout-v2',
    time: '2026-11-20T12:00:00.000Z',
    datacontenttype: 'application/json',
    data: notice,
  });
});

it('an event about no single change has no subject, for an attribute may not be empty', async () => {
  receiver = await aReceiver();
  await tell({ kind: 'cloudevents', url: receiver.url }, aNotice({ event: 'hold_begun', changeId: null }));
  expect(Object.keys(receiver.received[0]?.body ?? {})).not.toContain('subject');
});
