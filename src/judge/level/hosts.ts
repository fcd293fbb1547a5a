/**
 * Hosts differ, and each drifts by itself: with two changed targets of ten the arms differ however long one looks. What the
 * targets of an arm differ by among themselves says how much. It is counted as if it never averaged out over time (the
 * worst autocorrelation there is), so what single hosts do by themselves is no evidence, whatever the noise profile; the
 * profile is for what the targets of one arm do together.
 */
import type { Sample } from './difference.js';

export const hostConstants = {
  /** Assumed sd between hosts, 8 %, and how many targets' worth of evidence the assumption is. > 2. */
  spread: 0.08,
  worth: 3,
  /** At least this part of the variance at one instant stays, however much of it comes and goes within an interval. */
  least: 0.25,
};
export type HostConstants = typeof hostConstants;

/**
 * Variance of the difference of the arms' means that hosts alone make: s²(1/n + 1/m), s² the posterior mean of the
 * variance between hosts, a scaled inverse χ² with the assumption as its prior (Gelman et al., Bayesian Data Analysis, 3rd
 * ed., §3.3); its mean, not its mode, for with few targets it may be much larger than it looks. Infinity when an arm has no
 * target.
 */
export function hostVariance(
  canary: Sample,
  baseline: Sample,
  { spread, worth }: HostConstants = hostConstants,
): number {
  if (!(canary.n > 0 && baseline.n > 0)) return Infinity;
  const squares = canary.variance * canary.n + baseline.variance * baseline.n;
  const freedom = Math.max(0, canary.n + baseline.n - 2);
  const pooled = (worth * spread * spread + squares) / (worth + freedom - 2);
  return pooled * (1 / canary.n + 1 / baseline.n);
}

/** The arms' difference over the looks of an interval: how many looks, and sums of it and of its square. */
export interface Apart {
  looks: number;
  sum: number;
  squares: number;
}

/**
 * The same for the mean over an interval's looks, from `instant`, that of one look. With D the variance of the difference
 * over L looks, what comes and goes within the interval leaves the mean's variance at `instant` − D(1 − 1/L), whatever its
 * autocorrelation ρ: D is R(1 − ρ̄) and the mean's variance R(1 + (L − 1)ρ̄)/L, R the variance of what comes and goes.
 */
export function overInterval(
  instant: number,
  { looks, sum, squares }: Apart,
  { least }: HostConstants = hostConstants,
): number {
  if (looks < 2) return instant;
  const within = Math.max(0, squares - (sum * sum) / looks) / (looks - 1);
  return Math.max(least * instant, instant - within * (1 - 1 / looks));
}
