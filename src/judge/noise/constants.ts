/** Every number of learning a noise; a bench moves each of them. Shares unless said otherwise. */
export const noiseConstants = {
  /** False stops of the level and of the counts, over the horizon, in the worst part of the runs. */
  levelAlpha: 0.0025,
  countAlpha: 0.002,
  /** The runs with the most misleading noise, within which α is kept: an average over all would hide them. */
  worst: 0.25,
  /** Intervals. */
  horizon: 60,
  /** Nats more at the first look than at the horizon. */
  slope: 5,
  /** The grid's autocorrelations are tanh(0, step, 2·step …). */
  rhoStep: 0.06,
  rhoPoints: 40,
  /** The grid's sds are the robust sd of all differences times ratio^k, k from −below to above. */
  tauRatio: 1.06,
  tauBelow: 20,
  tauAbove: 10,
  /** Most kinds of noise, and steps of fitting them. */
  kinds: 4,
  emSteps: 30,
  /** Prior of the sd of the counts' drift (normal: mean, sd; cut at 0), and its grid: step and points. */
  driftMean: 0.35,
  driftSpread: 0.15,
  driftStep: 0.12,
  driftPoints: 10,
  /** Chance that a ratio of `detectRatio` is called safe, on average over the noise. */
  countBeta: 0.05,
  detectRatio: 3,
  /** Simulated runs behind each bound. */
  simulations: 30_000,
};
export type NoiseConstants = typeof noiseConstants;
