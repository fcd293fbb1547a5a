/**
 * How much the log ratio of the arms' bad shares drifts by itself. Bad events are rare, so runs say little each: one sd τ
 * for all, as a posterior over a grid, with the autocorrelations that the level's differences have.
 *   x_t of m_t bad events are the changed arm's, with odds (exposure ratio)·exp(b_t), b_t AR(1) with sd τ;
 * filtered by Laplace's approximation at each interval (West, Harrison & Migon 1985 in spirit; Newton to the mode).
 */
import type { Kind } from '../level/kinds.js';
import type { NoiseConstants } from './constants.js';
import type { NoiseRun } from './profile.js';

const newtonSteps = 4;

/** Posterior of τ: the grid with weights that sum to 1; `kinds` are the kinds of noise of the level. */
export function learnDrift(
  runs: readonly NoiseRun[],
  kinds: readonly Kind[],
  constants: NoiseConstants,
): { tau: number; weight: number }[] {
  const points = Array.from({ length: Math.round(constants.driftPoints) }, (_, k) => k * constants.driftStep);
  const totals = points.map((tau) => {
    let total = -((tau - constants.driftMean) ** 2) / (2 * constants.driftSpread ** 2);
    for (const run of runs) {
      let likelihood = 0;
      for (const { rho, weight } of kinds) likelihood += weight * Math.exp(driftLog(run, rho, tau));
      total += Math.log(likelihood);
    }
    return total;
  });
  const top = Math.max(...totals);
  const sum = totals.reduce((all, total) => all + Math.exp(total - top), 0);
  return points.map((tau, k) => ({ tau, weight: Math.exp((totals[k] ?? 0) - top) / sum }));
}

/** Log likelihood of a run's split of bad events, against an even split, in nats. */
export function driftLog(run: NoiseRun, rho: number, tau: number): number {
  let [a, p, log] = [0, tau * tau, 0];
  for (const { canary, baseline } of run.counts) {
    a *= rho;
    p = rho * rho * p + (1 - rho * rho) * tau * tau;
    const m = canary.bad + baseline.bad;
    if (m === 0 || canary.exposure === 0 || baseline.exposure === 0 || p === 0) continue;
    const odds = canary.exposure / baseline.exposure;
    let b = a;
    let curve = 0;
    for (let step = 0; step < newtonSteps; step++) {
      const share = (odds * Math.exp(b)) / (1 + odds * Math.exp(b));
      curve = m * share * (1 - share);
      b += (canary.bad - m * share - (b - a) / p) / (curve + 1 / p);
    }
    log += canary.bad * b - m * (Math.log1p(odds * Math.exp(b)) - Math.log1p(odds));
    log -= (b - a) ** 2 / (2 * p) + Math.log1p(p * curve) / 2;
    a = b;
    p = 1 / (1 / p + curve);
  }
  return log;
}
