/**
 * A noise profile: what a service's two arms do to each other when nothing was changed, under a name, learnt from A/A or
 * past runs, and the bounds that follow from it. Plain JSON, a few kilobytes. A verdict names the profile it was made by.
 */
import type { Kind } from '../level/kinds.js';
import type { Difference } from '../level/difference.js';
import type { Count } from '../types.js';

export interface NoiseProfile {
  version: 1;
  name: string;
  /** Where from, for people. */
  from: string;
  runs: number;
  /** Length of an interval in seconds; absent: 60. What was learnt at one length says nothing of another. */
  intervalSeconds?: number;
  level: LevelNoise;
  counts: CountNoise;
}

/** Noise of a level's difference, with the weights it is judged by, and the bound of the harm exit. */
export interface LevelNoise {
  kinds: Kind[];
  /** ln of the likelihood ratio that stops at the horizon; `slope` more at the start. */
  bound: number;
  slope: number;
  /** Intervals over which false stops are at most `alpha`. */
  horizon: number;
  alpha: number;
}

/** Noise of a ratio of bad events: sd of the log ratio's own drift, as a posterior, and the bounds in nats. */
export interface CountNoise {
  drift: { tau: number; weight: number }[];
  harmBound: number;
  safeBound: number;
}

/** One run of two arms without a change: what `learnNoise` learns from. Equal intervals, in order. */
export interface NoiseRun {
  differences: (Difference | null)[];
  counts: { canary: Count; baseline: Count }[];
}
