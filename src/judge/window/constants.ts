/** Every constant of the method in one place, so that what a verdict hangs on can be perturbed. */
export interface WindowConstants {
  /** Chance that a harmless change fails, over all metrics and contrasts. */
  alpha: number;
  /** Shares of alpha. */
  locationShare: number;
  lateShare: number;
  scaleShare: number;
  tailShare: number;
  togetherShare: number;
  /** Shifts up to this part of the control's mean do not matter. */
  shiftFloor: number;
  /** The same for the mean of several metrics that agree. */
  togetherFloor: number;
  /** Spreads up to so many times the control's do not matter, nor those whose highest part is no higher. */
  scaleFloor: number;
  topShare: number;
  /** Spikes up to this part above the control's mean do not matter, nor do so many or fewer. */
  spikeFloor: number;
  spikes: number;
  /** Last parts of the window that are looked at by themselves, and their least number of samples. */
  lateShort: number;
  lateLong: number;
  lateLeast: number;
  /** Part of a late shift that must also show against the control's own highest stretch of that length. */
  lateOwn: number;
  /** Chance by ranks above which too few of the last samples are raised. */
  lateRank: number;
  /** Part left out at each end of a trimmed mean. */
  trim: number;
  /** A z counts no more than this when metrics are added up. */
  capZ: number;
  /** Correlation of the two sides from which they are compared interval by interval, and the least number of pairs. */
  pairedFrom: number;
  pairsLeast: number;
  /** Autocorrelation is taken to make a sample worth no less than one part in so many. */
  inflationMost: number;
  /** What may be missing from 1 or 100% where a metric that harm lowers is read as a share of successes. */
  boundMissing: number;
  /** A healed stretch and the rest after it: their least parts of the window and numbers of samples. */
  healedLeast: number;
  healedSamples: number;
  healedRest: number;
  restSamples: number;
  /** Part of the samples that may be on the wrong side of a stretch's level, part of its height that may remain. */
  healedStray: number;
  healedRemains: number;
  /** Part of the window in which a stretch may die away. */
  healedFade: number;
  /** Chance up to which a stretch differs from the rest. */
  healedChance: number;
  /** With a control that is all zero: chance up to which a changed side that is not may not pass. */
  doubt: number;
  /** Confidence of the interval shown, two-sided. */
  confidence: number;
}

export const windowConstants: WindowConstants = {
  alpha: 0.02,
  locationShare: 0.45,
  lateShare: 0.2,
  scaleShare: 0.15,
  tailShare: 0.1,
  togetherShare: 0.1,
  shiftFloor: 0.037,
  togetherFloor: 0.01,
  scaleFloor: 2.5,
  topShare: 0.2,
  spikeFloor: 0.25,
  spikes: 2.3,
  lateShort: 0.17,
  lateLong: 0.34,
  lateLeast: 4,
  lateOwn: 0.5,
  lateRank: 0.03,
  trim: 0.1,
  capZ: 5,
  pairedFrom: 0.6,
  pairsLeast: 8,
  inflationMost: 39,
  boundMissing: 0.05,
  healedLeast: 0.13,
  healedSamples: 3,
  healedRest: 0.25,
  restSamples: 6,
  healedStray: 0.2,
  healedRemains: 0.25,
  healedFade: 0.2,
  healedChance: 0.005,
  doubt: 0.11,
  confidence: 0.95,
};
