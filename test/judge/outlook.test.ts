import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { centre, seeds } from '../../bench/judge/figures.js';
import { random } from '../../bench/judge/random.js';
import { stream } from '../../bench/judge/simulate.js';
import { type Condition, harmful } from '../../bench/judge/suite/conditions.js';
import { anHour, lookSeconds } from '../../bench/judge/suite/looks.js';
import { ours, tolerance } from '../../bench/judge/suite/ours.js';
import {
  excludes,
  findsAfter,
  findsFailing,
  harmBy,
  meaningOf,
  provesAfter,
  type StreamTraffic,
  trafficOf,
} from '../../src/judge/outlook.js';
import { firstWave } from '../../src/judge/plan.js';
import { leastShare } from '../../src/judge/enough.js';

const chances = { alpha: 0.01, beta: 0.05 };
const share = 0.1;
const of = (badShare: number, more: object = {}): StreamTraffic => ({
  settings: stream({ tolerance, detectRatio: 3, ...more }),
  eventsPerSecond: 200,
  badShare,
});

/** Mean bad events beyond the normal until `delay` seconds after the stop, and mean seconds to the stop. */
function measured(condition: Condition, delay: number, runs: number): { harmed: number; seconds: number } {
  const outcomes = seeds(runs).map((seed) => {
    const draw = random(seed);
    const judge = ours(chances.alpha, 1).begin();
    let harmed = 0;
    let stopped: number | null = null;
    for (const { at, cell, bad, wouldBe } of anHour(condition.weather(draw), draw)) {
      harmed += bad - wouldBe;
      if (stopped === null && judge(cell, at)) stopped = at;
      if (stopped !== null && at >= stopped + delay) return { harmed, seconds: stopped };
    }
    throw new Error('never stopped');
  });
  return {
    harmed: centre(outcomes.map(({ harmed }) => harmed)).measured,
    seconds: centre(outcomes.map(({ seconds }) => seconds)).measured,
  };
}

describe('the closed forms against the simulation suite', () => {
  // A look is on average half a look late.
  const late = lookSeconds / 2;

  test.each([
    { ratio: 2, badShare: 0.01, delay: 0 },
    { ratio: 3, badShare: 0.01, delay: 0 },
    { ratio: 3, badShare: 0.01, delay: 30 },
    { ratio: 10, badShare: 0.01, delay: 30 },
    { ratio: 3, badShare: 0.001, delay: 30 },
    { ratio: 10, badShare: 0.001, delay: 0 },
    { ratio: 10, badShare: 0.001, delay: 60 },
  ])('harm at $ratio times $badShare, undone $delay s after the stop, is within 35%', ({ ratio, badShare, delay }) => {
    const runs = 200;
    const { harmed } = measured(harmful(ratio, badShare), delay, runs);
    const forms = harmBy(of(badShare), share, ratio, findsAfter(of(badShare), share, ratio, chances) + late + delay);
    expect(harmed / forms).toBeGreaterThan(0.65);
    expect(harmed / forms).toBeLessThan(1.35);
  });

  test.each([0.01, 0.001])('of a side that fails every request too, at %d without harm', (badShare) => {
    const delay = 30;
    const { harmed } = measured(harmful(1 / badShare, badShare), delay, 100);
    const seconds = findsFailing(of(badShare), share, chances);
    // It is found within a look; the harm until that look is done whatever the arithmetic needs.
    const failed = 200 * share * (1 - badShare) * (Math.max(seconds, late) + late + delay);
    expect(harmed / failed).toBeGreaterThan(0.65);
    expect(harmed / failed).toBeLessThan(1.35);
  });
});

test('harm until the stop hardly depends on the size of the wave (constant harm)', () => {
  const until = (at: number): number => harmBy(of(0.01), at, 10, findsAfter(of(0.01), at, 10, chances));
  for (const at of [0.01, 0.02, 0.05, 0.1]) expect(until(at) / until(0.001)).toBeLessThan(1.4);
});

test('a wave in which harm is found as fast as it is undone is w* of the closed form, its price added', () => {
  const badShare = 0.001;
  const delaySeconds = 30;
  const bare = firstWave({ rps: 2000, badShare, ratio: 10, alpha: 0.01, budget: 60, delaySeconds });
  const found = leastShare(
    (at) => findsAfter({ ...of(badShare, { tolerance: 0 }), eventsPerSecond: 2000 }, at, 10, chances),
    1e-6,
    delaySeconds,
  );
  const nats = Math.log(7) - Math.log(0.01);
  const priced = (bare.best * (nats + Math.LN2)) / nats;
  expect((found ?? 0) / priced).toBeGreaterThan(0.9);
  expect((found ?? 0) / priced).toBeLessThan(1.3);
});

test('what is within the tolerance or below the floor is no harm, and more bad events than events cannot be', () => {
  expect(meaningOf(of(0.001, { floor: 0.005 }), 3)).toBe('harmless');
  expect(meaningOf(of(0.01), 1.2)).toBe('harmless');
  expect(meaningOf(of(0.5), 3)).toBe('impossible');
  expect(findsAfter(of(0.001, { floor: 0.005 }), share, 3, chances)).toBe(Infinity);
});

test('with nothing left to compare with only the guard finds, and nothing is proven', () => {
  expect(findsAfter(of(0.01), 1, 10, chances)).toBe(Infinity);
  expect(findsAfter(of(0.01, { limit: 0.02 }), 1, 10, chances)).toBeLessThan(10);
  expect(provesAfter(of(0.01), 1, chances)).toBe(Infinity);
  expect(excludes(of(0.01), 1, 3600, chances)).toBeNull();
});

test('a stream whose traffic or bad share is not known promises nothing', () => {
  const settings = stream();
  for (const unknown of [null, 0, Number.NaN]) {
    expect(trafficOf({ settings, eventsPerSecond: unknown, baselineShare: 0.01 })).toBeNull();
  }
  expect(trafficOf({ settings, eventsPerSecond: 10, baselineShare: null })).toBeNull();
  expect(trafficOf({ settings, eventsPerSecond: 10, baselineShare: 0 })?.badShare).toBeCloseTo(1 / 36_000, 9);
});

test('more traffic, more harm or a larger wave is never found later; overdispersion never sooner', () => {
  const any = fc.record({
    badShare: fc.double({ min: 1e-5, max: 0.09, noNaN: true }),
    at: fc.double({ min: 0.001, max: 0.35, noNaN: true }),
    ratio: fc.double({ min: 1.3, max: 10, noNaN: true }),
    floor: fc.constantFrom(0, 0.005),
    limit: fc.constantFrom(1, 0.2),
  });
  fc.assert(
    fc.property(any, ({ badShare, at, ratio, floor, limit }) => {
      const one = of(badShare, { floor, limit });
      const base = findsAfter(one, at, ratio, chances) * (1 + 1e-9);
      expect(findsAfter({ ...one, eventsPerSecond: 400 }, at, ratio, chances)).toBeLessThanOrEqual(base);
      expect(findsAfter(one, at, ratio * 1.1, chances)).toBeLessThanOrEqual(base);
      expect(findsAfter(one, at * 1.1, ratio, chances)).toBeLessThanOrEqual(base);
      const dispersed = of(badShare, { floor, limit, dispersion: 2 });
      expect(findsAfter(dispersed, at, ratio, chances) * (1 + 1e-9)).toBeGreaterThanOrEqual(base / (1 + 1e-9));
      expect(findsFailing(one, at, chances)).toBeLessThanOrEqual(findsFailing(dispersed, at, chances));
    }),
  );
});
