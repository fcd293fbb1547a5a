/**
 * Kayenta's classification of one metric (NetflixACAJudge, spinnaker/kayenta at a69573be), for canary configurations that
 * are carried over as they are: same words, same numbers. Differences, on purpose: where both sides are constant Kayenta
 * adds unseeded noise, so that its verdict changes from call to call; here the noise is a fixed spread of the same size.
 */
import { shiftAt } from './interval.js';
import { commonLanguage } from './mann-whitney.js';
import { upperQuantile } from './normal.js';
import { ascending, mean } from './sorted.js';

export type Direction = 'increase' | 'decrease' | 'either';
export type NanStrategy = 'remove' | 'replace';
export type Label = 'Pass' | 'High' | 'Low' | 'Nodata' | 'Error';

export interface ClassifierSettings {
  classifier: 'MannWhitney' | 'MeanInequality';
  direction: Direction;
  nanStrategy: NanStrategy;
  /** Two-sided confidence of the interval; Kayenta's judge has .98. */
  confidence: number;
  /** Share of the estimate that the interval must clear; Kayenta's judge has .25. */
  tolerance: number;
  measure: 'meanRatio' | 'cles';
  /** Effects between these two are allowed: at most the first is Low, at least the second is High. */
  allowed: readonly [number, number];
  /** Effects beyond these make a critical metric critical. */
  criticalBeyond: readonly [number, number];
  critical: boolean;
}

/** As Kayenta's judge has them where a canary configuration says nothing; a metric is judged both ways. */
export const kayentaDefaults: Readonly<ClassifierSettings> = {
  classifier: 'MannWhitney',
  direction: 'either',
  nanStrategy: 'remove',
  confidence: 0.98,
  tolerance: 0.25,
  measure: 'meanRatio',
  allowed: [1, 1],
  criticalBeyond: [1, 1],
  critical: false,
};

export interface Classification {
  label: Label;
  /** True: this metric alone fails the canary. */
  critical: boolean;
  /** Effect size by the measure asked for; null where it cannot be formed (a mean of 0, no data). */
  effect: number | null;
}

/** Null and NaN are holes: taken out, or taken as 0. An empty side with `replace` is Pass, as Kayenta has it. */
export function classify(
  settings: ClassifierSettings,
  control: readonly (number | null)[],
  experiment: readonly (number | null)[],
): Classification {
  const c = ascending(filled(control, settings.nanStrategy));
  const x = ascending(filled(experiment, settings.nanStrategy));
  if (c.length === 0 || x.length === 0) {
    if (settings.nanStrategy === 'replace') return { label: 'Pass', critical: false, effect: null };
    return { label: 'Nodata', critical: settings.critical, effect: null };
  }
  if (same(c, x) || (constant(c) && constant(x) && c[0] === x[0])) return { label: 'Pass', critical: false, effect: 1 };
  const side = settings.classifier === 'MannWhitney' ? byRanks(settings, c, x) : byMeans(c, x);
  if (side === null) return { label: 'Error', critical: settings.critical, effect: null };
  return labelled(settings, side, effectOf(settings, c, x));
}

/** 1 = higher beyond doubt, −1 = lower, 0 = neither; null = the test has no answer. Solves for no more than it needs. */
function byRanks(settings: ClassifierSettings, control: Float64Array, experiment: Float64Array): -1 | 0 | 1 | null {
  const apart = constant(control) && constant(experiment);
  const [c, x] = apart ? [spread(control), spread(experiment)] : [control, experiment];
  const z = upperQuantile((1 - settings.confidence) / 2);
  const beyond = () => settings.tolerance * Math.abs(shiftAt(x, c, 0));
  if (settings.direction !== 'decrease') {
    const low = shiftAt(x, c, z);
    if (Number.isNaN(low)) return null;
    if (low > 0 && low > beyond()) return 1;
  }
  if (settings.direction !== 'increase') {
    const high = shiftAt(x, c, -z);
    if (Number.isNaN(high)) return null;
    if (high < 0 && high < -beyond()) return -1;
  }
  return 0;
}

function byMeans(c: Float64Array, x: Float64Array): -1 | 0 | 1 {
  return Math.sign(mean(x) - mean(c)) as -1 | 0 | 1;
}

function labelled(settings: ClassifierSettings, side: -1 | 0 | 1, effect: number | null): Classification {
  const { direction, allowed, criticalBeyond, critical } = settings;
  if (side > 0 && direction !== 'decrease' && (effect === null || effect >= allowed[1])) {
    return { label: 'High', critical: critical && (effect === null || effect >= criticalBeyond[1]), effect };
  }
  if (side < 0 && direction !== 'increase' && (effect === null || effect <= allowed[0])) {
    return { label: 'Low', critical: critical && (effect === null || effect <= criticalBeyond[0]), effect };
  }
  return { label: 'Pass', critical: false, effect };
}

function effectOf(settings: ClassifierSettings, c: Float64Array, x: Float64Array): number | null {
  if (settings.measure === 'cles') return commonLanguage(x, c);
  const [top, base] = [mean(x), mean(c)];
  return top === 0 || base === 0 ? null : top / base;
}

function filled(values: readonly (number | null)[], strategy: NanStrategy): Float64Array {
  const out = new Float64Array(values.length);
  let n = 0;
  for (const value of values) {
    if (value !== null && !Number.isNaN(value)) out[n++] = value;
    else if (strategy === 'replace') out[n++] = 0;
  }
  return out.subarray(0, n);
}

function same(a: Float64Array, b: Float64Array): boolean {
  return a.length === b.length && a.every((value, i) => value === b[i]);
}

function constant(sorted: Float64Array): boolean {
  return sorted[0] === sorted[sorted.length - 1];
}

/** Normal scores at 1e-5 of the value, in place of Kayenta's random noise of that size. */
function spread(values: Float64Array): Float64Array {
  const n = values.length;
  return ascending(values.map((value, i) => value * (1 + 1e-5 * upperQuantile((i + 0.5) / n))));
}
