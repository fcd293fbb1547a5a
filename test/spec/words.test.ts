import fc from 'fast-check';
import { expect, test } from 'vitest';
import { canonicalJson } from '../../src/spec/canonical.js';
import { editDistance, nearest } from '../../src/spec/nearest.js';
import { patternFault } from '../../src/spec/pattern.js';
import * as units from '../../src/spec/units.js';

test('edits are counted, a swap of neighbours as one', () => {
  // Values of the optimal string alignment distance, Boytsov 2011, table 1 and its neighbours.
  expect(editDistance('kitten', 'sitting')).toBe(3);
  expect(editDistance('ab', 'ba')).toBe(1);
  expect(editDistance('ca', 'abc')).toBe(3);
  expect(editDistance('', 'abc')).toBe(3);
});

test('the distance is symmetric, and zero only for equal words', () => {
  fc.assert(
    fc.property(fc.string({ maxLength: 12 }), fc.string({ maxLength: 12 }), (a, b) => {
      expect(editDistance(a, b)).toBe(editDistance(b, a));
      expect(editDistance(a, b) === 0).toBe(a === b);
    }),
  );
});

test('the nearest word is near, or there is none', () => {
  const known = ['quantiles', 'counter', 'select', 'by'];
  expect(nearest('quantile', known)).toBe('quantiles');
  expect(nearest('cuonter', known)).toBe('counter');
  expect(nearest('BY', known)).toBe('by');
  expect(nearest('elephant', known)).toBeUndefined();
  expect(nearest('x'.repeat(10_000), known)).toBeUndefined();
});

test('units are read', () => {
  expect(['500ms', '30s', '1.5m', '2h', '1d'].map(units.durationSeconds)).toEqual([0.5, 30, 90, 7200, 86_400]);
  expect(['30', '30 s', '-1s', '1w', '1h30m', '', 's'].map(units.durationSeconds)).toEqual(Array(7).fill(null));
  expect(['5%', '0.1%', '100%'].map(units.percent)).toEqual([0.05, 0.001, 1]);
  expect(['5', '+5%', '-5%', '5 %', '%'].map(units.percent)).toEqual(Array(5).fill(null));
  expect(['+10%', '-2.5%'].map(units.shift)).toEqual([0.1, -0.025]);
  expect(units.shift('10%')).toBeNull();
  expect([units.times('3x'), units.times('3'), units.times('x')]).toEqual([3, null, null]);
  expect([units.quantile('p99.9'), units.quantile('p100'), units.quantile('99')]).toEqual([0.999, null, null]);
});

test('a duration that is written is read as it was', () => {
  fc.assert(
    fc.property(fc.integer({ min: 0, max: 10_000_000 }), (seconds) => {
      expect(units.durationSeconds(units.durationText(seconds))).toBe(seconds);
    }),
  );
});

test('canonical JSON does not depend on the order of keys, and is JSON', () => {
  fc.assert(
    fc.property(fc.jsonValue(), (value) => {
      const plain: unknown = JSON.parse(JSON.stringify(value));
      expect(JSON.parse(canonicalJson(plain))).toEqual(plain);
    }),
  );
  expect(canonicalJson({ b: [1, { d: null, c: undefined }], a: 'é' })).toBe('{"a":"é","b":[1,{"d":null}]}');
  expect(canonicalJson({ a: 1, b: 2 })).toBe(canonicalJson({ b: 2, a: 1 }));
});

test('the patterns that people write are taken', () => {
  for (const pattern of ['5..', 'failed|timeout', '(?:4|5)[0-9]{2}', '5\\d\\d', 'a.*b', '[+*]+', '\\(x\\)+']) {
    expect(patternFault(pattern), pattern).toBeNull();
  }
});

test('a pattern that is taken is quick on any label', () => {
  fc.assert(
    fc.property(
      fc.string({ unit: fc.constantFrom('a', '.', '*', '+', '(', ')', '|', '?', '{2,}', '[a]'), maxLength: 20 }),
      (pattern) => {
        if (patternFault(pattern) !== null) return;
        const started = performance.now();
        new RegExp(`^(?:${pattern})$`).test(`${'a'.repeat(200)}!`);
        expect(performance.now() - started, pattern).toBeLessThan(500);
      },
    ),
    { numRuns: 2000 },
  );
});
