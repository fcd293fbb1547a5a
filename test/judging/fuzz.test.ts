import fc from 'fast-check';
import { expect, test } from 'vitest';
import { GraywaveError } from '../../src/errors.js';
import { type Judged, judgeInputs, readInputs } from '../../src/judging/inputs.js';

const tried = (text: string): Judged[] | null => {
  try {
    return judgeInputs(readInputs([{ file: 'f', text }]));
  } catch (error) {
    expect(error, text).toBeInstanceOf(GraywaveError);
    expect((error as GraywaveError).code, String(error)).not.toBe('INTERNAL');
    return null;
  }
};

const value = fc.oneof(fc.constantFrom(null, 'NaN', '', 'Infinity', 1e300, -1, 0, 1), fc.double(), fc.integer());
const arm = fc.array(value, { maxLength: 12 });

test('series of whatever values are judged or refused, and nothing never passes', () => {
  fc.assert(
    fc.property(arm, arm, fc.boolean(), (baseline, canary, asCsv) => {
      const rows = canary.map((one, i) => `m,${String(baseline[i] ?? '')},${String(one ?? '')}`);
      const text = asCsv ? ['metric,baseline,canary', ...rows].join('\n') : JSON.stringify({ m: { baseline, canary } });
      const [answer] = tried(text) ?? [];
      if (answer?.what !== 'series' || answer.kind !== 'pass') return;
      expect(answer.judged.metrics[0]?.samples.canary).toBeGreaterThan(0);
      expect(answer.judged.metrics[0]?.samples.baseline).toBeGreaterThan(0);
    }),
    { numRuns: 600 },
  );
});

const count = fc.oneof({ weight: 9, arbitrary: fc.nat(5_000) }, fc.constantFrom(null, 'x', -1, 0.5, 1e300));
const cell = fc.record({
  end: fc.oneof(
    { weight: 9, arbitrary: fc.integer({ min: 1.7e9, max: 1.7e9 + 9_999 }) },
    fc.constantFrom('soon', -5, 1e18),
  ),
  stream: fc.constantFrom('errors', 'slow', ''),
  canary: fc.record({ exposure: count, bad: count }),
  baseline: fc.record({ exposure: count, bad: count }),
});

test('cells of whatever counts are judged or refused, and no traffic never passes', () => {
  fc.assert(
    fc.property(fc.array(cell, { minLength: 1, maxLength: 8 }), (cells) => {
      const [answer] = tried(JSON.stringify(cells)) ?? [];
      if (answer?.what !== 'cells' || answer.kind !== 'pass') return;
      for (const { canary } of answer.judged.verdict.streams) expect(canary.exposure).toBeGreaterThan(0);
    }),
    { numRuns: 600 },
  );
});

test('whatever else is in a file is refused with a code', () => {
  fc.assert(
    fc.property(
      fc.oneof(fc.json(), fc.string(), fc.string({ unit: fc.constantFrom('{', '"', ',', '\n', 'a', '1', '[') })),
      (text) => {
        tried(text);
      },
    ),
    { numRuns: 1_000 },
  );
});

test('evidence that makes no sense is refused, or recomputed to nothing, never to the same', () => {
  const json = fc.json({ maxDepth: 3 }).map((text) => JSON.parse(text) as unknown);
  const maybe = <T extends object>(good: T) =>
    fc.oneof(
      json,
      fc.dictionary(fc.constantFrom(...Object.keys(good)), json).map((part) => ({ ...good, ...part })),
    );
  const settings = maybe({ version: 1, alpha: 0.01, beta: 0.05, streams: [], silenceLooks: 3, restartSeconds: 600 });
  const look = maybe({
    seq: 1,
    after: 0,
    wave: 1,
    fromMs: 0,
    toMs: 1,
    cells: [],
    canary: {},
    baseline: {},
    error: null,
  });
  fc.assert(
    fc.property(settings, look, json, (its, one, told) => {
      const evidence = {
        apiVersion: 'graywave/v1',
        kind: 'Evidence',
        id: 'x',
        settings: its,
        waves: [{ index: 1, minSeconds: 0, maxSeconds: 1 }],
        looks: [one],
        said: [{ wave: 1, seq: 1, cellsHash: null, verdict: { kind: 'pass', looks: 1, reason: told } }],
      };
      const [answer] = tried(JSON.stringify(evidence)) ?? [];
      if (answer?.what === 'evidence') expect(answer.recomputed[0]?.same).toBe(false);
    }),
    { numRuns: 1_000 },
  );
});
