import fc from 'fast-check';
import { expect, test } from 'vitest';
import { type Classification, classify, type Risk } from '../../src/policy/classify.js';
import { riskOf } from '../../src/policy/risk.js';
import { readChangeFile } from '../../src/spec/file.js';
import { type ChangeKind, levels } from '../../src/spec/types.js';

const canary: Risk = {
  type: 'deploy',
  tier: 1,
  firstShare: 0.25,
  targets: 8,
  parts: 1,
  reversible: true,
  signals: 2,
  unchangedArm: true,
};
const at = (change: Partial<Risk>): Classification => classify({ ...canary, ...change });
const floors = (change: Partial<Risk>): string[] => at(change).floors.map(({ level, why }) => `${level} ${why}`);

test('the example is an ordinary change, and says why', () => {
  const { spec } = readChangeFile('examples/changes/good.yaml');
  const targets = Array.from({ length: 8 }, (_, i) => ({ id: `c${i}`, labels: {}, share: 1 / 8 }));
  const result = classify(riskOf(spec, [{ part: 'image', targets, reversible: true }]));
  expect(riskOf(spec, [{ part: 'image', targets, reversible: true }])).toEqual(canary);
  expect(result.level).toBe('L1');
  expect(result.controls.level).toBe('L1');
  expect(
    result.contributions.map(({ name, effect, why }) => `${name} ${effect.toFixed(3)} ${why}`),
  ).toMatchInlineSnapshot(`
    [
      "kind -1.523 3% of changes of kind deploy are bad",
      "exposure -0.488 the first wave touches 25%; one bad change in ten shows only later",
      "watch 2.778 about 600 s until it is stopped and undone: 2 signals against an unchanged side",
      "tier -3.414 tier 1 has 2592 s of failure a month to lose",
      "targets 0.043 8 targets, which may differ from each other",
      "parts 0.000 one part",
      "undo 0.000 it can be taken back",
    ]
  `);
});

test('levels of changes that everybody knows', () => {
  const level = (change: Partial<Risk>) => at(change).level;
  const whole = { firstShare: 1, unchangedArm: false, targets: 1 };
  expect(level({ type: 'flag', tier: 3, firstShare: 0.01 })).toBe('L0');
  expect(level({ type: 'deploy', tier: 3 })).toBe('L0');
  expect(level({ type: 'deploy', tier: 0, firstShare: 0.05 })).toBe('L2');
  expect(level({ type: 'deploy', ...whole })).toBe('L2');
  expect(level({ type: 'deploy', signals: 0 })).toBe('L2');
  expect(level({ type: 'schema', ...whole })).toBe('L2');
  expect(level({ type: 'schema', ...whole, reversible: false })).toBe('L3');
  expect(level({ type: 'traffic', ...whole })).toBe('L3');
  expect(level({ type: 'traffic', ...whole, tier: 0, signals: 0, reversible: false })).toBe('L4');
});

test('each floor holds under a score that says less', () => {
  const harmless: Partial<Risk> = { type: 'flag', tier: 3, firstShare: 0.01 };
  expect(floors(harmless)).toEqual([]);
  expect(floors({ ...harmless, reversible: false })).toEqual(['L3 a part cannot be taken back']);
  expect(at({ ...harmless, reversible: false }).level).toBe('L3');
  expect(floors({ ...harmless, type: 'infra', firstShare: 1 })).toContain('L3 infra is changed everywhere at once');
  expect(at({ ...harmless, type: 'infra', firstShare: 1 }).level).toBe('L3');
  expect(floors({ ...harmless, signals: 0 })).toEqual(['L2 no signal watches it']);
  expect(at({ ...harmless, signals: 0 }).level).toBe('L2');
  expect(floors({ ...harmless, unchangedArm: false })).toEqual(['L2 no unchanged side to compare with']);
  expect(at({ ...harmless, unchangedArm: false }).level).toBe('L2');
  expect(floors({ ...harmless, tier: 0 })).toEqual(['L2 tier 0']);
  expect(at({ ...harmless, tier: 0 }).level).toBe('L2');
  expect(floors({ ...harmless, tier: 1 })).toEqual(['L1 tier 1']);
  expect(at({ ...harmless, tier: 1 }).level).toBe('L1');
});

