/**
 * The questions that are asked of two windows, each a one-sided chance with a floor for what matters. Harm points up.
 * None of them knows a shape: level, last part, unrest, recurring spikes.
 */
import { leastChance } from '../rank/exact.js';
import { shiftAt } from '../rank/interval.js';
import { mannWhitney } from '../rank/mann-whitney.js';
import { studentTail, upperTail } from '../rank/normal.js';
import { ascending, deviation, mean, median, trimmedMean } from '../rank/sorted.js';
import type { Arms } from './arms.js';
import type { WindowConstants } from './constants.js';
import type { Finding } from './types.js';

/** Rank test's z, weakened for autocorrelation. Values in any order. */
export function rankZ(x: ArrayLike<number>, y: ArrayLike<number>, inflation: number): number {
  return mannWhitney(ascending(x), ascending(y)) / Math.sqrt(inflation);
}

/**
 * Is the changed side higher over the whole window? Its size: the larger of Hodges and Lehmann's shift, which spikes do
 * not move, and the difference of trimmed means, which sees events that are rarer than every other sample.
 */
export function location(arms: Arms, constants: WindowConstants, budget: number): Finding {
  const [x, y] = [ascending(arms.experiment), ascending(arms.control)];
  const trimmed = relative(trimmedMean(x, constants.trim) - trimmedMean(y, constants.trim), arms.base);
  const finding: Finding = { contrast: 'location', chance: 1, budget, effect: trimmed, matters: false };
  finding.chance = arms.base === 0 ? onlyOn(x, y) : upperTail(mannWhitney(x, y) / Math.sqrt(arms.inflation));
  if (finding.chance <= budget && Number.isFinite(trimmed)) {
    const shift = shiftAt(x, y, 0, 1e-3 * constants.shiftFloor * arms.base);
    if (shift / arms.base > trimmed) finding.effect = shift / arms.base;
  }
  finding.matters = finding.effect > constants.shiftFloor;
  return finding;
}

/** Chance that all values above y's highest, however many, fall on the side of x: exact where ranks are coarse. */
function onlyOn(x: Float64Array, y: Float64Array): number {
  const highest = y[y.length - 1] as number;
  const k = x.reduce((count, value) => count + (value > highest ? 1 : 0), 0);
  let chance = 1;
  for (let i = 0; i < k; i++) chance *= (x.length - i) / (x.length + y.length - i);
  return chance;
}

/**
 * Where is it going: is the middle of the last samples above the control, by the control's own spread (Student's t for a
 * difference of medians)? Sizes, not ranks: of the few samples there are, the first of a ramp are hardly raised. Most of
 * them must be raised (by ranks), and above every stretch of the control of that length too: what it has had itself, or
 * both sides are at, is no harm.
 */
export function late(arms: Arms, constants: WindowConstants, budget: number): Finding {
  const { control, experiment } = arms;
  const normal = median(ascending(control));
  const n = experiment.length;
  const findings = [constants.lateShort, constants.lateLong].map((share): Finding => {
    const length = Math.min(n, Math.round(Math.max(constants.lateLeast, n * share)));
    const last = experiment.subarray(n - length);
    const level = median(ascending(last));
    const effect = relative(level - normal, arms.base);
    const chance = level > normal ? chanceOfMedian(last, level - normal, arms) : 1;
    const finding: Finding = { contrast: 'late', chance, budget: budget / 2, effect, matters: false };
    if (chance > finding.budget || upperTail(rankZ(last, control, 1)) > constants.lateRank) return finding;
    const own = relative(level - highest(control, last.length), arms.base);
    finding.matters = own > constants.shiftFloor && own > constants.lateOwn * effect;
    return finding;
  });
  return findings.reduce((best, one) => (strength(one) > strength(best) ? one : best));
}

/** The highest median of `length` samples in a row, a quarter of the length apart. */
function highest(values: Float64Array, length: number): number {
  let most = median(ascending(values));
  const step = Math.max(1, length >> 2);
  for (let from = values.length - length; from >= 0; from -= step) {
    most = Math.max(most, median(ascending(values.subarray(from, from + length))));
  }
  return most;
}

function relative(difference: number, base: number): number {
  return difference === 0 ? 0 : difference / base;
}

