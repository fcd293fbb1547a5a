/**
 * Bounds by simulation from what was learnt (a parametric bootstrap): runs without a change, of the learnt noises and with
 * the sampling variances and traffic of the runs learnt from; the bound is the quantile of the greatest evidence in a run.
 */
import { type LevelConstants, logHarmOf } from '../level/level.js';
import type { Drift } from '../level/filter.js';
import { advanceKinds, beginKinds, type Kind, ratioCeiling } from '../level/kinds.js';
import { logMean } from '../logs.js';
import { harmEvidence, harmRatios, relativeEvidence } from '../relative.js';
import type { NoiseConstants } from './constants.js';
import type { Draws } from './draws.js';
import { meanFactor, mostMisleading, worstPart } from './misleading.js';
import type { CountNoise, LevelNoise, NoiseRun } from './profile.js';

/** Bound at the horizon such that, in the worst part of the learnt noises, a share α of runs without a change is stopped. */
export function levelBound(
  noise: LevelNoise,
  learnt: readonly Kind[],
  runs: readonly NoiseRun[],
  constants: NoiseConstants,
  level: LevelConstants,
  draw: Draws,
): number {
  const worst = worstPart(learnt, mostMisleading(learnt, runs, constants.horizon), constants.worst);
  const greatest = Array.from({ length: Math.round(constants.simulations) }, () => {
    const kind = pick(worst, draw);
    const variances = (runs[Math.floor(draw.uniform() * runs.length)]?.differences ?? []).flatMap((one) =>
      one === null ? [] : [one.variance],
    );
    return greatestLevel(noise, kind, variances, level.harms, draw);
  });
  return quantile(greatest, 1 - noise.alpha);
}

function greatestLevel(
  noise: LevelNoise,
  kind: Kind,
  variances: readonly number[],
  harms: readonly number[],
  draw: Draws,
): number {
  const filters = beginKinds(noise.kinds);
  const apart = drifting(kind, draw);
  const together = drifting(kind.common ?? kind, draw);
  let greatest = -Infinity;
  for (let t = 1; t <= noise.horizon; t++) {
    const variance = variances[t % variances.length] ?? 0;
    const shift = apart() + Math.sqrt(variance) * draw.normal();
    const common = together() + (Math.sqrt(variance) / 2) * draw.normal();
    advanceKinds(noise.kinds, filters, { shift, variance, common }, 0);
    const early = noise.slope * (1 - t / noise.horizon);
    if (Math.max(...harms.map((harm) => ratioCeiling(filters, harm))) - early > greatest) {
      greatest = Math.max(greatest, logHarmOf(noise, filters, harms) - early);
    }
  }
  return greatest;
}

/** The values of a drift, one a call. */
function drifting({ rho, tau }: Drift, draw: Draws): () => number {
  let value: number | null = null;
  return () => {
    const step = tau * draw.normal();
    value = value === null ? step : rho * value + Math.sqrt(1 - rho * rho) * step;
    return value;
  };
}

/** Bounds of the counts' two exits, never below those of Ville's inequality: ln(1/α) and ln(1/β). */
export function countBounds(
  learnt: readonly Kind[],
  drift: CountNoise['drift'],
  runs: readonly NoiseRun[],
  constants: NoiseConstants,
  draw: Draws,
): { harmBound: number; safeBound: number } {
  const sizes = learnt.map(({ rho }) => meanFactor(rho, constants.horizon));
  const worst = worstPart(learnt, sizes, constants.worst);
  const harms: number[] = [];
  const safes: number[] = [];
  for (let i = 0; i < constants.simulations; i++) {
    harms.push(greatestCounts(pick(worst, draw).rho, pick(drift, draw).tau, runs, 1, constants, draw).harm);
    const { rho } = pick(learnt, draw);
    safes.push(greatestCounts(rho, pick(drift, draw).tau, runs, constants.detectRatio, constants, draw).safe);
  }
  return {
    harmBound: Math.max(-Math.log(constants.countAlpha), quantile(harms, 1 - constants.countAlpha)),
    safeBound: Math.max(-Math.log(constants.countBeta), quantile(safes, 1 - constants.countBeta)),
  };
}

function greatestCounts(
  rho: number,
  tau: number,
  runs: readonly NoiseRun[],
  ratio: number,
  constants: NoiseConstants,
  draw: Draws,
): { harm: number; safe: number } {
  const counts = runs[Math.floor(draw.uniform() * runs.length)]?.counts ?? [];
  const { bad, exposure } = totals(counts);
  const share = bad / exposure;
  const logs = harmRatios.map(() => 0);
  let [harm, safe, safest] = [-Infinity, 0, -Infinity];
  const drift = drifting({ rho, tau }, draw);
  for (let t = 0; t < constants.horizon; t++) {
    const b = drift();
    const cell = counts[t % counts.length];
    if (cell === undefined) continue;
    const x = draw.poisson(share * cell.canary.exposure * ratio * Math.exp(b / 2));
    const y = draw.poisson(share * cell.baseline.exposure * Math.exp(-b / 2));
    if (x + y === 0) continue;
    const canary = { exposure: cell.canary.exposure, bad: x };
    const baseline = { exposure: cell.baseline.exposure, bad: y };
    harmEvidence(canary, baseline, 0, 1).forEach((log, i) => {
      logs[i] = (logs[i] ?? 0) + log;
    });
    if (ratio === 1) harm = Math.max(harm, logMean(logs));
    safe += relativeEvidence(canary, baseline, constants.detectRatio, 1);
    safest = Math.max(safest, safe);
  }
  return { harm, safe: safest };
}

function totals(counts: NoiseRun['counts']): { bad: number; exposure: number } {
  let [bad, exposure] = [0, 0];
  for (const { canary, baseline } of counts) {
    bad += canary.bad + baseline.bad;
    exposure += canary.exposure + baseline.exposure;
  }
  return { bad, exposure: Math.max(1, exposure) };
}

/** One of `items` by its weight. */
function pick<T extends { weight: number }>(items: readonly T[], draw: Draws): T {
  let left = draw.uniform();
  for (const item of items) {
    left -= item.weight;
    if (left < 0) return item;
  }
  const last = items.at(-1);
  if (last === undefined) throw new RangeError('nothing to pick from');
  return last;
}

function quantile(values: readonly number[], share: number): number {
  return values.toSorted((a, b) => a - b)[Math.min(values.length - 1, Math.floor(share * values.length))] ?? 0;
}
