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

export interface JudgeSettings {
  /** Which judge made a verdict; stored with it. */
  version: 1;
  /** Chance of a false stop over the whole change, at any number of looks. */
  alpha: number;
  /** Chance that harm of detectRatio or more is called safe. */
  beta: number;
  streams: StreamSettings[];
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
