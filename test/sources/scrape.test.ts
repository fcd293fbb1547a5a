import { afterEach, describe, expect, it } from 'vitest';
import { ScrapeSource } from '../../src/sources/scrape/source.js';
import { type Answering, answering } from './answering.js';
import { Exporter } from './exporter.js';
import { errors, forEver, slow } from './queries.js';

const open: { close(): Promise<void> }[] = [];
afterEach(async () => {
  for (const one of open.splice(0)) await one.close();
});

async function exporter(instance: string): Promise<Exporter> {
  const made = await new Exporter(instance).start();
  open.push({ close: () => made.stop() });
  return made;
}

async function server(...answers: Parameters<typeof answering>): Promise<Answering> {
  const made = await answering(...answers);
  open.push(made);
  return made;
}

const options = { timeoutMs: 1_000, concurrency: 8, shareMs: 0 };
const of = (...fleet: Exporter[]): ScrapeSource =>
  new ScrapeSource('scrape', { ...options, discovery: { static: fleet.map(({ entry }) => entry) } });

describe('scraping', () => {
  it('reads the endpoints of the service that discovery names, and adds their labels', async () => {
    const [a, cart] = [await exporter('a'), await exporter('cart')];
    a.counters = { ok: 95, failed: 5, buckets: { '0.25': 98, '+Inf': 100 }, startSeconds: 7 };
    const groups = [
      { targets: [a.target], labels: a.labels },
      { targets: [cart.target], labels: { ...cart.labels, service: 'cart' } },
    ];
    const sd = await server({ body: JSON.stringify(groups) });
    const source = new ScrapeSource('scrape', { ...options, discovery: { httpSd: `${sd.url}/sd` } });
    const { counts } = await source.read([errors, slow], forEver());
    expect(
      counts.map(({ stream, target, incarnation, total, bad }) => [stream, target, incarnation, total, bad]),
    ).toEqual([
      ['errors', 'a', '7', 100, 5],
      ['latency.p95', 'a', '7', 100, 2],
    ]);
    expect([a.scrapes, cart.scrapes]).toEqual([1, 0]);
  });

  it('never overwrites a label that a series has of its own', async () => {
    const edge = await exporter('edge-1');
    edge.page = 'http_requests_total{route="/buy",code="200",instance="seen-by-edge"} 4\n';
    const { counts } = await of(edge).read([errors], forEver());
    expect(counts.map(({ target }) => target)).toEqual(['seen-by-edge']);
  });

  it('leaves out the row of an endpoint that is gone, hangs, fails or talks nonsense, and says so', async () => {
    const fleet = [
      await exporter('ok'),
      await exporter('gone'),
      await exporter('hangs'),
      await exporter('fails'),
      await exporter('html'),
    ];
    await fleet[1]?.stop();
    if (fleet[2]) fleet[2].hangs = true;
    if (fleet[3]) fleet[3].status = 500;
    if (fleet[4]) fleet[4].page = '<html>login</html>';
    const reading = await of(...fleet).read([errors], forEver());
    expect(reading.counts.map(({ target }) => target)).toEqual(['ok']);
    const problems = reading.problems?.map((text) => text.replace(/127.0.0.1:\d+/g, 'HOST'));
    expect(problems).toEqual([
      'http://HOST/metrics: connect ECONNREFUSED HOST',
      'http://HOST/metrics: no answer within 1000 ms',
      'http://HOST/metrics: HTTP 500',
      'http://HOST/metrics: line 1: no metric name: <html>login</html>',
    ]);
  });

  it('is down when no endpoint can be read', async () => {
    const gone = await exporter('gone');
    const source = of(gone);
    await gone.stop();
    await expect(source.read([errors], forEver())).rejects.toMatchObject({
      code: 'SOURCE_DOWN',
      message: expect.stringContaining('ECONNREFUSED'),
    });
  });

  it.each([
    ['refuses', 'SOURCE_DOWN', { status: 503, body: 'no' }],
    ['hangs', 'SOURCE_DOWN', null],
    ['answers HTML', 'SOURCE_ANSWER', { body: '<html>' }],
    ['answers another shape', 'SOURCE_ANSWER', { body: '[{"targets":"x"}]' }],
    ['redirects', 'SOURCE_DOWN', { status: 302, body: '', headers: { location: 'http://127.0.0.1:1/' } }],
    ['names no address', 'SOURCE_ANSWER', { body: '[{"targets":["a b"],"labels":{}}]' }],
  ])('fails with a typed error when discovery %s', async (_what, code, answer) => {
    const sd = await server(answer);
    const source = new ScrapeSource('scrape', { ...options, discovery: { httpSd: sd.url } });
    await expect(source.read([errors], forEver())).rejects.toMatchObject({ code });
  });

  it('has no rows, and no error, for a service without endpoints', async () => {
    expect((await of().read([errors], forEver())).counts).toEqual([]);
  });

  it('gives up a page of more than 16 MiB', async () => {
    const huge = await exporter('huge');
    huge.page = `# ${'x'.repeat(17 * 2 ** 20)}`;
    const source = new ScrapeSource('scrape', { ...options, timeoutMs: 20_000, discovery: { static: [huge.entry] } });
    await expect(source.read([errors], forEver())).rejects.toThrow('answer larger than 16777216 bytes');
  });

  it('scrapes an endpoint once for all streams and for a hundred changes that look at once', async () => {
    const a = await exporter('a');
    const source = new ScrapeSource('scrape', { ...options, shareMs: 200, discovery: { static: [a.entry] } });
    const readings = await Promise.all(Array.from({ length: 100 }, () => source.read([errors, slow], forEver())));
    expect(a.scrapes).toBe(1);
    expect(new Set(readings.map(({ counts }) => counts[0]?.atMs)).size).toBe(1);
  });

  it('counts an endpoint that discovery names twice once', async () => {
    const a = await exporter('a');
    a.counters.ok = 7;
    const { counts } = await of(a, a).read([errors], forEver());
    expect(counts.map(({ total }) => total)).toEqual([7]);
  });

  it('of a hundred endpoints that all hang ends within three time limits, not one after the other', async () => {
    const hanging = await exporter('a');
    hanging.hangs = true;
    const entries = Array.from({ length: 100 }, (_, index) => ({
      target: hanging.target,
      labels: { service: 'checkout', instance: `i${index}` },
    }));
    const source = new ScrapeSource('scrape', { ...options, concurrency: 4, discovery: { static: entries } });
    const began = performance.now();
    await expect(source.read([errors], forEver())).rejects.toMatchObject({ code: 'SOURCE_DOWN' });
    expect(performance.now() - began).toBeLessThan(4_500);
  });

  it('scrapes again for a look that comes later', async () => {
    const a = await exporter('a');
    const source = new ScrapeSource('scrape', { ...options, shareMs: 50, discovery: { static: [a.entry] } });
    await source.read([errors], forEver());
    await new Promise((resolve) => setTimeout(resolve, 80));
    await source.read([errors], forEver());
    expect(a.scrapes).toBe(2);
  });

  it('stops waiting at once when its caller gives up, with the caller’s reason', async () => {
    const a = await exporter('a');
    a.hangs = true;
    const reason = new Error('cancelled');
    const source = new ScrapeSource('scrape', { ...options, timeoutMs: 5_000, discovery: { static: [a.entry] } });
    const began = performance.now();
    await expect(source.read([errors], { signal: AbortSignal.timeout(50) })).rejects.toMatchObject({
      name: 'TimeoutError',
    });
    await expect(source.read([errors], { signal: AbortSignal.abort(reason) })).rejects.toBe(reason);
    expect(performance.now() - began).toBeLessThan(1_000);
  });
});
