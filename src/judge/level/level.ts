/**
 * Judging a level (latency, or a gauge) that drifts by itself: is the changed arm's mean shifted against the unchanged
 * one's, beyond what the service's own noise does? A fold over intervals; the likelihood ratio of the shifts that count as
 * harm against no shift, both averaged over the kinds of noise of the profile (a mixture likelihood ratio: Robbins 1970;
 * filters: kinds.ts). State: twenty numbers a kind, whatever the length.
 */
import {
  advanceKinds,
  beginKinds,
  beginLate,
  likeliestShift,
  logAnyShift,
  logShift,
  logWeights,
  type Onset,
} from './kinds.js';
import { logAdd, logMean } from '../logs.js';
import type { LevelNoise } from '../noise/profile.js';
import type { Difference } from './difference.js';

/** Shifts in natural logs, upwards is worse. `harms`: what is looked for; `margin`: safe means a shift below it. */
export const levelConstants = {
  harms: [0.1, 0.3],
  margin: Math.log(1.15),
  /** Weight of shifts that begin late, and how often (intervals) one is let begin. */
  late: 0.05,
  restart: 10,
  /** Sd of the shifts expected by the interval, and one minus its level. */
  spread: 0.15,
  doubt: 0.05,
};
export type LevelConstants = typeof levelConstants;

export interface LevelState {
  version: 1;
  /** Intervals passed, and those of them that had samples in both arms. */
  intervals: number;
  seen: number;
  /** Mean of both arms in the first interval that had samples. */
  origin: number | null;
  filters: number[];
  /** Interval at which harm was proven; kept. */
  stopped: number | null;
}

export interface LevelReading {
  /** ln of the likelihood ratio, and the bound it is held against at this interval. */
  logHarm: number;
  harmBound: number;
  /** ln of the likelihood ratio of no shift against one of `margin`; held against ln(1/β). */
  logSafe: number;
  /** Shifts that are not ruled out, at every look at once; ±Infinity before the first sample. */
  low: number;
  high: number;
}

export function beginLevel(noise: LevelNoise): LevelState {
  return { version: 1, intervals: 0, seen: 0, origin: null, filters: beginKinds(noise.kinds), stopped: null };
}

/**
 * One interval; null when an arm had no sample: time passes and nothing is learnt. Leaves `state` as it was.
 *
 * @throws RangeError for a difference that is not a number, or a state of another profile.
 */
export function foldLevel(
  noise: LevelNoise,
  state: LevelState,
  difference: Difference | null,
  constants: LevelConstants = levelConstants,
): LevelState {
  const filters = state.filters.slice();
  if (filters.length !== beginKinds(noise.kinds).length) throw new RangeError('level state of another noise profile');
  if (difference !== null && !(Number.isFinite(difference.shift + difference.common) && difference.variance >= 0)) {
    throw new RangeError(`difference ${difference.shift} with variance ${difference.variance}`);
  }
  const origin = state.origin ?? difference?.common ?? null;
  passInterval(noise, filters, difference, state.intervals, origin ?? 0, constants);
  const intervals = state.intervals + 1;
  const seen = state.seen + (difference === null ? 0 : 1);
  const crossed = difference !== null && logHarmOf(noise, filters, constants) >= harmBoundAt(noise, intervals);
  const stopped = state.stopped ?? (crossed ? intervals : null);
  return { version: 1, intervals, seen, origin, filters, stopped };
}

/**
 * Folds an interval into `filters`, after `before` others. The two late onsets take turns, so that one of them is always at
 * least `restart` intervals old and at most twice that.
 */
export function passInterval(
  noise: LevelNoise,
  filters: number[],
  difference: Difference | null,
  before: number,
  origin: number,
  { restart }: LevelConstants,
): void {
  const every = Math.max(1, Math.round(restart));
  if (before > 0 && before % every === 0) beginLate(filters, before % (2 * every) === 0 ? 0 : 1);
  advanceKinds(noise.kinds, filters, difference, origin);
}

/** ln of the likelihood ratio: the mean over `harms`, there from the start or begun late, against no shift. */
export function logHarmOf(noise: LevelNoise, filters: readonly number[], { harms, late }: LevelConstants): number {
  const weights = logWeights(noise.kinds, filters);
  const none = logShift(weights, filters, 0);
  const since = (onset: Onset) => logMean(harms.map((shift) => logShift(weights, filters, shift, onset) - none));
  const begun = logAdd(since(0), since(1)) - Math.LN2;
  return logAdd(Math.log1p(-late) + since('start'), Math.log(late) + begun);
}

/**
 * The bound falls along the horizon it was simulated over: early looks, at which chance is greatest, cost more. Past the
 * horizon it is at least that of Ville's inequality, ln(1/α).
 */
export function harmBoundAt(noise: LevelNoise, interval: number): number {
  const { bound, slope, horizon, alpha } = noise;
  return interval <= horizon ? bound + slope * (1 - interval / horizon) : Math.max(bound, -Math.log(alpha));
}

/** ln of the likelihood ratio of no shift against a shift of `margin`: an e-value against "the shift is `margin` or more". */
export function logSafeOf(noise: LevelNoise, filters: readonly number[], margin: number): number {
  const weights = logWeights(noise.kinds, filters);
  return logShift(weights, filters, 0) - logShift(weights, filters, margin);
}

/** What the intervals so far say. */
export function readLevel(
  noise: LevelNoise,
  state: LevelState,
  constants: LevelConstants = levelConstants,
): LevelReading {
  const { filters } = state;
  const interval = state.seen === 0 ? { low: -Infinity, high: Infinity } : shiftsLeft(noise, filters, constants);
  return {
    logHarm: logHarmOf(noise, filters, constants),
    harmBound: harmBoundAt(noise, state.intervals),
    logSafe: logSafeOf(noise, filters, constants.margin),
    ...interval,
  };
}

/**
 * The always-valid interval: shifts μ for which the mixture over N(0, spread²) against μ is below 1/doubt. Found by
 * bisection outward from the shift of greatest likelihood.
 */
function shiftsLeft(
  noise: LevelNoise,
  filters: readonly number[],
  constants: LevelConstants,
): { low: number; high: number } {
  const { spread, doubt } = constants;
  const weights = logWeights(noise.kinds, filters);
  const threshold = logAnyShift(weights, filters, spread) + Math.log(doubt);
  const left = (mu: number) => logShift(weights, filters, mu) > threshold;
  const best = likeliestShift(weights, filters);
  return { low: edge(left, best, -spread), high: edge(left, best, spread) };
}

function edge(left: (mu: number) => boolean, from: number, step: number): number {
  let out = step;
  for (let i = 0; i < 60 && left(from + out); i++) out *= 2;
  let [inside, outside] = [0, out];
  for (let i = 0; i < 50; i++) {
    const middle = (inside + outside) / 2;
    if (left(from + middle)) inside = middle;
    else outside = middle;
  }
  return from + outside;
}
