import { afterEach, expect, test } from 'vitest';
import { checkSettings } from '../../src/judge/settings.js';
import { defaultNoise } from '../../src/judge/noise/default.js';
import { gaugeDraft, withUnit } from '../../src/sources/gauge.js';
import type { RawLevel, StreamQuery } from '../../src/sources/port.js';
import { PrometheusSource } from '../../src/sources/prometheus/source.js';
import { ScrapeSource } from '../../src/sources/scrape/source.js';
import type { GaugeSignal } from '../../src/spec/types.js';
import { answering } from './answering.js';
import { Exporter } from './exporter.js';
import { errors, forEver } from './queries.js';

const open: { close(): Promise<void> }[] = [];
afterEach(async () => {
  for (const one of open.splice(0)) await one.close();
});

const heap: StreamQuery = {
  stream: 'heap',
  service: 'checkout',
  by: 'instance',
  select: {},
  measure: { kind: 'gauge', gauge: 'heap_bytes' },
};

const page = (lines: string[]): string =>
  ['http_requests_total{route="/buy",code="200"} 4', ...lines, 'process_start_time_seconds 7', ''].join('\n');

async function exporter(instance: string, lines: string[]): Promise<Exporter> {
  const made = await new Exporter(instance).start();
  made.page = page(lines);
  open.push({ close: () => made.stop() });
  return made;
}

test('scraping gives one value a target, its series added up, with the start of its process; what is no number is missing', async () => {
  const fleet = [
    await exporter('a', ['heap_bytes{area="old"} 30', 'heap_bytes{area="new"} 12.5']),
    await exporter('b', ['heap_bytes{area="old"} NaN', 'heap_bytes{area="new"} 12.5']),
    await exporter('c', []),
    await exporter('d', ['heap_bytes -2']),
  ];
  const discovery = { static: fleet.map(({ entry }) => entry) };
  const source = new ScrapeSource('scrape', { timeoutMs: 1_000, concurrency: 8, shareMs: 0, discovery });
  const { levels = [], counts } = await source.read([errors, heap], forEver());
  expect(levels.map(({ stream, target, value, startedMs }) => [stream, target, value, startedMs])).toEqual([
    ['heap', 'a', 42.5, 7_000],
    ['heap', 'd', -2, 7_000],
  ]);
  expect(counts.map(({ stream, target }) => `${stream} ${target}`)).toEqual([
    'errors a',
    'errors b',
    'errors c',
    'errors d',
  ]);
  expect(await source.read([errors], forEver())).not.toHaveProperty('levels');
});

test('a Prometheus server is asked for counters and gauges in one query, and gives the same rows', async () => {
  const series = (name: string, instance: string, more: object, value: string) => ({
    metric: { __name__: name, job: 'fleet', service: 'checkout', instance, ...more },
    values: [[100, value]],
  });
  const server = await answering({
    body: JSON.stringify({
      status: 'success',
      data: {
        resultType: 'matrix',
        result: [
          series('heap_bytes', 'a', { area: 'old' }, '30'),
          series('heap_bytes', 'a', { area: 'new' }, '12.5'),
          series('heap_bytes', 'b', {}, 'NaN'),
          series('http_requests_total', 'a', { code: '200', route: '/buy' }, '4'),
          series('process_start_time_seconds', 'a', {}, '7'),
        ],
      },
    }),
  });
  open.push(server);
  const options = { headers: {}, timeoutMs: 2_000, staleSeconds: 15, concurrency: 4, shareMs: 0, mergeMs: 0 };
  const source = new PrometheusSource('prom', { ...options, url: server.url });
  const { levels, counts } = await source.read([errors, heap], forEver());
  expect(levels).toEqual([{ stream: 'heap', target: 'a', value: 42.5, atMs: 100_000, startedMs: 7_000 }]);
  expect(counts.map(({ stream, total }) => [stream, total])).toEqual([['errors', 4]]);
});

const signal: GaugeSignal = {
  kind: 'gauge',
  name: 'heap',
  source: 'fleet',
  service: 'checkout',
  by: 'instance',
  select: {},
  weight: 1,
  prove: true,
  metric: 'heap_bytes',
  direction: 'up',
  scale: 'log',
  detectShift: 0.3,
  tolerance: 0.1,
  noise: 'default',
};
const rows = (...values: number[]) => [
  {
    atMs: 0,
    counts: [],
    levels: values.map((value, i): RawLevel => ({ stream: 'heap', target: `t${i}`, value, atMs: 0, startedMs: null })),
  },
];
const frozen = (spec: GaugeSignal, shift: number, ...values: number[]) => {
  const draft = gaugeDraft(spec, shift, 1, new Map());
  if (draft.level === undefined) throw new Error('a gauge has a level');
  return withUnit(draft, draft.level, new Set(['t0', 't1']), rows(...values));
};

test('a gauge is frozen with settings that the judge accepts; a declared shift widens what is tolerated', () => {
  const plain = frozen(signal, 0, 10, 20);
  const { level, settings } = plain ?? {};
  expect([level?.tolerance, level?.detect, level?.unit]).toEqual([Math.log1p(0.1), Math.log1p(0.3), 1]);
  expect(level?.noise).toEqual({ profile: 'default', from: defaultNoise.from, level: defaultNoise.level });
  const all = { version: 1, alpha: 0.01, beta: 0.05, silenceLooks: 3, restartSeconds: 600 } as const;
  if (level === undefined || settings === undefined) throw new Error('frozen');
  expect(() => checkSettings({ ...all, streams: [settings], levels: [level] })).not.toThrow();
  // What a release that knows no gauges is given is accepted by it too.
  expect(() => checkSettings({ ...all, streams: [settings] })).not.toThrow();
  const expected = frozen(signal, 0.2, 10, 20)?.level;
  expect(expected?.tolerance).toBeCloseTo(Math.log(1.2), 12);
  expect(expected?.detect).toBeCloseTo(Math.log((1.3 * 1.2) / 1.1), 12);
});

test('shifts on a linear scale are shares of the level there was; of 0 there are none, and the stream says so', () => {
  const linear = { ...signal, scale: 'linear' } as const;
  expect(frozen(linear, 0, 10, 20)?.level?.unit).toBe(15);
  expect(frozen(linear, 0, 0, 0)?.problem).toContain('the unchanged side shows 0');
  expect(frozen(signal, 0, 10, 0)?.problem).toContain(
    '1 of 2 targets show 0 or less, which has no logarithm; say scale: linear',
  );
  expect(frozen(signal, 0)).toBeNull();
});
