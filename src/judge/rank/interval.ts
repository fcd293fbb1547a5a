/** Hodges and Lehmann's shift between two samples with its interval, as R's wilcox.test(exact = FALSE) gives it. */
import { upperQuantile } from './normal.js';
import { hasTies, standing, untiedBalance, type Standing } from './rank-sum.js';
import { zero } from './root.js';

export interface Shift {
  /** Median of the differences x − y, by inversion of the rank test. */
  estimate: number;
  low: number;
  high: number;
}

/** R's tolerance of the zero, in units of the data. */
export const toleranceOfR = 1e-4;

/**
 * The shift of x against y at which the rank test's z is `quantile` (Bauer 1972): z of 1 − α/2 gives the lower end of
 * the interval, −z the upper, 0 the estimate. The ends have a continuity correction, the estimate has none, as in R.
 * x and y ascending, neither empty.
 *
 * @returns NaN when all values are tied after some shift (one value each, or both constant): there is no interval.
 */
export function shiftAt(x: Float64Array, y: Float64Array, quantile: number, tolerance: number = toleranceOfR): number {
  const least = (x[0] as number) - (y[y.length - 1] as number);
  const most = (x[x.length - 1] as number) - (y[0] as number);
  const at: Standing = { balance: 0, spread: 0 };
  const correction = quantile === 0 ? 0 : 0.5;
  const untied = !hasTies(x) && !hasTies(y);
  const spread = Math.sqrt(((x.length * y.length) / 12) * (x.length + y.length + 1));
  let tied = false;
  const score = (shift: number): number => {
    const balance = untied ? untiedBalance(x, y, shift) : Number.NaN;
    if (!Number.isNaN(balance)) return (balance - Math.sign(balance) * correction) / spread - quantile;
    standing(x, y, shift, at);
    if (at.spread === 0) tied = true;
    return (at.balance - Math.sign(at.balance) * correction) / at.spread - quantile;
  };
  const low = score(least);
  if (tied || low <= 0) return tied ? Number.NaN : least;
  const high = score(most);
  if (tied || high >= 0) return tied ? Number.NaN : most;
  const shift = zero(score, [least, most], [low, high], tolerance);
  return tied ? Number.NaN : shift;
}

/** Estimate and two-sided interval; null where there is none. */
export function shiftInterval(
  x: Float64Array,
  y: Float64Array,
  confidence: number,
  tolerance: number = toleranceOfR,
): Shift | null {
  const z = upperQuantile((1 - confidence) / 2);
  const low = shiftAt(x, y, z, tolerance);
  const high = shiftAt(x, y, -z, tolerance);
  const estimate = shiftAt(x, y, 0, tolerance);
  return Number.isNaN(low + high + estimate) ? null : { estimate, low, high };
}
