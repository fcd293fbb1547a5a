import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { advance, type Advance, type CounterState } from '../../src/cells/counters.js';
import { openSource } from '../../src/sources/open.js';
import type { Reading, Source } from '../../src/sources/port.js';
import { Exporter } from './exporter.js';
import { findPrometheus, type PrometheusServer, startPrometheus } from './prometheus-server.js';
import { errors, forEver, slow } from './queries.js';

const binary = findPrometheus();

it('in CI there is a Prometheus to test against; elsewhere its absence is told, and agreement not tested', () => {
  if (binary === null)
    console.warn('No prometheus in /usr/bin or on the PATH: install it to test the two sources against each other.');
  expect(binary !== null || process.env['CI'] !== 'true').toBe(true);
});

describe.runIf(binary !== null)('scrape and a real Prometheus', () => {
  const fleet = ['a', 'b', 'c', 'late'].map((instance) => new Exporter(instance));
  const [a, b, c, late] = fleet as [Exporter, Exporter, Exporter, Exporter];
  const arms = { canary: ['a', 'late'], baseline: ['b', 'c'] };
  let server: PrometheusServer;
  let scrape: Source;
  let prometheus: Source;
  const states: { scrape: CounterState | null; prometheus: CounterState | null } = { scrape: null, prometheus: null };

  beforeAll(async () => {
    for (const exporter of fleet) await exporter.start();
    for (const [index, exporter] of fleet.entries()) {
      const n = 1000 + index * 100;
      exporter.counters = counters(n, index);
    }
    await late.stop();
    const targets = fleet.map((exporter) => exporter.entry);
    server = await startPrometheus(binary ?? '', targets);
    prometheus = openSource('prometheus', { kind: 'prometheus', url: server.url });
    scrape = openSource('scrape', { kind: 'scrape', discovery: { static: targets } });
    // A Prometheus just started takes seconds to its first scrape.
    while ((await prometheus.read([errors], forEver())).counts.length < 3) await sleep(250);
  });
  afterAll(async () => {
    await server.stop();
    for (const exporter of fleet) await exporter.stop();
  });

  /** Counters stand still for two scrapes, so both sources can see the same. */
  async function lookBoth(settleMs = 2_200): Promise<{ scraped: Advance; queried: Advance; readings: Reading[] }> {
    await sleep(settleMs);
    const readings = await Promise.all([scrape, prometheus].map((source) => source.read([errors, slow], forEver())));
    const [one, two] = readings as [Reading, Reading];
    const scraped = advance(states.scrape, one, arms, { warmupSeconds: 0 });
    const queried = advance(states.prometheus, two, arms, { warmupSeconds: 0 });
    states.scrape = scraped.state;
    states.prometheus = queried.state;
    return { scraped, queried, readings };
  }

  it('give the same raw counts and incarnations of the same processes', async () => {
    const { readings } = await lookBoth();
    const [one, two] = readings.map(plain);
    expect(one).toEqual(two);
    expect(one).toHaveLength(6);
    expect(one).toContainEqual(['errors', 'b', '1700000001', 1101, 1]);
    expect(one).toContainEqual(['latency.p95', 'c', '1700000002', 1200, 12]);
  });

  it('give the same cells while all targets report', async () => {
    a.counters = counters(1500, 0, 20);
    b.counters = counters(1300, 1, 3);
    c.counters = counters(1400, 2, 2);
    const { scraped, queried } = await lookBoth();
    expect(queried.cells).toEqual(scraped.cells);
    expect(scraped.cells).toEqual([
      { stream: 'errors', canary: { exposure: 520, bad: 20 }, baseline: { exposure: 402, bad: 2 } },
      { stream: 'latency.p95', canary: { exposure: 500, bad: 5 }, baseline: { exposure: 400, bad: 4 } },
    ]);
    expect([scraped.canarySilent, queried.canarySilent]).toEqual([['late'], ['late']]);
  });

  it('give the same cells when a process restarts and its counters begin again', async () => {
    a.counters = { ...counters(70, 0, 9), startSeconds: 1_700_000_500 };
    b.counters = counters(1350, 1, 3);
    const { scraped, queried } = await lookBoth();
    expect(queried.cells).toEqual(scraped.cells);
    expect(scraped.cells[0]).toEqual({
      stream: 'errors',
      canary: { exposure: 0, bad: 0 },
      baseline: { exposure: 50, bad: 0 },
    });
    expect([scraped.canarySilent, queried.canarySilent]).toEqual([
      ['a', 'late'],
      ['a', 'late'],
    ]);
    a.counters = { ...counters(170, 0, 10), startSeconds: 1_700_000_500 };
    const after = await lookBoth();
    expect(after.queried.cells).toEqual(after.scraped.cells);
    expect(after.scraped.cells[0]?.canary).toEqual({ exposure: 101, bad: 1 });
  });

  it('give the same cells when one target vanishes, which both call silent, and another comes late', async () => {
    await c.stop();
    await late.start();
    b.counters = counters(1450, 1, 3);
    // Prometheus keeps the last sample for 5 s (2.5 scrapes, at least 5 s); then both say the same.
    const { scraped, queried } = await lookBoth(7_500);
    expect(queried.cells).toEqual(scraped.cells);
    expect([scraped.baselineSilent, queried.baselineSilent]).toEqual([['c'], ['c']]);
    expect([scraped.canarySilent, queried.canarySilent]).toEqual([[], []]);
    late.counters = counters(1400, 3, 5);
    const after = await lookBoth();
    expect(after.queried.cells).toEqual(after.scraped.cells);
    expect(after.scraped.cells[0]?.canary).toEqual({ exposure: 102, bad: 2 });
  });

  it('bridge the gap by the difference when the target comes back', async () => {
    c.counters = counters(1500, 2, 4);
    await c.start();
    const { scraped, queried } = await lookBoth();
    expect(queried.cells).toEqual(scraped.cells);
    expect(scraped.cells[0]?.baseline).toEqual({ exposure: 102, bad: 2 });
    expect([scraped.baselineSilent, queried.baselineSilent]).toEqual([[], []]);
  });

  it('give the same histogram and the same metric names', async () => {
    const { service, by, select } = slow;
    const query = { service, by, select, histogram: 'http_request_seconds', targets: ['a', 'b', 'nobody'] };
    const [one, two] = await Promise.all([scrape, prometheus].map((source) => source.histogram(query, forEver())));
    expect(one).toEqual({ bounds: [0.1, 0.25, 1], cumulative: [1458, 1603, 1620], total: 1620 });
    expect(two).toEqual(one);
    const names = await prometheus.names?.('checkout', forEver());
    expect(names).toEqual(expect.arrayContaining((await scrape.names?.('checkout', forEver())) ?? ['none']));
  });
});

/** `n` good requests, of which 1% are slower than 250 ms. */
function counters(n: number, index: number, failed = index): Exporter['counters'] {
  const buckets = { '0.1': Math.round(n * 0.9), '0.25': n - Math.round(n * 0.01), '1': n, '+Inf': n };
  return { ok: n, failed, buckets, startSeconds: 1_700_000_000 + index };
}

function plain({ counts }: Reading): unknown[] {
  const rows = counts.map((row) => [row.stream, row.target, row.incarnation, row.total, row.bad]);
  return rows.sort((x, y) => (String(x) < String(y) ? -1 : 1));
}
