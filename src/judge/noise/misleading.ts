import type { Kind } from '../level/kinds.js';
import type { NoiseRun } from './profile.js';

/** Per kind: variance of the mean difference over `horizon` intervals with no shift, how much it can look like one. */
export function mostMisleading(kinds: readonly Kind[], runs: readonly NoiseRun[], horizon: number): number[] {
  const sampling = meanVariance(runs);
  return kinds.map(({ rho, tau }) => tau * tau * meanFactor(rho, horizon) + sampling / horizon);
}

/** Variance of the mean of `n` values of an AR(1) process of variance 1. */
export function meanFactor(rho: number, n: number): number {
  let sum = 1;
  for (let k = 1; k < n; k++) sum += 2 * (1 - k / n) * rho ** k;
  return sum / n;
}

function meanVariance(runs: readonly NoiseRun[]): number {
  let [sum, n] = [0, 0];
  for (const { differences } of runs) {
    for (const one of differences) {
      if (one === null) continue;
      sum += one.variance;
      n++;
    }
  }
  return n === 0 ? 0 : sum / n;
}

/** The kinds that make up the worst `share` of the mass by `size`, weights summing to 1; the one at the edge in part. */
export function worstPart(kinds: readonly Kind[], size: readonly number[], share: number): Kind[] {
  const order = kinds.map((kind, j) => ({ kind, size: size[j] ?? 0 })).toSorted((a, b) => b.size - a.size);
  let left = share;
  return order.flatMap(({ kind }) => {
    const weight = Math.min(kind.weight, left);
    left -= weight;
    return weight > 0 ? [{ ...kind, weight: weight / share }] : [];
  });
}
