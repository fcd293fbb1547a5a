import { expect, test } from 'vitest';
import { harmOf, parseRequests, quantile, type RequestLine } from '../../examples/fleet/harm.js';

const line = (v: string, ms: number, s = 200): RequestLine => ({
  t: 0,
  ms,
  s,
  v,
  i: v === '' ? '' : 'checkout-1',
  lag: 0,
});
/** Latencies 1 … n. */
const spread = (v: string, n: number): RequestLine[] => Array.from({ length: n }, (_, index) => line(v, index + 1));

test('without a new version there is no harm, whatever the old one does', () => {
  const lines = [...spread('v1', 100), line('v1', 5, 500)];
  expect(harmOf(lines, 'v1')).toEqual({ requests: 101, byVersion: { v1: { n: 101, failed: 1, slow: 5 } }, harmed: 0 });
});

test('a new version just like the old one harms nobody', () => {
  expect(harmOf([...spread('v1', 100), ...spread('v2', 100)], 'v1').harmed).toBe(0);
});

test('failures count above the rate of the old version', () => {
  const old = [...spread('v1', 95), ...Array.from({ length: 5 }, () => line('v1', 1, 500))];
  const young = Array.from({ length: 100 }, (_, index) => line('v2', 1, index < 30 ? 503 : 200));
  const harm = harmOf([...old, ...young], 'v1');
  // The old version fails 5 and has 4 of 95 above its own 95th percentile (91 ms): 9 in 100.
  expect(harm.byVersion).toEqual({ v1: { n: 100, failed: 5, slow: 4 }, v2: { n: 100, failed: 30, slow: 0 } });
  expect(harm.harmed).toBe(30 - 9);
});

test('slow means slower than the 95th percentile of the old version, and a failed request is not slow too', () => {
  const young = [line('v2', 95), line('v2', 96), line('v2', 900), line('v2', 900, 500)];
  const harm = harmOf([...spread('v1', 100), ...young], 'v1');
  expect(harm.byVersion['v2']).toEqual({ n: 4, failed: 1, slow: 2 });
  expect(harm.harmed).toBe(Math.round(3 - 4 * 0.05));
});

test('a better new version gives 0, never less', () => {
  const old = Array.from({ length: 100 }, (_, index) => line('v1', 1, index < 50 ? 500 : 200));
  expect(harmOf([...old, ...spread('v2', 100).map((it) => ({ ...it, ms: 1 }))], 'v1').harmed).toBe(0);
});

test('a request that nobody answered is harm, under `none`', () => {
  const harm = harmOf([...spread('v1', 100), line('', 1, 0), line('', 1, 0)], 'v1');
  expect(harm.byVersion['none']).toEqual({ n: 2, failed: 2, slow: 0 });
  expect(harm.harmed).toBe(2);
});

test('without any old request every failure is harm, and nothing is slow', () => {
  expect(harmOf([line('v2', 9000), line('v2', 1, 500)], 'v1').harmed).toBe(1);
  expect(harmOf([], 'v1')).toEqual({ requests: 0, byVersion: {}, harmed: 0 });
});

test('lines are read back as they were written', () => {
  const lines = spread('v1', 3);
  expect(parseRequests(`${lines.map((it) => JSON.stringify(it)).join('\n')}\n`)).toEqual(lines);
  expect(quantile([], 0.5)).toBe(Number.POSITIVE_INFINITY);
  expect(quantile([3, 1, 2], 0.5)).toBe(2);
});
