import { afterEach, describe, expect, it } from 'vitest';
import { checkSettings } from '../../src/judge/settings.js';
import { freezeStreams } from '../../src/sources/freeze.js';
import { openSource } from '../../src/sources/open.js';
import type { Source } from '../../src/sources/port.js';
import type { LatencySignal, RatioSignal } from '../../src/spec/types.js';
import { Exporter } from './exporter.js';

const common = { source: 'fleet', service: 'checkout', by: 'instance', select: {}, prove: true };
const failures: RatioSignal = {
  ...common,
  kind: 'ratio',
  name: 'errors',
  counter: 'http_requests_total',
  bad: { code: '5..' },
  detectRatio: 2,
  tolerance: 0.25,
  floor: 0.001,
  limit: 0.05,
  weight: 3,
};
const latency: LatencySignal = {
  ...common,
  kind: 'latency',
  name: 'latency',
  histogram: 'http_request_seconds',
  quantiles: [0.5, 0.95],
  detectShift: 0.25,
  tolerance: 0.1,
  weight: 1,
  prove: false,
};

const fleet: Exporter[] = [];
afterEach(async () => {
  for (const one of fleet.splice(0)) await one.stop();
});

/** Two instances, 1,000 requests each, evenly spread over a second, 1% failed, and 50 requests a second. */
async function sources(): Promise<Map<string, Source>> {
  for (const instance of ['a', 'b']) {
    const exporter = await new Exporter(instance).start();
    const tenths = Array.from({ length: 10 }, (_, index) => [((index + 1) / 10).toString(), (index + 1) * 100]);
    const buckets = { ...Object.fromEntries(tenths), '+Inf': 1000 } as Record<string, number>;
    exporter.counters = { ok: 990, failed: 10, buckets, startSeconds: 7 };
    fleet.push(exporter);
  }
  const discovery = { static: fleet.map(({ entry }) => entry) };
  return new Map([['fleet', openSource('fleet', { kind: 'scrape', discovery })]]);
}

const signal = new AbortController().signal;

describe('freezing', () => {
  it('makes a stream of each ratio signal and of each quantile, with settings that the judge accepts', async () => {
    const frozen = freezeStreams([failures, latency], [], await sources(), ['a', 'b'], signal);
    const traffic = setInterval(() => fleet.forEach(({ counters }) => (counters.ok += 5)), 100);
    const streams = await frozen.finally(() => clearInterval(traffic));
    expect(streams.map(({ settings }) => settings)).toEqual([
      {
        name: 'errors',
        tolerance: 0.25,
        detectRatio: 2,
        floor: 0.001,
        limit: 0.05,
        weight: 0.75,
        prove: true,
        dispersion: 1,
      },
      {
        name: 'latency.p50',
        tolerance: expect.closeTo(0.1, 9),
        detectRatio: expect.closeTo(1.2, 9),
        floor: 0,
        limit: 1,
        weight: 0.125,
        prove: false,
        dispersion: 1,
      },
      // Above 1 s is nothing: half an event of 2,000 stands for it, and the ratio is capped.
      {
        name: 'latency.p95',
        tolerance: expect.closeTo(0.1, 9),
        detectRatio: 10,
        floor: 0,
        limit: 1,
        weight: 0.125,
        prove: false,
        dispersion: 1,
      },
    ]);
    expect(streams.map(({ query }) => query.measure)).toEqual([
      { kind: 'ratio', counter: 'http_requests_total', bad: { code: '5..' } },
      { kind: 'slower', histogram: 'http_request_seconds', le: 0.5 },
      { kind: 'slower', histogram: 'http_request_seconds', le: 1 },
    ]);
    expect(streams[0]?.baselineShare).toBeLessThan(20 / 2200);
    expect(streams[0]?.baselineShare).toBeGreaterThan(20 / 4000);
    expect(streams[1]?.baselineShare).toBe(0.5);
    expect(streams[0]?.eventsPerSecond).toBeGreaterThan(60);
    expect(streams[0]?.eventsPerSecond).toBeLessThan(110);
    expect(streams[0]?.source).toBe('fleet');
    expect(() =>
      checkSettings({
        version: 1,
        alpha: 0.01,
        beta: 0.05,
        streams: streams.map(({ settings }) => settings),
        silenceLooks: 3,
        restartSeconds: 600,
      }),
    ).not.toThrow();
    expect(JSON.parse(JSON.stringify(streams))).toEqual(streams);
  });

  it('widens what a declared shift of a ratio signal allows, and keeps safety at its distance', async () => {
    const expected = [
      { signal: 'errors', shift: 0.5 },
      { signal: 'errors', shift: 0.1 },
    ];
    const [stream] = await freezeStreams([failures], expected, await sources(), ['a', 'b'], signal);
    expect(stream?.settings).toMatchObject({ tolerance: 0.5, detectRatio: (2 * 1.5) / 1.25 });
    const [same] = await freezeStreams(
      [failures],
      [{ signal: 'errors', shift: 0.2 }],
      await sources(),
      ['a', 'b'],
      signal,
    );
    expect(same?.settings).toMatchObject({ tolerance: 0.25, detectRatio: 2 });
  });

  it.each([
    [
      { ...failures, counter: 'http_request_total' },
      'signal errors: source fleet has no events of http_request_total{service="checkout"} with label instance in a, b; nearest metric there: http_requests_total',
    ],
    [
      { ...failures, select: { route: '/nowhere' } },
      'signal errors: source fleet has no events of http_requests_total{service="checkout",route="/nowhere"} with label instance in a, b; http_requests_total exists there, but not with these labels and targets, or without events',
    ],
    [
      { ...latency, histogram: 'zzz' },
      'signal latency: source fleet has no events of zzz_bucket{service="checkout"} with label instance in a, b; no metric there has a name like it',
    ],
    [
      { ...failures, service: 'chekout' },
      'signal errors: source fleet has no events of http_requests_total{service="chekout"} with label instance in a, b; service chekout exposes nothing there',
    ],
  ])('names what a signal that matches nothing looked for and what there is', async (spec, message) => {
    const frozen = freezeStreams([spec], [], await sources(), ['a', 'b'], signal);
    await expect(frozen).rejects.toMatchObject({ code: 'SIGNAL_EMPTY', message });
  });

  it('names the sources there are when a signal names another', async () => {
    const frozen = freezeStreams([{ ...failures, source: 'prom' }], [], await sources(), ['a'], signal);
    await expect(frozen).rejects.toMatchObject({
      code: 'SOURCE_UNKNOWN',
      message: expect.stringContaining('known: fleet'),
    });
  });
});
