import { afterEach, describe, expect, it } from 'vitest';
import { aNotice, aNotifier, failureOf, tell } from './notices.js';
import { type Answer, aReceiver, type Receiver } from './receiver.js';

let receiver: Receiver | null = null;
afterEach(async () => {
  await receiver?.close();
  receiver = null;
  delete process.env['GRAYWAVE_TEST_URL'];
  delete process.env['GRAYWAVE_TEST_TOKEN'];
});

const secret = '/services/T000/B000/s3cretS3cret?token=qu3ryS3cret';

async function answers(...some: Answer[]): Promise<Receiver> {
  receiver = await aReceiver(...some);
  process.env['GRAYWAVE_TEST_URL'] = `${receiver.url}${secret}`;
  process.env['GRAYWAVE_TEST_TOKEN'] = 'Bearer h3aderS3cret';
  return receiver;
}

/** The three kinds that speak HTTP, each with secrets in its address and in a header. */
const kinds = (['webhook', 'alertmanager', 'cloudevents'] as const).map((kind) => ({
  kind,
  url: 'env:GRAYWAVE_TEST_URL',
  headers: { authorization: 'env:GRAYWAVE_TEST_TOKEN' },
  timeoutSeconds: 0.3,
}));

describe.each(kinds)('a channel of kind $kind', (channel) => {
  it('tells with one POST that carries its headers, and takes any 2xx', async () => {
    for (const status of [200, 202, 204]) {
      const { received } = await answers({ status });
      await tell({ ...channel });
      expect(received.map(({ method }) => method)).toEqual(['POST']);
      expect(received[0]?.headers['authorization']).toBe('Bearer h3aderS3cret');
      await receiver?.close();
    }
  });

  it.each([500, 502, 503, 429, 408])('fails when it is answered %i, which time may cure', async (status) => {
    await answers({ status, body: 'busy' });
    const failure = await failureOf(tell({ ...channel }));
    expect(failure).toMatchObject({ code: 'NOTICE_FAILED' });
    expect(failure.message).toContain(`channel "it": ${receiver?.url} answered ${status}: busy`);
  });

  it.each([
    [400, 'notify'],
    [401, 'credentials'],
    [403, 'credentials'],
    [404, 'address'],
    [410, 'address'],
    [413, 'notify'],
  ])('is refused when it is answered %i, and the hint says where to look: %s', async (status, where) => {
    await answers({ status });
    const failure = await failureOf(tell({ ...channel }));
    expect(failure).toMatchObject({ code: 'NOTICE_REFUSED', hint: expect.stringContaining(where) });
  });

  it.each([301, 302, 307, 308])('does not follow a redirect (%i)', async (status) => {
    const elsewhere = await aReceiver();
    try {
      await answers({ status, headers: { location: elsewhere.url } });
      expect(await failureOf(tell({ ...channel }))).toMatchObject({ code: 'NOTICE_REFUSED' });
      expect(elsewhere.received).toEqual([]);
    } finally {
      await elsewhere.close();
    }
  });

  it('fails at its time limit when nobody answers', async () => {
    await answers('hangs');
    const failure = await failureOf(tell({ ...channel }));
    expect(failure).toMatchObject({ code: 'NOTICE_FAILED' });
    expect(failure.message).toContain('did not answer within 0.3 s');
  });

  it('fails by the status it got when the answer itself never ends', async () => {
    await answers('stalls');
    const failure = await failureOf(tell({ ...channel }));
    expect(failure).toMatchObject({ code: 'NOTICE_FAILED' });
    expect(failure.message).toContain('answered 500');
  });

  it('fails when the connection is reset, or nobody listens', async () => {
    await answers('resets');
    expect(await failureOf(tell({ ...channel }))).toMatchObject({ code: 'NOTICE_FAILED' });
    await receiver?.close();
    const failure = await failureOf(tell({ ...channel }));
    expect(failure).toMatchObject({ code: 'NOTICE_FAILED' });
    expect(failure.message).toMatch(/cannot be reached: connect ECONNREFUSED/);
    // A name may have several addresses, and the error of all of them together has no message.
    process.env['GRAYWAVE_TEST_URL'] = `http://localhost:${new URL(receiver?.url ?? '').port}`;
    expect((await failureOf(tell({ ...channel }))).message).toMatch(/cannot be reached: .*ECONNREFUSED/);
  });

  it('never shows what is secret, though the receiver repeats all of it', async () => {
    for (const status of [400, 404, 500]) {
      const { url } = await answers({ status, body: `no hook at ${secret} for Bearer h3aderS3cret (qu3ryS3cret)` });
      const failure = await failureOf(tell({ ...channel }));
      const everything = [failure.message, failure.hint, failure.stack, JSON.stringify(failure), failure.cause].join();
      expect(everything).toContain(url);
      expect(everything).not.toMatch(/s3cret/i);
      await receiver?.close();
    }
  });

  it('stops at once when it is told to, with the reason it was given', async () => {
    const { received } = await answers('hangs');
    const stop = new AbortController();
    const telling = failureOf(tell({ ...channel, timeoutSeconds: 25 }, aNotice(), stop.signal));
    const reason = new Error('the activity was cancelled');
    stop.abort(reason);
    expect(await telling).toBe(reason);
    expect(await failureOf(tell({ ...channel }, aNotice(), stop.signal))).toBe(reason);
    expect(received.length).toBeLessThanOrEqual(1);
  });

  it('is told the same again when it is tried again', async () => {
    const { received } = await answers({ status: 500 }, { status: 200 });
    await failureOf(tell({ ...channel }));
    await tell({ ...channel });
    const [first, second] = received.map(({ body }) => (Array.isArray(body) ? { ...body[0], endsAt: '' } : body));
    expect(second).toEqual(first);
  });
});

it('a channel that the configuration no longer has refuses', async () => {
  const { signal } = new AbortController();
  const failure = await failureOf(aNotifier({}).send('gone', aNotice(), { signal }));
  expect(failure).toMatchObject({ code: 'NOTICE_REFUSED' });
  expect(failure.message).toBe('channel "gone": there is no such channel');
});
