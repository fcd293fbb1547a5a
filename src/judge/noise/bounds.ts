/**
 * Bounds by simulation from what was learnt (a parametric bootstrap): runs without a change, of the learnt noises and with
 * the sampling variances and traffic of the runs learnt from; the bound is the quantile of the greatest evidence in a run.
 */
import { beginCounts, type CountConstants, foldCounts, logHarmOfCounts } from '../level/counts.js';
import { type LevelConstants, logHarmOf, passInterval } from '../level/level.js';
import type { Drift } from '../level/filter.js';
import { beginKinds, type Kind, ratioCeiling } from '../level/kinds.js';
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
    return greatestLevel(noise, kind, variances, level, draw);
  });
  return quantile(greatest, 1 - noise.alpha);
}

function greatestLevel(
  noise: LevelNoise,
  kind: Kind,
  variances: readonly number[],
  level: LevelConstants,
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
    passInterval(noise, filters, { shift, variance, common }, t - 1, 0, level);
    const early = noise.slope * (1 - t / noise.horizon);
    if (Math.max(...level.harms.map((harm) => ratioCeiling(filters, harm))) - early > greatest) {
      greatest = Math.max(greatest, logHarmOf(noise, filters, level) - early);
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
  counts: CountConstants,
  draw: Draws,
): { harmBound: number; safeBound: number } {
  const sizes = learnt.map(({ rho }) => meanFactor(rho, constants.horizon));
  const worst = worstPart(learnt, sizes, constants.worst);
  const least = { harmBound: -Math.log(constants.countAlpha), safeBound: -Math.log(constants.countBeta) };
  const greatest = (kinds: readonly Kind[], ratio: number) => {
    const of = { rho: pick(kinds, draw).rho, tau: pick(drift, draw).tau };
    return greatestCounts(of, runs, ratio, least.harmBound, constants, counts, draw);
  };
  const simulated = Array.from({ length: Math.round(constants.simulations) }, () => ({
    harm: greatest(worst, 1).harm,
    safe: greatest(learnt, constants.detectRatio).safe,
  }));
  const [harms, safes] = [simulated.map(({ harm }) => harm), simulated.map(({ safe }) => safe)];
  return {
    harmBound: Math.max(least.harmBound, quantile(harms, 1 - constants.countAlpha)),
    safeBound: Math.max(least.safeBound, quantile(safes, 1 - constants.countBeta)),
  };
}

function greatestCounts(
  of: Drift,
  runs: readonly NoiseRun[],
  ratio: number,
  harmBound: number,
  { horizon, detectRatio }: NoiseConstants,
  constants: CountConstants,
  draw: Draws,
): { harm: number; safe: number } {
  const counts = runs[Math.floor(draw.uniform() * runs.length)]?.counts ?? [];
  const share = badShare(counts);
  const drift = drifting(of, draw);
  let state = beginCounts(constants);
  let [harm, safe] = [-Infinity, -Infinity];
  for (let t = 0; t < horizon; t++) {
    const cell = counts[t % counts.length];
    if (cell === undefined) continue;
    const b = drift();
    const [nc, nb] = [cell.canary.exposure, cell.baseline.exposure];
    const canary = { exposure: nc, bad: draw.poisson(share * nc * ratio * Math.exp(b / 2)) };
    const baseline = { exposure: nb, bad: draw.poisson(share * nb * Math.exp(-b / 2)) };
    state = foldCounts({ harmBound }, state, canary, baseline, detectRatio, constants);
    if (canary.bad + baseline.bad === 0) continue;
    if (ratio === 1) harm = Math.max(harm, logHarmOfCounts(state, constants));
    safe = Math.max(safe, state.safe);
  }
  return { harm, safe };
}

function badShare(counts: NoiseRun['counts']): number {
  let [bad, exposure] = [0, 0];
  for (const { canary, baseline } of counts) {
    bad += canary.bad + baseline.bad;
    exposure += canary.exposure + baseline.exposure;
  }
  return exposure === 0 ? 0 : bad / exposure;
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
