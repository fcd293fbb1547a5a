import fc from 'fast-check';
import { expect, test } from 'vitest';
import { parse, stringify } from 'yaml';
import { canonicalJson } from '../../src/spec/canonical.js';
import { SpecError } from '../../src/spec/error.js';
import { readChange } from '../../src/spec/read.js';
import { smallest, withKeys } from './support.js';

/** Reads it and answers the canonical text of the spec, or null for a SpecError; anything else thrown fails the test. */
function outcome(input: string | Uint8Array): string | null {
  const started = performance.now();
  try {
    return canonicalJson(readChange(input, { file: 'change.yaml' }).spec);
  } catch (error) {
    if (!(error instanceof SpecError)) throw error;
    expect(error.issues.length).toBeGreaterThan(0);
    expect(error.at?.file).toBe('change.yaml');
    expect(error.message).not.toMatch(/undefined|\[object|NaN/);
    return null;
  } finally {
    expect(performance.now() - started).toBeLessThan(2000);
  }
}

const full = withKeys(`type: config
tier: 2
labels: {team: a}
waves:
  - {name: canary, to: 25%, bake: {min: 10s, max: 90s}, where: {zone: a}}
  - {to: 100%}
signals:
  - {source: fleet, kind: errors, detect: 3x, weight: 2, prove: false}
  - {source: fleet, kind: latency, quantiles: [p50, p95]}
  - {name: jobs, source: prom, kind: ratio, counter: jobs_total, bad: {result: failed}, floor: 0.1%, limit: 5%}
expect: [{signal: latency, shift: +10%}]
bake: {min: 30s, max: 10m}
onInconclusive: hold
onError: rollback
gates: [{beforeWave: 2, reason: look}]
window: {notBefore: 2026-11-21T09:00:00Z}
rollback: {deadline: 10m, batch: 50%, observe: 30s}`);

test('random bytes never throw anything but a SpecError', () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 500 }), (bytes) => void outcome(bytes)),
    { numRuns: 1000 },
  );
});

test('random text made of marks of YAML never throws anything but a SpecError', () => {
  const mark = fc.constantFrom(
    ...'abc:-?[]{},&*!|>%@`#\'"\n \t~.0'.split(''),
    ': ',
    '- ',
    '&a ',
    '*a',
    '---\n',
    '<<',
    '!!',
    '\n  ',
  );
  fc.assert(
    fc.property(fc.string({ unit: mark, maxLength: 200 }), (text) => void outcome(text)),
    { numRuns: 1000 },
  );
});

test('a good file with a piece cut out, doubled or replaced never throws anything but a SpecError', () => {
  const place = fc.nat({ max: full.length });
  const piece = fc.oneof(
    fc.constant(''),
    fc.string({ maxLength: 8 }),
    fc.constantFrom('\n', ': ', '%', '*a', '&a ', '-', '}'),
  );
  fc.assert(
    fc.property(place, fc.nat({ max: 20 }), piece, (at, length, text) => {
      outcome(full.slice(0, at) + text + full.slice(at + length));
    }),
    { numRuns: 1000 },
  );
});

test('any JSON in any place of a good file never throws anything but a SpecError', () => {
  const keys = [
    'waves',
    'signals',
    'parts',
    'expect',
    'bake',
    'gates',
    'window',
    'rollback',
    'labels',
    'tier',
    'services',
  ];
  const value = fc.jsonValue({ maxDepth: 4 });
  const near = fc.array(fc.record({ to: value, name: value, kind: fc.constantFrom('errors', 'ratio'), with: value }), {
    maxLength: 3,
  });
  fc.assert(
    fc.property(fc.constantFrom(...keys), fc.oneof(value, near), (key, wrong) => {
      outcome(`${smallest.replace(/^parts:[^]*$|^services:.*\n/m, '')}${stringify({ [key]: wrong })}`);
      outcome(JSON.stringify({ apiVersion: 'graywave/v1', kind: 'Change', id: 'a', owner: 'b', [key]: wrong }));
    }),
    { numRuns: 700 },
  );
});

test('a spec does not depend on the order in which it is written', () => {
  const value: unknown = parse(full);
  const written = outcome(full);
  expect(written).not.toBeNull();
  fc.assert(
    fc.property(fc.infiniteStream(fc.nat()), (order) => {
      expect(outcome(JSON.stringify(shuffled(value, order)))).toBe(written);
    }),
    { numRuns: 200 },
  );
});

function shuffled(value: unknown, order: Iterator<number>): unknown {
  if (Array.isArray(value)) return value.map((item) => shuffled(item, order));
  if (value === null || typeof value !== 'object') return value;
  const entries = Object.entries(value).map(([key, item]): [number, string, unknown] => [
    Number(order.next().value),
    key,
    shuffled(item, order),
  ]);
  return Object.fromEntries(entries.toSorted(([a], [b]) => a - b).map(([, key, item]) => [key, item]));
}
