import { expect, test } from 'vitest';
import { parse } from 'yaml';
import { specHash } from '../../src/spec/hash.js';
import { readChange } from '../../src/spec/read.js';
import { smallest, withKeys } from './support.js';

const read = (text: string) => readChange(text, { file: 'change.yaml' });

test('a change that says only what it must gets careful defaults', () => {
  expect(read(smallest).spec).toEqual({
    apiVersion: 'graywave/v1',
    kind: 'Change',
    id: 'checkout-v2',
    title: 'checkout-v2',
    owner: 'team-checkout',
    type: 'deploy',
    tier: 1,
    services: ['checkout'],
    labels: {},
    parts: [{ name: 'process', driver: 'process', with: { version: 'v2' } }],
    waves: 'auto',
    signals: [],
    expect: [],
    bake: null,
    onInconclusive: null,
    onError: null,
    onBusy: 'wait',
    gates: [],
    window: { notBefore: null },
    rollback: { deadlineSeconds: 600, batchShare: 0.5, observeSeconds: 30 },
  });
});

test('signals are written short and read whole', () => {
  const { spec } = read(
    withKeys(`signals:
  - {source: fleet, kind: errors}
  - {source: fleet, kind: latency}
  - {name: jobs, source: prom, kind: ratio, counter: jobs_total, bad: {result: failed|timeout}}`),
  );
  const base = { service: 'checkout', by: 'instance', select: {}, weight: 1, prove: true, tolerance: 0.25 };
  expect(spec.signals).toEqual([
    {
      ...base,
      name: 'errors',
      source: 'fleet',
      kind: 'ratio',
      counter: 'http_requests_total',
      bad: { code: '5..' },
      detectRatio: 3,
      floor: 0.005,
      limit: 0.0144,
    },
    {
      ...base,
      name: 'latency',
      source: 'fleet',
      kind: 'latency',
      histogram: 'http_request_duration_seconds',
      quantiles: [0.5, 0.95],
      detectShift: 0.3,
      tolerance: 0.05,
    },
    {
      ...base,
      name: 'jobs',
      source: 'prom',
      kind: 'ratio',
      counter: 'jobs_total',
      bad: { result: 'failed|timeout' },
      detectRatio: 2,
      floor: 0,
      limit: 1,
    },
  ]);
});

test('the guard on errors follows the tier', () => {
  const limits = [0, 1, 2, 3].map((tier) => {
    const [signal] = read(withKeys(`tier: ${tier}\nsignals: [{source: fleet, kind: errors}]`)).spec.signals;
    return signal?.kind === 'ratio' ? signal.limit : null;
  });
  expect(limits).toEqual([0.0072, 0.0144, 0.072, 0.144]);
});

test('units become numbers', () => {
  const { spec } = read(
    withKeys(`waves:
  - {name: canary, to: 2, where: {zone: a}, bake: {min: 1500ms, max: 2h}}
  - {to: 33.3%}
  - {to: 100%}
bake: {min: 1.5m, max: 1d}
signals: [{source: fleet, kind: latency, quantiles: [p99.9], detect: +7.5%}]
expect: [{signal: latency, shift: -5%}]
window: {notBefore: 2026-11-21T10:00:00+01:00}
rollback: {batch: 12.5%}`),
  );
  expect(spec.waves).toEqual([
    { name: 'canary', to: { count: 2 }, where: { zone: 'a' }, bake: { minSeconds: 1.5, maxSeconds: 7200 } },
    { name: 'wave-2', to: { share: 0.333 }, where: {}, bake: null },
    { name: 'wave-3', to: { share: 1 }, where: {}, bake: null },
  ]);
  expect(spec.bake).toEqual({ minSeconds: 90, maxSeconds: 86_400 });
  expect(spec.signals[0]).toMatchObject({ quantiles: [0.999], detectShift: 0.075 });
  expect(spec.expect).toEqual([{ signal: 'latency', shift: -0.05 }]);
  expect(spec.window).toEqual({ notBefore: '2026-11-21T09:00:00.000Z' });
  expect(spec.rollback.batchShare).toBe(0.125);
});

test('the same change in JSON, or with other keys first, has the same hash', () => {
  const text = withKeys('labels: {b: "1", a: "2"}\nsignals: [{source: fleet, kind: errors}]');
  const value = parse(text) as Record<string, unknown>;
  const reversed = Object.fromEntries(Object.entries(value).toReversed());
  const hash = specHash(read(text).spec);
  expect(specHash(read(JSON.stringify(value)).spec)).toBe(hash);
  expect(specHash(read(JSON.stringify(reversed, null, 2)).spec)).toBe(hash);
  expect(specHash(read(text.replace('v2}', 'v3}')).spec)).not.toBe(hash);
});

test('a default that is written out changes nothing', () => {
  expect(specHash(read(withKeys('waves: auto\nrollback: {deadline: 600s}')).spec)).toBe(specHash(read(smallest).spec));
});

test('a byte order mark and Windows line ends are read', () => {
  const bytes = new TextEncoder().encode(`\ufeff${smallest.replaceAll('\n', '\r\n')}`);
  expect(readChange(bytes, { file: 'change.yaml' }).spec).toEqual(read(smallest).spec);
});

test('an alias stands for what it names', () => {
  const { spec } = read(withKeys('bake: &b {min: 10s, max: 20s}\nwaves: [{to: 50%, bake: *b}, {to: 100%}]'));
  expect(spec.waves).toMatchObject([{ bake: { minSeconds: 10, maxSeconds: 20 } }, { bake: null }]);
});

test('what is allowed and unwise is a warning with its place', () => {
  const { warnings } = read(withKeys('waves: [{to: 100%}]').replace('{version: v2}', '{version: 1.10}'));
  expect(warnings.map(({ message, at }) => `${at.line}:${at.column} ${message}`)).toMatchInlineSnapshot(`
    [
      "8:21 1.10 is read as the number 1.1; put it in quotes if it is a version or a name",
      "1:1 no signals: nothing can be proven, so no wave is promoted early and every bake ends inconclusive",
      "9:9 one wave changes everything at once: there is no unchanged side to compare with",
    ]
  `);
});

test('locate finds a value, its key, and the nearest parent of what is not written', () => {
  const { locate } = read(smallest);
  expect(locate(['parts', 0, 'driver'])).toEqual({ file: 'change.yaml', line: 7, column: 13 });
  expect(locate(['parts', 0, 'driver'], { key: true })).toEqual({ file: 'change.yaml', line: 7, column: 5 });
  expect(locate(['parts', 0, 'name'])).toEqual({ file: 'change.yaml', line: 7, column: 5 });
  expect(locate(['nothing'])).toEqual({ file: 'change.yaml', line: 1, column: 1 });
});
