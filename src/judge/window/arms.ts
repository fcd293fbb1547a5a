/** From raw samples to two arms in which harm points upwards. */
import { mean } from '../rank/sorted.js';
import type { WindowConstants } from './constants.js';
import type { WindowMetric } from './types.js';

export interface Arms {
  /** In time order. */
  control: Float64Array;
  experiment: Float64Array;
  /**
   * What sizes are relative to: the mean size of the control's values, or of what is missing from its bound. 0 when there
   * is nothing of it on the control's side.
   */
  base: number;
  /** Whether base is what is missing from a bound. */
  ofMissing: boolean;
  /** Variance of a mean of the control's samples over that of independent ones, ≥ 1. */
  inflation: number;
}

/** Samples with data, in time order; `replace` reads holes as 0, but only on a side that has any data. */
export function withData(values: readonly (number | null)[], replace: boolean): Float64Array {
  const real = values.filter((value) => value !== null && Number.isFinite(value)) as number[];
  if (!replace || real.length === 0) return Float64Array.from(real);
  return Float64Array.from(values, (value) => (value !== null && Number.isFinite(value) ? value : 0));
}

/** Both arms times `sign`: 1 when harm goes up, −1 when it goes down. */
export function armsOf(metric: WindowMetric, sign: 1 | -1, constants: WindowConstants): Arms {
  const replace = metric.nanStrategy === 'replace';
  const control = withData(metric.control, replace).map((value) => sign * value);
  const experiment = withData(metric.experiment, replace).map((value) => sign * value);
  const level = mean(control.map(Math.abs));
  const missing = sign < 0 ? missingFrom(control, level, constants.boundMissing) : null;
  return {
    control,
    experiment,
    base: missing ?? level,
    ofMissing: missing !== null,
    inflation: inflationOf(control, constants),
  };
}

/**
 * A share of successes near its bound (1 or 100%) is measured by what is missing from it: from 99.9% to 98% is twenty
 * times the failures. Null where `values` (negated, of mean size `level`) are no such share.
 */
function missingFrom(values: Float64Array, level: number, little: number): number | null {
  const most = values.reduce((top, value) => Math.max(top, -value), -Infinity);
  const bound = most <= 1 ? 1 : 100;
  return most <= bound && bound - level <= little * bound ? bound - level : null;
}

/**
 * (1 + r)/(1 − r) for the lag-1 autocorrelation r of the control, its bias taken out (Bartlett 1946; Marriott and Pope
 * 1954): samples that follow one another carry less than their number says. The control alone, since a change that sets
 * in halfway looks like autocorrelation.
 */
export function inflationOf(values: Float64Array, constants: WindowConstants): number {
  const n = values.length;
  if (n < 4) return 1;
  const centre = mean(values);
  let square = 0;
  let product = 0;
  for (let i = 0; i < n; i++) {
    const now = (values[i] as number) - centre;
    square += now * now;
    if (i > 0) product += now * ((values[i - 1] as number) - centre);
  }
  if (product <= 0) return 1;
  const r = (product / square) * (1 + 3 / n);
  return r >= 1 ? constants.inflationMost : Math.min(constants.inflationMost, (1 + r) / (1 - r));
}

/**
 * Takes out what both arms share (season, surge): around the common mean, half the difference of each interval goes to
 * one arm and minus half to the other. Null unless the arms are of one length and move together. Ranks of such mirrored
 * arms count Walsh averages, as Wilcoxon's signed rank test does, with twice the variance of independent arms.
 */
export function paired(metric: WindowMetric, arms: Arms, constants: WindowConstants, sign: 1 | -1): Arms | null {
  if (metric.control.length !== metric.experiment.length) return null;
  const differences: number[] = [];
  const a: number[] = [];
  const b: number[] = [];
  metric.control.forEach((control, i) => {
    const experiment = metric.experiment[i] ?? null;
    if (control === null || experiment === null || !Number.isFinite(control + experiment)) return;
    a.push(control);
    b.push(experiment);
    differences.push(sign * (experiment - control));
  });
  if (a.length < constants.pairsLeast || !(correlation(a, b) >= constants.pairedFrom)) return null;
  const half = Float64Array.from(differences, (difference) => difference / 2);
  return {
    control: half.map((value) => -value),
    experiment: half,
    base: arms.base,
    ofMissing: arms.ofMissing,
    inflation: 2 * inflationOf(half, constants),
  };
}

/** Pearson's r; NaN when a side is constant. */
export function correlation(a: ArrayLike<number>, b: ArrayLike<number>): number {
  const [meanA, meanB] = [mean(a), mean(b)];
  let [aa, bb, ab] = [0, 0, 0];
  for (let i = 0; i < a.length; i++) {
    const u = (a[i] as number) - meanA;
    const v = (b[i] as number) - meanB;
    aa += u * u;
    bb += v * v;
    ab += u * v;
  }
  return ab / Math.sqrt(aa * bb);
}
