import { expect, test } from 'vitest';
import { beginCounts, foldCounts } from '../../src/judge/level/counts.js';
import { bucketLogs, differenceOf, sampleOfHistogram } from '../../src/judge/level/difference.js';
import { beginLevel, foldLevel, type LevelState, readLevel } from '../../src/judge/level/level.js';
import { defaultNoise } from '../../src/judge/noise/default.js';

const noise = defaultNoise.level;
/** Differences with no noise of their own but the sampling's: alternating around `shift`. */
const wobble = (shift: number, n: number) =>
  Array.from({ length: n }, (_, t) => ({ shift: shift + (t % 2 === 0 ? 0.01 : -0.01), variance: 0.0018, common: 4.6 }));
const folded = (differences: Parameters<typeof foldLevel>[2][]): LevelState =>
  differences.reduce<LevelState>((state, one) => foldLevel(noise, state, one), beginLevel(noise));

test('a shift of +30% is stopped at once, +10% within the hour, none never', () => {
  expect(folded(wobble(Math.log(1.3), 5)).stopped).toBeLessThanOrEqual(2);
  expect(folded(wobble(Math.log(1.1), 60)).stopped).toBeLessThan(60);
  expect(folded(wobble(0, 600)).stopped).toBeNull();
  expect(folded(wobble(Math.log(0.7), 60)).stopped).toBeNull();
});

test('a shift that begins after an hour of none is stopped in minutes, and so are errors', () => {
  const late = folded([...wobble(0, 60), ...wobble(Math.log(1.3), 5)]);
  expect(late.stopped).toBeGreaterThan(60);
  expect(late.stopped).toBeLessThanOrEqual(63);
  let state = beginCounts();
  for (let t = 0; t < 80; t++) {
    const canary = { exposure: 300, bad: t < 60 ? t % 2 : 6 };
    state = foldCounts(defaultNoise.counts, state, canary, { exposure: 300, bad: t % 2 }, 3);
  }
  expect(state.stopped).toBeGreaterThan(60);
  expect(state.stopped).toBeLessThanOrEqual(66);
});

test('no shift is proven below the margin, a shift of the margin is not', () => {
  expect(readLevel(noise, folded(wobble(0, 60))).logSafe).toBeGreaterThan(Math.log(20));
  expect(readLevel(noise, folded(wobble(Math.log(1.15), 60))).logSafe).toBeLessThan(0);
});

test('the interval holds the shift, narrows with time, and is everything before the first sample', () => {
  const few = readLevel(noise, folded(wobble(0.1, 5)));
  const many = readLevel(noise, folded(wobble(0.1, 60)));
  expect(many.low).toBeLessThan(0.1);
  expect(many.high).toBeGreaterThan(0.1);
  expect(many.high - many.low).toBeLessThan(few.high - few.low);
  expect(readLevel(noise, beginLevel(noise))).toMatchObject({ low: -Infinity, high: Infinity });
});

test('an interval without samples passes time and adds no evidence', () => {
  const before = readLevel(noise, folded(wobble(0.05, 5)));
  const after = readLevel(noise, folded([...wobble(0.05, 5), null, null]));
  expect(after.logHarm).toBeCloseTo(before.logHarm, 12);
  expect(folded([null, null])).toMatchObject({ intervals: 2, seen: 0, stopped: null });
});

test('folding leaves the state as it was, and it stays small and plain however long the bake', () => {
  const state = folded(wobble(0.02, 3));
  const copy = structuredClone(state);
  foldLevel(noise, state, { shift: 0.1, variance: 0.001, common: 4.6 });
  expect(state).toEqual(copy);
  const long = folded(wobble(0.02, 5000));
  expect(JSON.stringify(long).length).toBeLessThan(4096);
  expect(JSON.parse(JSON.stringify(long))).toEqual(long);
});

test('what is not a number, and the state of another profile, is refused', () => {
  const state = beginLevel(noise);
  expect(() => foldLevel(noise, state, { shift: Number.NaN, variance: 1, common: 0 })).toThrow(RangeError);
  expect(() => foldLevel(noise, state, { shift: 0, variance: -1, common: 0 })).toThrow(RangeError);
  expect(() => foldLevel({ ...noise, kinds: [] }, state, null)).toThrow(/another noise profile/u);
});

test('a histogram gives mean and variance of log latency', () => {
  const logs = bucketLogs([10, 20, 40]);
  expect(logs).toHaveLength(4);
  const sample = sampleOfHistogram(logs, [0, 10, 10, 0]);
  expect(sample.mean).toBeCloseTo(Math.log(20), 12);
  expect(sample.variance).toBeCloseTo((Math.LN2 / 2) ** 2, 12);
  expect(differenceOf(sample, sample)).toEqual({ shift: 0, variance: sample.variance / 10, common: sample.mean });
  expect(differenceOf(sample, sampleOfHistogram(logs, [0, 0, 0, 0]))).toBeNull();
  expect(() => sampleOfHistogram(logs, [1, 2])).toThrow(RangeError);
  expect(() => sampleOfHistogram(logs, [1, 2, Number.NaN, 0])).toThrow(RangeError);
});

test('five times the errors are stopped within the hour, equal errors never, and are proven safe', () => {
  const run = (bad: number) => {
    let state = beginCounts();
    for (let t = 0; t < 60; t++) {
      const canary = { exposure: 300, bad };
      state = foldCounts(defaultNoise.counts, state, canary, { exposure: 300, bad: 1 }, 3);
    }
    return state;
  };
  expect(run(5).stopped).toBeLessThan(20);
  expect(run(1).stopped).toBeNull();
  expect(run(1).safe).toBeGreaterThan(defaultNoise.counts.safeBound);
});
