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
  /** Spreads up to so many times the control's do not matter. */
  scaleFloor: number;
  /** Spikes up to this part above the control's mean do not matter, nor do fewer than so many. */
  spikeFloor: number;
  spikes: number;
  /** Last parts of the window that are looked at by themselves. */
  lateShort: number;
  lateLong: number;
  /** Part of a late shift that must also show against the control's own highest stretch of that length. */
  lateOwn: number;
  /** Chance by ranks above which too few of the last samples are raised. */
  lateRank: number;
  /** Part left out at each end of a trimmed mean. */
  trim: number;
  /** A z counts no more than this when metrics are added up. */
  capZ: number;
  /** Correlation of the two sides from which they are compared interval by interval. */
  pairedFrom: number;
  /** A healed stretch: its least part of the window, least part that must follow,
   * samples that may be on the wrong side of its level, how much of it may remain, part
   * of the window in which it may die away. */
  healedLeast: number;
  healedRest: number;
  healedStray: number;
  healedRemains: number;
  healedFade: number;
  /** Chance at which a stretch differs from the rest. */
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
  spikeFloor: 0.25,
  spikes: 2.3,
  lateShort: 0.17,
  lateLong: 0.34,
  lateOwn: 0.5,
  lateRank: 0.03,
  trim: 0.1,
  capZ: 5,
  pairedFrom: 0.6,
  healedLeast: 0.13,
  healedRest: 0.25,
  healedStray: 0.2,
  healedRemains: 0.25,
  healedFade: 0.2,
  healedChance: 0.005,
  doubt: 0.11,
  confidence: 0.95,
};