const kinds: readonly ChangeKind[] = ['flag', 'deploy', 'config', 'infra', 'experiment', 'schema', 'traffic'];
const risk: fc.Arbitrary<Risk> = fc.record({
  type: fc.constantFrom(...kinds),
  tier: fc.constantFrom(0, 1, 2, 3),
  firstShare: fc.double({ min: 0.0001, max: 1, noNaN: true }),
  targets: fc.integer({ min: 1, max: 100_000 }),
  parts: fc.integer({ min: 1, max: 20 }),
  reversible: fc.boolean(),
  signals: fc.integer({ min: 0, max: 10 }),
  unchangedArm: fc.boolean(),
});

test('more exposure, less reversible, fewer signals or a weaker control never lowers the level', () => {
  const worse: fc.Arbitrary<(given: Risk) => Risk> = fc.oneof(
    fc
      .double({ min: 0, max: 1, noNaN: true })
      .map((more) => (r: Risk) => ({ ...r, firstShare: r.firstShare + (1 - r.firstShare) * more })),
    fc.integer({ min: 0, max: 1000 }).map((more) => (r: Risk) => ({ ...r, targets: r.targets + more })),
    fc.integer({ min: 0, max: 5 }).map((more) => (r: Risk) => ({ ...r, parts: r.parts + more })),
    fc.constant((r: Risk) => ({ ...r, reversible: false })),
    fc.constant((r: Risk) => ({ ...r, unchangedArm: false })),
    fc.constant(
      (r: Risk) => ({ ...r, tier: r.tier === 0 ? 0 : r.tier === 1 ? 0 : r.tier === 2 ? 1 : 2 }) satisfies Risk,
    ),
    fc.integer({ min: 0, max: 10 }).map((fewer) => (r: Risk) => ({ ...r, signals: Math.max(0, r.signals - fewer) })),
  );
  fc.assert(
    fc.property(risk, fc.array(worse, { minLength: 1, maxLength: 4 }), (given, steps) => {
      const after = steps.reduce((r, step) => step(r), given);
      const [before, then] = [classify(given), classify(after)];
      expect(then.score).toBeGreaterThanOrEqual(before.score - 1e-12);
      expect(levels.indexOf(then.level)).toBeGreaterThanOrEqual(levels.indexOf(before.level));
    }),
    { numRuns: 10_000 },
  );
});

test('the contributions add up to the score, and the level is the score or its highest floor', () => {
  fc.assert(
    fc.property(risk, (given) => {
      const result = classify(given);
      const sum = result.contributions.reduce((total, { effect }) => total + effect, 0);
      expect(result.score).toBeCloseTo(sum, 12);
      const byScore = [0.001, 0.01, 0.05, 0.2].filter((bound) => 10 ** sum >= bound * (1 - 1e-9)).length;
      const highest = Math.max(0, ...result.floors.map(({ level }) => levels.indexOf(level)));
      expect(levels.indexOf(result.level)).toBe(Math.max(byScore, highest));
      expect(classify(given)).toEqual(result);
    }),
    { numRuns: 2000 },
  );
});

test('numbers that make no sense count as the worst they could mean', () => {
  for (const firstShare of [Number.NaN, -1, 7, Number.POSITIVE_INFINITY]) {
    expect(at({ firstShare })).toEqual(at({ firstShare: 1 }));
  }
  expect(at({ signals: Number.NaN })).toEqual(at({ signals: 0 }));
  expect(Number.isFinite(at({ targets: 0, parts: -3 }).score)).toBe(true);
});
