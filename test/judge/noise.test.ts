import { expect, test } from 'vitest';
import { type Constants, judgeRun } from '../../bench/judge/sets/sequential-judge.js';
import { generate, recipe } from '../../bench/judge/sets/sequential-generator.js';
import { sequentialConstants } from '../../bench/judge/sets/sequential.js';
import { countBounds, levelBound } from '../../src/judge/noise/bounds.js';
import { defaultNoise } from '../../src/judge/noise/default.js';
import { draws } from '../../src/judge/noise/draws.js';
import { learnKinds, learnNoise } from '../../src/judge/noise/learn.js';
import { noiseRun } from '../../src/judging/runs.js';

const few: Constants = { ...sequentialConstants, noise: { ...sequentialConstants.noise, simulations: 1500 } };
const calm = runs({ rho: 0 }, 0);
const drifting = runs({ rho: 0.9 }, 1000);

function runs(part: Partial<typeof recipe>, seed: number) {
  return Array.from({ length: 30 }, (_, i) => noiseRun(generate({ ...recipe, ...part }, seed + i), recipe.boundsMs));
}

test('kinds of noise are found with their autocorrelation and size', () => {
  const kinds = learnKinds([...calm, ...drifting], few.noise).toSorted((a, b) => a.rho - b.rho);
  expect(kinds[0]?.rho).toBeLessThan(0.3);
  expect(kinds.at(-1)?.rho).toBeGreaterThan(0.8);
  for (const { tau } of kinds) {
    expect(tau).toBeGreaterThan(0.03);
    expect(tau).toBeLessThan(0.06);
  }
});

test('the same runs give the same profile, as plain JSON', () => {
  const profile = learnNoise('shop', drifting, few.noise);
  expect(learnNoise('shop', drifting, few.noise)).toEqual(profile);
  expect(JSON.parse(JSON.stringify(profile))).toEqual(profile);
});

test('noise that looks more like a shift makes a stricter judge', () => {
  const loud = runs({ rho: 0.9, sd: { ...recipe.sd, errArm: 0.8 } }, 2000);
  const [quiet, noisy] = [learnNoise('a', calm, few.noise), learnNoise('b', loud, few.noise)];
  expect(noisy.counts.harmBound).toBeGreaterThan(quiet.counts.harmBound);
});

test('too few runs, and runs without a sample, are refused', () => {
  expect(() => learnNoise('a', calm.slice(0, 9), few.noise)).toThrow(/needs 10 runs/u);
  const empty = calm.map(({ counts }) => ({ counts, differences: counts.map(() => null) }));
  expect(() => learnNoise('a', empty, few.noise)).toThrow(/no interval/u);
  const same = calm.map(({ counts }) => ({ counts, differences: [{ shift: 0, variance: 0, common: 1 }] }));
  expect(() => learnNoise('a', same, few.noise)).toThrow(/no noise to learn/u);
});

test('the bounds of the default profile are those that learning would set for its noise', () => {
  const { level, counts } = defaultNoise;
  const { level: constants, counts: countsBy } = sequentialConstants;
  const noise = { ...few.noise, simulations: 6000 };
  const assumed = level.kinds.map((kind) => ({ ...kind, weight: 1 / level.kinds.length }));
  const bad = (arm: number) => (_: unknown, t: number) => ({ exposure: 300, bad: t % 10 === arm ? 3 : 0 });
  const minutes = Array.from({ length: level.horizon });
  const run = {
    differences: [{ shift: 0, variance: 0.0018, common: 0 }],
    counts: minutes.map((_, t) => ({ canary: bad(0)(_, t), baseline: bad(5)(_, t) })),
  };
  expect(Math.abs(levelBound(level, assumed, [run], noise, constants, draws(1)) - level.bound)).toBeLessThan(0.5);
  const { harmBound, safeBound } = countBounds(assumed, counts.drift, [run], noise, countsBy, draws(1));
  expect(Math.abs(harmBound - counts.harmBound)).toBeLessThan(0.6);
  expect(Math.abs(safeBound - counts.safeBound)).toBeLessThan(0.3);
});

test('noise the open data does not have: false stops stay rare, +30% is stopped', { timeout: 60_000 }, () => {
  const loud = { rho: 0.95, sd: { ...recipe.sd, latArm: 0.05 }, freedom: 5 };
  const profile = learnNoise('loud', runs(loud, 3000), few.noise);
  const stopped = (part: Partial<typeof recipe>, seed: number) =>
    runs({ ...loud, ...part }, seed).filter((run) => judgeRun('x', run, profile, few).stopMinute !== null).length;
  expect(stopped({}, 4000)).toBeLessThanOrEqual(1);
  expect(stopped({ latency: 1.3 }, 5000)).toBeGreaterThanOrEqual(27);
});
