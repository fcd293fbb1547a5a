import type { Sample } from './level/difference.js';
import type { LevelNoise } from './noise/profile.js';
import type { When } from './when.js';

/**
 * Words of the judge. Everything here is plain JSON. Shares are in [0, 1], counts are non-negative integers, times are
 * Unix milliseconds, logs are natural.
 */
export interface Count {
  /** How many events could have been bad (requests). */
  exposure: number;
  bad: number;
}

/** One interval's counts of one stream, changed arm and unchanged arm over the same interval. */
export interface Cell {
  stream: string;
  canary: Count;
  baseline: Count;
}

/**
 * What one look read of a gauge: over the targets of each arm, the mean and variance of their values on the stream's scale
 * (logs, or multiples of its unit), and how many there were.
 */
export interface LevelCell {
  stream: string;
  canary: Sample;
  baseline: Sample;
}

/** Counters that stand still although, by the traffic before, that is next to impossible. */
export interface Still {
  /** `changed`: those of the changed arm, while others moved. */
  arm: 'both' | 'changed';
  /** Looks in a row in which none moved, this one included, and the time since one last did. */
  looks: number;
  ms: number;
  /** How old a newest sample may be with nothing wrong. */
  freshMs: number;
  /** Events a second before. */
  perSecond: number;
}

/** Everything one look saw. The store keeps it; the same looks give the same verdict, on any machine, later. */
export interface Look {
  /** 1, 2, 3 … within the change; a look folded twice counts once. */
  seq: number;
  /**
   * `seq` of the look this one continues from, 0 for the first. Usually seq − 1; less when the attempts in between died
   * before their state was kept: this look's counts then bridge the gap, and the looks between are superseded.
   */
  after: number;
  /** 1-based wave. */
  wave: number;
  fromMs: number;
  toMs: number;
  cells: Cell[];
  /** Gauges; absent where none is watched. */
  levels?: LevelCell[];
  /** Targets of each arm, and those that did not report in this look. */
  canary: { targets: number; silent: string[] };
  baseline: { targets: number; silent: string[] };
  /** Set when counters stood still that should not. */
  still?: Still;
  /** Set when the source was broken: no cell of this look counts. */
  error: string | null;
}

/** What the judge must know of one stream, frozen before the first look. */
export interface StreamSettings {
  name: string;
  /** Ratios up to 1 + tolerance are no harm (δ). ≥ 0. */
  tolerance: number;
  /** Safety means the ratio is below this (1 + MDE). > 1 + tolerance. */
  detectRatio: number;
  /** Share of bad events that is harmless whatever the ratio; 0 = none. */
  floor: number;
  /** Share of bad events on the changed side that is harm whatever the ratio; 1 = none. */
  limit: number;
  /** Share of the total weight; the weights of all streams sum to 1. */
  weight: number;
  /** False: a wave may pass early without this stream's proof of safety. */
  prove: boolean;
  /** Overdispersion φ ≥ 1, from A/A; evidence is tempered by 1/φ. */
  dispersion: number;
}

/** Whose noise a level is judged by, frozen with the settings: the evidence alone recomputes a verdict. */
export interface NamedNoise {
  profile: string;
  /** Where the profile is from, for people. */
  from: string;
  level: LevelNoise;
}

/** Which way a level must not move. */
export type Direction = 'up' | 'down' | 'either';

/**
 * What the judge must know of a gauge. Its row in `streams`, under the same name, has weight and `prove`; a release that
 * knows only that row sees a stream without data, and never passes.
 */
export interface LevelSettings {
  name: string;
  direction: Direction;
  /** `log`: shifts are ratios, kept as natural logs; `linear`: shifts are shares of `unit`. */
  scale: 'log' | 'linear';
  /** Level that 100 % is of, on a linear scale: the unchanged side's when the change began. > 0. */
  unit: number;
  /** Shifts up to this are no harm; safety means less than `detect`. On the scale: ln 1.3 or .3. 0 ≤ tolerance < detect. */
  tolerance: number;
  detect: number;
  /** Looks of so many seconds make one interval of the noise profile. */
  intervalSeconds: number;
  noise: NamedNoise;
}

export interface JudgeSettings {
  /** Which judge made a verdict; stored with it. */
  version: 1;
  /** Chance of a false stop over the whole change, at any number of looks. */
  alpha: number;
  /** Chance that harm of detectRatio or more is called safe. */
  beta: number;
  streams: StreamSettings[];
  /** Those of `streams` that are gauges; absent when none is. */
  levels?: LevelSettings[];
  /** So many looks in a row without a report make a changed target silent. */
  silenceLooks: number;
  /** A fresh component of the harm mixture starts at each wave and every so many seconds, for late faults. */
  restartSeconds: number;
}

export type VerdictKind = 'pass' | 'fail' | 'inconclusive' | 'error';

/** Evidence on one stream, for people and for recomputing. */
export interface StreamEvidence {
  stream: string;
  canary: Count;
  baseline: Count;
  /** Ratio of bad shares, changed to unchanged; null where it cannot be formed. */
  ratio: number | null;
  /** ln of the e-value against "no harm". */
  logHarm: number;
  /** ln of the e-value against "harm of at least detectRatio". */
  logSafe: number;
  /** ln of the e-value against "the changed side's share is within its limit". */
  logGuard: number;
  /** Of a gauge; its counts above are 0. */
  level?: LevelEvidence;
}

/** Evidence on a gauge. Shifts as people say them: .5 is +50 %; null: nothing is known yet, or no end on that side. */
export interface LevelEvidence {
  /** Noise profile it was judged by. */
  profile: string;
  /** Mean of each arm over the intervals, in the gauge's own unit (of a log scale the geometric one). */
  canary: number | null;
  baseline: number | null;
  shift: number | null;
  /** Shifts that are not ruled out, at every look at once. */
  low: number | null;
  high: number | null;
  /** Intervals with both arms. */
  intervals: number;
}

export interface Verdict {
  kind: VerdictKind;
  /** One sentence for people, with the numbers that decided. */
  reason: string;
  /** Stream to blame; null when none. */
  culprit: string | null;
  /** ln E of the weighted average over streams, and the bound ln(1/α) it is held against. */
  logHarm: number;
  harmBound: number;
  /** Least proof of safety over the streams that must be proven, and the bound ln(1/β). */
  logSafe: number;
  safeBound: number;
  /** Changed targets that fell silent. */
  silent: string[];
  /** `concurrent`: both arms saw traffic in this wave; `none`: no unchanged arm, proof is carried, never early. */
  control: 'concurrent' | 'none';
  streams: StreamEvidence[];
  looks: number;
  /** The clock and the bake that it was said by: part of what recomputes it. */
  asOf: When;
  /** Settings version; with the stored looks it recomputes this verdict. */
  judge: 1;
}
