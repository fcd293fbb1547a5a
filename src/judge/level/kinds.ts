/**
 * The kinds of noise a service has, followed side by side through a run. What both arms do together says nothing of a
 * shift between them, but much of which kind the run is of: a service that drifts slowly as a whole mostly has arms that
 * drift slowly apart. So each kind weighs what the common movement makes of it.
 */
import { advance, advanceLate, beginFilter, type Drift, lateWidth, logAnyMean, logRatio, width } from './filter.js';
import type { Difference } from './difference.js';

/** A kind of noise: drift of the arms' difference, drift of their mean (null: not learnt), and prior weight. */
export interface Kind extends Drift {
  weight: number;
  common: Drift | null;
}

/** Shifts that are followed beside the one that was there from the start: two that began later. */
export const lateOnsets = 2;
const firstLate = 2 * width;
const stride = firstLate + lateOnsets * lateWidth;

/** Since when there is a shift: the start, or the last beginning of a late one. */
export type Onset = 'start' | 0 | 1;

function ratioAt(j: number, onset: Onset): number {
  return j * stride + (onset === 'start' ? 4 : firstLate + onset * lateWidth + 1);
}

export function beginKinds(kinds: readonly Kind[]): number[] {
  const filters: number[] = [];
  kinds.forEach((kind, j) => {
    beginFilter(kind, filters, j * stride);
    beginFilter(kind.common ?? kind, filters, j * stride + width);
    for (let i = firstLate; i < stride; i++) filters[j * stride + i] = 0;
  });
  return filters;
}

/** A shift of that onset, if there is one, begins with the next interval; in place. */
export function beginLate(filters: number[], onset: 0 | 1): void {
  for (let at = firstLate + onset * lateWidth; at < filters.length; at += stride) filters.fill(0, at, at + lateWidth);
}

/** One interval, in place; null when an arm had no sample. `origin` is any fixed level near the common one. */
export function advanceKinds(
  kinds: readonly Kind[],
  filters: number[],
  difference: Difference | null,
  origin: number,
): void {
  for (let j = 0; j < kinds.length; j++) {
    const kind = kinds[j];
    if (kind === undefined) continue;
    const innovation = advance(kind, filters, j * stride, difference?.shift ?? null, difference?.variance ?? 0);
    for (let i = 0; i < lateOnsets; i++) {
      advanceLate(kind.rho, filters, j * stride + firstLate + i * lateWidth, innovation);
    }
    if (kind.common === null) continue;
    const common = difference === null ? null : difference.common - origin;
    // The mean of two arms has a quarter of the variance of their difference.
    advance(kind.common, filters, j * stride + width, common, (difference?.variance ?? 0) / 4);
  }
}

/**
 * A copy that allows for an offset between the arms, there from the start and normal with `variance`: other hosts, another
 * share of traffic. l(μ) = l(0) + gμ − hμ²/2 averaged over it is of the same form, with k = V/(1+hV) and
 *   g' = g(1−hk),   h' = h(1−hk),   l'(0) = l(0) + g²k/2 − ln(1+hV)/2,
 * so that h' never exceeds 1/V: however long it lasts, an offset that hosts can have by themselves is no shift. Of a shift
 * that began late, g' = g − c·g₀k and h' = h − c²k: what the arms were apart before it is known, and held against it.
 */
export function withOffset(filters: readonly number[], variance: number): number[] {
  const next = filters.slice();
  for (let at = 0; at < next.length; at += stride) {
    const [log = 0, g = 0, h = 0] = next.slice(at + 3, at + width);
    const k = variance / (1 + h * variance);
    next[at + 3] = log + (g * g * k) / 2 - Math.log1p(h * variance) / 2;
    next[at + 4] = g * (1 - h * k);
    next[at + 5] = h * (1 - h * k);
    for (let i = 0; i < lateOnsets; i++) {
      const late = at + firstLate + i * lateWidth;
      const c = next[late + 3] ?? 0;
      next[late + 1] = (next[late + 1] ?? 0) - c * g * k;
      next[late + 2] = (next[late + 2] ?? 0) - c * c * k;
    }
  }
  return next;
}

/** ln of each kind's weight after the common movement, up to a constant. */
export function logWeights(kinds: readonly Kind[], filters: readonly number[]): number[] {
  return kinds.map(
    ({ weight, common }, j) => Math.log(weight) + (common === null ? 0 : logAnyMean(filters, j * stride + width, 0)),
  );
}

/** ln of the likelihood of shift `mu` since `onset`, averaged over the kinds. */
export function logShift(
  weights: readonly number[],
  filters: readonly number[],
  mu: number,
  onset: Onset = 'start',
): number {
  let top = -Infinity;
  let sum = 0;
  for (let j = 0; j < weights.length; j++) {
    const log = (weights[j] ?? 0) + (filters[j * stride + 3] ?? 0) + logRatio(filters, ratioAt(j, onset), mu);
    if (log > top) {
      sum = sum * Math.exp(top - log) + 1;
      top = log;
    } else if (log > -Infinity) sum += Math.exp(log - top);
  }
  return top + Math.log(sum);
}

/** The same with the shift normal around 0 with sd `spread`, averaged over it. */
export function logAnyShift(weights: readonly number[], filters: readonly number[], spread: number): number {
  const logs = weights.map((weight, j) => weight + logAnyMean(filters, j * stride, 1 / (spread * spread)));
  const top = Math.max(...logs);
  return top + Math.log(logs.reduce((sum, log) => sum + Math.exp(log - top), 0));
}

/** Shift of greatest likelihood under the kind that fits best. */
export function likeliestShift(weights: readonly number[], filters: readonly number[]): number {
  let [top, best] = [-Infinity, 0];
  weights.forEach((weight, j) => {
    const [log = 0, g = 0, h = 0] = filters.slice(j * stride + 3, j * stride + width);
    if (h > 0 && weight + log + (g * g) / (2 * h) > top) [top, best] = [weight + log + (g * g) / (2 * h), g / h];
  });
  return best;
}

/** No average over kinds and onsets can have a greater likelihood ratio of `mu` to none than the greatest of them. */
export function ratioCeiling(filters: readonly number[], mu: number): number {
  let top = 0;
  for (let at = 0; at < filters.length; at += stride) {
    top = Math.max(top, logRatio(filters, at + 4, mu));
    for (let i = 0; i < lateOnsets; i++) top = Math.max(top, logRatio(filters, at + firstLate + i * lateWidth + 1, mu));
  }
  return top;
}
