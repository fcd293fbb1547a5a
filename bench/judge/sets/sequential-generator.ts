/**
 * Runs of two arms by the recipe of the set `sequential`, with any noise: rates and latency are lognormal, drift as AR(1)
 * with a part that both arms share, and counts are drawn from them. For trying noises the open part does not have.
 */
import { random, type Random } from '../random.js';
import type { RunArm } from '../../../src/judging/runs.js';
import type { Run } from './sequential-read.js';

export interface Recipe {
  minutes: number;
  /** Requests a minute an arm; bad share; median latency in ms and sd of its log. */
  requests: number;
  badShare: number;
  medianMs: number;
  sigma: number;
  /** Upper bounds of the latency buckets in ms. */
  boundsMs: readonly number[];
  /** Autocorrelation from minute to minute, of every drift. */
  rho: number;
  /** Sds of the drifts, in logs: of traffic, bad share and latency, shared or of each arm. */
  sd: { rateShared: number; errShared: number; errArm: number; latShared: number; latArm: number };
  /** Degrees of freedom of the drifts' steps; Infinity for normal ones. */
  freedom: number;
  /** Changed arm's multiple of the bad share and of the median latency. */
  errors: number;
  latency: number;
}

export const recipe: Recipe = {
  minutes: 60,
  requests: 300,
  badShare: 0.001,
  medianMs: 100,
  sigma: 0.5,
  boundsMs: [25, 40, 50, 63, 80, 100, 125, 160, 200, 250, 320, 400, 500, 640, 800, 1000, 1600],
  rho: 0.9,
  sd: { rateShared: 0.1, errShared: 0.3, errArm: 0.3, latShared: 0.05, latArm: 0.03 },
  freedom: Infinity,
  errors: 1,
  latency: 1,
};

/** One run; the same seed gives the same run. */
export function generate(of: Recipe, seed: number): Run {
  const draw = random(seed);
  const drift = (sd: number) => ar(of, sd, draw);
  const shared = { rate: drift(of.sd.rateShared), err: drift(of.sd.errShared), lat: drift(of.sd.latShared) };
  const arm = (errors: number, latency: number): RunArm => {
    const [err, lat] = [drift(of.sd.errArm), drift(of.sd.latArm)];
    const n = shared.rate.map((rate) => draw.poisson(of.requests * Math.exp(rate)));
    const share = (t: number) => Math.min(1, of.badShare * errors * Math.exp((shared.err[t] ?? 0) + (err[t] ?? 0)));
    const centre = (t: number) => Math.log(of.medianMs * latency) + (shared.lat[t] ?? 0) + (lat[t] ?? 0);
    return {
      n,
      e: n.map((exposure, t) => draw.binomial(exposure, share(t))),
      h: n.map((exposure, t) => histogram(of, exposure, centre(t), draw)),
    };
  };
  return { id: `run-${seed}`, canary: arm(of.errors, of.latency), baseline: arm(1, 1) };
}

function histogram(of: Recipe, n: number, centre: number, draw: Random): number[] {
  const counts = Array.from({ length: of.boundsMs.length + 1 }, () => 0);
  for (let i = 0; i < n; i++) {
    const ms = Math.exp(centre + of.sigma * draw.normal());
    const at = of.boundsMs.findIndex((bound) => ms <= bound);
    const bucket = at < 0 ? of.boundsMs.length : at;
    counts[bucket] = (counts[bucket] ?? 0) + 1;
  }
  return counts;
}

function ar({ minutes, rho, freedom }: Recipe, sd: number, draw: Random): number[] {
  let value = sd * step(freedom, draw);
  return Array.from({ length: minutes }, (_, t) => {
    if (t > 0) value = rho * value + Math.sqrt(1 - rho * rho) * sd * step(freedom, draw);
    return value;
  });
}

/** Normal, or Student's t with whole `freedom` above 2 scaled to variance 1. */
function step(freedom: number, draw: Random): number {
  const normal = draw.normal();
  if (freedom === Infinity) return normal;
  let squares = 0;
  for (let i = 0; i < freedom; i++) squares += draw.normal() ** 2;
  return normal / Math.sqrt(squares / (freedom - 2));
}