/** Of so high a median of `last`; never below the chance of full separation, nor without ranks where there is no spread. */
function chanceOfMedian(last: Float64Array, difference: number, { control, inflation }: Arms): number {
  const sd = deviation(control);
  if (sd === 0) return upperTail(rankZ(last, control, inflation));
  const error = sd * Math.sqrt((Math.PI / 2) * inflation * (1 / last.length + 1 / control.length));
  return Math.max(studentTail(difference / error, control.length - 1), leastChance(last.length, control.length));
}

/**
 * Is the changed side more unrestful, and is it so upwards? Ranks of the distances from the control's median (in the
 * manner of Fligner and Killeen 1976), so that unrest about a lower level shows too.
 */
export function scale(arms: Arms, constants: WindowConstants, budget: number): Finding {
  return unrest(arms, middle(arms.control), middle(arms.control), constants, budget);
}

/** Is the control the more unrestful one, each about its own median? For metrics where any change is harm. */
export function calmer({ control, experiment, ...arms }: Arms, constants: WindowConstants, budget: number): Finding {
  const swapped = { ...arms, control: experiment, experiment: control };
  const finding = unrest(swapped, middle(control), middle(experiment), constants, budget);
  return { ...finding, effect: 1 / finding.effect };
}

function unrest(arms: Arms, centreX: number, centreY: number, constants: WindowConstants, budget: number): Finding {
  const x = arms.experiment.map((value) => Math.abs(value - centreX));
  const y = arms.control.map((value) => Math.abs(value - centreY));
  const chance = upperTail(rankZ(x, y, arms.inflation));
  const [spreadX, spreadY] = [x, y].map((of) => trimmedMean(ascending(of), constants.trim)) as [number, number];
  const effect = spreadY === 0 ? (spreadX === 0 ? 1 : Infinity) : spreadX / spreadY;
  const upwards =
    top(arms.experiment, constants.topShare) - top(arms.control, constants.topShare) > constants.shiftFloor * arms.base;
  return { contrast: 'scale', chance, budget, effect, matters: effect > constants.scaleFloor && upwards };
}

/** The lower median, which is one of the values: counts keep their zeros. */
function middle(values: Float64Array): number {
  return ascending(values)[(values.length - 1) >> 1] as number;
}

/** Mean of the highest part. */
function top(values: Float64Array, share: number): number {
  const sorted = ascending(values);
  return mean(sorted.subarray(sorted.length - Math.max(1, Math.round(sorted.length * share))));
}

/**
 * Do samples recur that the control's own spread does not explain? The chance of one is bounded for any distribution with
 * one peak, P(value ≥ mean + z·sd) ≤ 4/9 / (1 + z²) (Vysochanskii and Petunin 1980), so no tail is assumed; a single
 * spike, or two, are never a finding.
 */
export function tail(arms: Arms, constants: WindowConstants, budget: number): Finding {
  const sorted = ascending(arms.experiment);
  const least = Math.ceil(constants.spikes);
  const n = arms.control.length;
  const none: Finding = { contrast: 'tail', chance: 1, budget, effect: 0, matters: false };
  const sd = deviation(arms.control) * Math.sqrt((n + 1) / Math.max(1, n - 3));
  if (sorted.length < least || sd === 0) return none;
  const centre = mean(arms.control);
  const height = sorted[sorted.length - least] as number;
  const z = (height - centre) / sd;
  if (z < Math.sqrt(5 / 3)) return none;
  const chance = atLeast(least, sorted.length, 4 / 9 / (1 + z * z));
  let spikes = 0;
  for (const value of sorted) if (value >= height) spikes++;
  return {
    contrast: 'tail',
    chance,
    budget,
    effect: spikes,
    matters: height - centre > constants.spikeFloor * arms.base,
  };
}

/** P(Binomial(n, p) ≥ k). */
function atLeast(k: number, n: number, p: number): number {
  let term = (1 - p) ** n;
  let below = 0;
  for (let i = 0; i < k; i++) {
    below += term;
    term *= ((n - i) / (i + 1)) * (p / (1 - p));
  }
  return Math.max(0, 1 - below);
}

export function found(finding: Finding): boolean {
  return finding.matters && finding.chance <= finding.budget;
}

/** How far a finding is beyond its budget, findings that do not matter behind all others. */
export function strength(finding: Finding): number {
  const beyond = Math.log(finding.budget) - Math.log(Math.max(1e-300, finding.chance));
  return finding.matters ? beyond : beyond - 1e4;
}
