/**
 * Judging a ratio of bad events with the bounds of a noise profile: the e-process of relative.ts against "ratio ≤ 1", and
 * against "ratio ≥ detectRatio". The arms' own noise is met by stricter bounds, simulated from the profile: an e-process
 * with that noise in its null gives up more than it saves where bad events are rare.
 */
import { logMean } from '../logs.js';
import { harmEvidence, harmRatios, relativeEvidence } from '../relative.js';
import type { CountNoise } from '../noise/profile.js';
import type { Count } from '../types.js';

/** Share of the bound that one interval can give: an outlier of one minute is no proof, two in a row may be. */
export const countConstants = { most: 0.5 };

export interface CountState {
  version: 1;
  intervals: number;
  /** ln e per harm ratio. */
  harm: number[];
  /** ln e against "ratio ≥ detectRatio". */
  safe: number;
  stopped: number | null;
}

export function beginCounts(): CountState {
  return { version: 1, intervals: 0, harm: harmRatios.map(() => 0), safe: 0, stopped: null };
}

/**
 * One interval's counts of both arms. Leaves `state` as it was. Evidence above the cap is given up, which keeps an
 * e-process one; a fault that fails everything is stopped at the second interval, by every alternative at once.
 */
export function foldCounts(
  noise: CountNoise,
  state: CountState,
  canary: Count,
  baseline: Count,
  detectRatio: number,
  constants: typeof countConstants = countConstants,
): CountState {
  const intervals = state.intervals + 1;
  if (canary.exposure === 0 || baseline.exposure === 0 || canary.bad + baseline.bad === 0) {
    return { ...state, intervals };
  }
  const increments = harmEvidence(canary, baseline, 0, 1);
  const most = constants.most * (noise.harmBound + Math.log(harmRatios.length));
  const harm = state.harm.map((log, i) => log + Math.min(most, increments[i] ?? 0));
  const safe = state.safe + relativeEvidence(canary, baseline, detectRatio, 1);
  const crossed = logMean(harm) >= noise.harmBound;
  return { version: 1, intervals, harm, safe, stopped: state.stopped ?? (crossed ? intervals : null) };
}
