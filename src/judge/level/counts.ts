/**
 * Judging a ratio of bad events with the bounds of a noise profile: the e-process of relative.ts against "ratio ≤ 1", and
 * against "ratio ≥ detectRatio". The arms' own noise is met by stricter bounds, simulated from the profile: an e-process
 * with that noise in its null gives up more than it saves where bad events are rare. Late faults: as in restart.ts, with
 * less mass for them, so that a fault from the start costs next to nothing more.
 */
import { logAdd, logMean } from '../logs.js';
import { harmEvidence, harmRatios, relativeEvidence } from '../relative.js';
import type { CountNoise } from '../noise/profile.js';
import type { Count } from '../types.js';

export const countConstants = {
  /** Share of the bound that one interval can give: an outlier of one minute is no proof, two in a row may be. */
  most: 0.5,
  /** Mass of faults that begin late, and how often (intervals) one is let begin. */
  late: 0.05,
  restart: 10,
};
export type CountConstants = typeof countConstants;

export interface CountState {
  version: 1;
  intervals: number;
  restarts: number;
  /** ln of the mass begun so far, times its evidence, per harm ratio. */
  harm: number[];
  /** ln e against "ratio ≥ detectRatio". */
  safe: number;
  stopped: number | null;
}

export function beginCounts({ late }: CountConstants = countConstants): CountState {
  return {
    version: 1,
    intervals: 0,
    restarts: 0,
    harm: harmRatios.map(() => Math.log1p(-late)),
    safe: 0,
    stopped: null,
  };
}

/** ln of the e-value against "ratio ≤ 1"; mass that has not begun counts as 1. */
export function logHarmOfCounts(state: CountState, { late }: CountConstants = countConstants): number {
  return logAdd(logMean(state.harm), Math.log(late / (state.restarts + 1)));
}

/**
 * One interval's counts of both arms. Leaves `state` as it was. Evidence above the cap is given up, which keeps an
 * e-process one; a fault that fails everything is stopped at the second interval.
 */
export function foldCounts(
  noise: Pick<CountNoise, 'harmBound'>,
  state: CountState,
  canary: Count,
  baseline: Count,
  detectRatio: number,
  constants: CountConstants = countConstants,
): CountState {
  const next = passed(state, constants);
  if (canary.exposure === 0 || baseline.exposure === 0 || canary.bad + baseline.bad === 0) return next;
  const increments = harmEvidence(canary, baseline, 0, 1);
  const most = constants.most * (noise.harmBound + Math.log(harmRatios.length));
  next.harm = next.harm.map((log, i) => log + Math.min(most, increments[i] ?? 0));
  next.safe += relativeEvidence(canary, baseline, detectRatio, 1);
  if (next.stopped === null && logHarmOfCounts(next, constants) >= noise.harmBound) next.stopped = next.intervals;
  return next;
}

/** A copy with an interval more, and with the mass of the next late onset where it is due. */
function passed(state: CountState, { late, restart }: CountConstants): CountState {
  const next = { ...state, intervals: state.intervals + 1 };
  if (state.intervals === 0 || state.intervals % Math.max(1, Math.round(restart)) !== 0) return next;
  next.restarts = state.restarts + 1;
  const mass = Math.log(late / (next.restarts * (next.restarts + 1)));
  next.harm = state.harm.map((log) => logAdd(log, mass));
  return next;
}
