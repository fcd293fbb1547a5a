import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Alert, alert, alertName } from '../../src/notify/alertmanager.js';
import { events, type Notice, noticeEvents } from '../../src/notify/notice.js';
import { levels } from '../../src/spec/types.js';
import { eventually } from '../support/engine.js';
import { type AlertmanagerServer, findAlertmanager, startAlertmanager } from './alertmanager-server.js';
import { aNotice, tell } from './notices.js';
import { aReceiver, type Receiver } from './receiver.js';

const day = 86_400_000;
const options = { labels: {}, keepSeconds: 7 * 86_400 };
const ms = (time: string): number => Date.parse(time);

describe('what Alertmanager is sent', () => {
  it('is one alert by its API v2, under the path that its address has', async () => {
    const receiver = await aReceiver();
    try {
      const url = `${receiver.url}/alertmanager/?tenant=a`;
      await tell({ kind: 'alertmanager', url, labels: { installation: 'eu', severity: 'none' } });
      const [received] = receiver.received;
      expect(received?.path).toBe('/alertmanager/api/v2/alerts?tenant=a');
      expect(received?.body).toEqual([
        {
          labels: {
            alertname: 'GraywaveNotRestored',
            severity: 'page',
            change: 'checkout-v2',
            owner: 'team-checkout',
            services: 'cart,checkout',
            installation: 'eu',
          },
          annotations: {
            summary: 'checkout-v2 could not be restored',
            description: 'app-3 is still v2. Look at it, then submit the change again.',
            notice: 'checkout-v2/not_restored/1',
            event: 'not_restored',
            urgency: 'page',
            level: 'L3',
          },
          startsAt: '2026-11-20T12:00:00.000Z',
          endsAt: expect.any(String),
        },
      ]);
    } finally {
      await receiver.close();
    }
  });

  it('law: a notice and the one that ends it have the same labels, whatever else became of the change', () => {
    const other = fc.record({
      urgency: fc.constantFrom('info' as const, 'warning' as const, 'page' as const),
      level: fc.constantFrom(null, ...levels),
      title: fc.string(),
      text: fc.string(),
      id: fc.string(),
      atMs: fc.nat(2 ** 31),
      over: fc.boolean(),
    });
    fc.assert(
      fc.property(fc.constantFrom(...noticeEvents), other, other, fc.nat(2 ** 31), (event, one, two, nowMs) => {
        const services = ['b', 'a'];
        const first = alert(aNotice({ event, services, ...one }), options, nowMs);
        const second = alert(aNotice({ event, services: services.toReversed(), ...two }), options, nowMs);
        expect(second.labels).toEqual(first.labels);
        for (const { startsAt, endsAt } of [first, second]) expect(ms(endsAt)).toBeGreaterThanOrEqual(ms(startsAt));
      }),
    );
  });

  it('two events, two changes, two owners are two alerts', () => {
    const some = [{}, { event: 'unwatched' as const }, { changeId: 'other' }, { owner: 'other' }, { services: [] }];
    const labels = some.map((more) => JSON.stringify(alert(aNotice(more), options, 0).labels));
    expect(new Set(labels).size).toBe(some.length);
  });

  it.each(noticeEvents)('%s ends by itself: late when it lasts, soon when it is a moment', (event) => {
    const notice = aNotice({ event });
    const { startsAt, endsAt } = alert(notice, options, notice.atMs);
    expect(ms(endsAt) - ms(startsAt)).toBe(events[event].lasts ? 7 * day : 600_000);
  });

  it('a notice that arrives a day late is not over before it is read', () => {
    const notice = aNotice({ event: 'completed' });
    expect(ms(alert(notice, options, notice.atMs + day).endsAt)).toBe(notice.atMs + day + 600_000);
  });

  it('texts of a spec reach nobody through the receivers behind it', () => {
    const { annotations } = alert(aNotice({ title: '<!here> @ada https://evil.example', text: '' }), options, 0);
    expect(annotations['summary']).not.toMatch(/<!|@a|:\/\//);
    expect(Object.keys(annotations)).not.toContain('description');
  });

  it('names of alerts are names as Prometheus has them', () => {
    expect(noticeEvents.map(alertName)).toEqual(expect.arrayContaining(['GraywaveFoundUnsettled', 'GraywaveWaits']));
    for (const event of noticeEvents) expect(alertName(event)).toMatch(/^Graywave([A-Z][a-z]+)+$/);
  });
});

const binary = findAlertmanager();

describe.skipIf(binary === null)('a real Alertmanager', () => {
  let hook: Receiver;
  let server: AlertmanagerServer;
  beforeAll(async () => {
    hook = await aReceiver();
    server = await startAlertmanager(binary ?? '', hook.url);
  });
  afterAll(async () => {
    await server?.stop();
    await hook?.close();
  });

  const send = (more: Partial<Notice>): Promise<void> =>
    tell({ kind: 'alertmanager', url: server.url }, aNotice({ atMs: Date.now(), ...more }));
  /** What its own receiver was told of a change, in order. */
  const told = (change: string): string[] =>
    hook.received
      .map(({ body }) => body as { alerts: (Alert & { status: string })[] })
      .flatMap(({ alerts }) => alerts)
      .filter(({ labels }) => labels['change'] === change)
      .map(({ status, labels }) => `${labels['alertname']} ${status}`);
  const until = (change: string, count: number): Promise<string[]> =>
    eventually(
      `${count} for ${change}`,
      () => told(change),
      ({ length }) => length >= count,
    );

  it('tells its receiver when a notice begins and when it is over, though level and urgency have changed', async () => {
    await send({ changeId: 'a', event: 'unwatched', level: null });
    expect(await until('a', 1)).toEqual(['GraywaveUnwatched firing']);
    expect((await server.firing()).filter(({ labels }) => labels['change'] === 'a')).toHaveLength(1);
    await send({ changeId: 'a', event: 'unwatched', level: 'L4', urgency: 'info', over: true, id: 'a/2' });
    expect(await until('a', 2)).toEqual(['GraywaveUnwatched firing', 'GraywaveUnwatched resolved']);
    expect((await server.firing()).filter(({ labels }) => labels['change'] === 'a')).toEqual([]);
  });

  it('holds one alert for a notice that is sent three times', async () => {
    for (let again = 0; again < 3; again++) await send({ changeId: 'b', atMs: Date.UTC(2026, 10, 20) });
    await until('b', 1);
    expect((await server.firing()).filter(({ labels }) => labels['change'] === 'b')).toHaveLength(1);
    expect(told('b')).toEqual(['GraywaveNotRestored firing']);
  });

  it('ends only the alert of the same event and change', async () => {
    await send({ changeId: 'c', event: 'source_down' });
    await send({ changeId: 'd', event: 'source_down' });
    await send({ changeId: 'c', event: 'stuck' });
    await Promise.all([until('c', 2), until('d', 1)]);
    await send({ changeId: 'c', event: 'source_down', over: true, id: 'c/2' });
    await until('c', 3);
    const left = (await server.firing()).filter(({ labels }) => /^[cd]$/.test(labels['change'] ?? ''));
    expect(left.map(({ labels }) => `${labels['change']} ${labels['alertname']}`).toSorted()).toEqual([
      'c GraywaveStuck',
      'd GraywaveSourceDown',
    ]);
  });

  it('is told of something that happened long ago, and takes every event', async () => {
    await send({ changeId: 'e', event: 'completed', atMs: Date.now() - day });
    expect(await until('e', 1)).toEqual(['GraywaveCompleted firing']);
    for (const event of noticeEvents) await send({ changeId: 'f', event, owner: null, services: [], text: '' });
    expect(new Set(await until('f', noticeEvents.length)).size).toBe(noticeEvents.length);
  });
});
