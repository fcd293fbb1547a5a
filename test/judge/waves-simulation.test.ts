import { expect, test } from 'vitest';
import { bothPlans, type Case, carriedOver } from '../../bench/judge/suite/waves.js';
import { findsAfter, findsFailing, harmBy } from '../../src/judge/outlook.js';
import { stream } from '../../bench/judge/simulate.js';
import { budgetSeconds } from '../../src/policy/classify.js';
import { controlsOf } from '../../src/policy/controls.js';

/** Whole changes over 100 targets under the judge as it is, by the waves of the level and by those of the traffic. */
const runs = 30;
const services = [
  { rps: 20, badShare: 0.01 },
  { rps: 200, badShare: 0.001 },
  { rps: 2000, badShare: 0.002 },
  { rps: 10_000, badShare: 0.001 },
];
const cases: Case[] = (['L0', 'L1', 'L2', 'L3'] as const).flatMap((level) =>
  services.map((service) => ({ ...service, level, tier: 1 as const })),
);
const harmless = { ratio: 1, from: 0 };

test.each(cases)(
  '$rps rps, $badShare bad, $level: a change that fails everything stays within its part of the budget',
  (one) => {
    const { byLevel, byTraffic } = bothPlans(one);
    const all = { ratio: 1 / one.badShare, from: 0 };
    const costs = carriedOver(byTraffic, one, all, runs).excessBad;
    const budget = controlsOf(one.level).worstFirstBudget * budgetSeconds[one.tier] * one.rps;
    expect(costs).toBeLessThanOrEqual(1.05 * budget);
    expect(costs).toBeLessThanOrEqual(1.05 * carriedOver(byLevel, one, all, runs).excessBad);
  },
);

test.each(cases)('$rps rps, $badShare bad, $level: a good change is not much slower than by the level', (one) => {
  const { byLevel, byTraffic } = bothPlans(one);
  const [now, before] = [byTraffic, byLevel].map((waves) => carriedOver(waves, one, harmless, runs).minutes);
  expect(now).toBeLessThanOrEqual((before ?? 0) + 3);
});

test('a large service: a fifth of the harm of a change that fails everything, for two minutes more', () => {
  const one: Case = { rps: 10_000, badShare: 0.001, level: 'L1', tier: 1 };
  const { byLevel, byTraffic } = bothPlans(one);
  const all = { ratio: 1000, from: 0 };
  const [now, before] = [byTraffic, byLevel].map((waves) => carriedOver(waves, one, all, runs).excessBad);
  expect(now).toBeLessThan((before ?? 0) / 4);
});

test.each(cases)('$rps rps, $badShare bad, $level: what the plan says of its first wave is within 35%', (one) => {
  const { byTraffic } = bothPlans(one);
  const share = byTraffic[0]?.changedShare ?? 1;
  const of = {
    settings: stream({ tolerance: 0.25, detectRatio: 3 }),
    eventsPerSecond: one.rps,
    badShare: one.badShare,
  };
  const chances = controlsOf(one.level);
  // Undone 20 s after a stop; a look of 10 s sees harm when it is over.
  const until = (finds: number): number => Math.ceil(finds / 10) * 10 + 20;
  const ten = harmBy(of, share, 10, until(findsAfter(of, share, 10, chances)));
  expect(carriedOver(byTraffic, one, { ratio: 10, from: 0 }, 100).excessBad / ten).toBeGreaterThan(0.65);
  expect(carriedOver(byTraffic, one, { ratio: 10, from: 0 }, 100).excessBad / ten).toBeLessThan(1.35);
  const all = harmBy(of, share, 1 / one.badShare, until(findsFailing(of, share, chances)));
  const failing = carriedOver(byTraffic, one, { ratio: 1 / one.badShare, from: 0 }, runs).excessBad;
  expect(failing / all).toBeGreaterThan(0.65);
  expect(failing / all).toBeLessThan(1.35);
});
