/** `graywave judge learn`: a noise profile from runs without a change. Pure and seeded: the same runs, the same profile. */
import { type CountConstants, countConstants } from '../level/counts.js';
import { levelConstants, type LevelConstants } from '../level/level.js';
import { advance, beginFilter, type Drift, logAnyMean, width } from '../level/filter.js';
import type { Kind } from '../level/kinds.js';
import { noiseConstants, type NoiseConstants } from './constants.js';
import { countBounds, levelBound } from './bounds.js';
import { learnDrift } from './drift.js';
import { type Draws, draws } from './draws.js';
import { findKinds, type RunLogs } from './kinds.js';
import { mostMisleading } from './misleading.js';
import type { LevelNoise, NoiseProfile, NoiseRun } from './profile.js';

/** Fewer runs say too little of how much runs differ. */
const leastRuns = 10;
const seed = 1;

/**
 * @throws RangeError with fewer than ten runs, without samples in them, or when most of them are the same in both arms.
 */
export function learnNoise(
  name: string,
  runs: readonly NoiseRun[],
  constants: NoiseConstants = noiseConstants,
  level: LevelConstants = levelConstants,
  counts: CountConstants = countConstants,
): NoiseProfile {
  if (runs.length < leastRuns)
    throw new RangeError(`a noise profile needs ${leastRuns} runs, there are ${runs.length}`);
  const draw = draws(seed);
  const learnt = learnKinds(runs, constants);
  const drift = learnDrift(runs, learnt, constants);
  return {
    version: 1,
    name,
    from: `${runs.length} runs without a change`,
    runs: runs.length,
    level: levelNoise(learnt, runs, constants, level, draw),
    counts: { drift, ...countBounds(learnt, drift, runs, constants, counts, draw) },
  };
}

/** Kinds of noise of the level, with their shares of the runs. */
export function learnKinds(runs: readonly NoiseRun[], constants: NoiseConstants): Kind[] {
  const rhos = Array.from({ length: Math.round(constants.rhoPoints) }, (_, i) => Math.tanh(i * constants.rhoStep));
  const apart = runs.map(({ differences }) => differences.map((one) => (one === null ? null : one.shift)));
  const common = runs.map(({ differences }) => centred(differences.map((one) => (one === null ? null : one.common))));
  const [apartSizes, commonSizes] = [sizesOf(apart, constants), sizesOf(common, constants)];
  const logs: RunLogs = {
    rhos: rhos.length,
    sizes: apartSizes.length,
    difference: runs.map((run, i) => gridLogs(apart[i] ?? [], run, 1, grid(rhos, apartSizes), false)),
    common: runs.map((run, i) => gridLogs(common[i] ?? [], run, 4, grid(rhos, commonSizes), true)),
  };
  const lean = logs.common.map((row) => row.indexOf(Math.max(...row)));
  const order = runs.map((_, i) => i).toSorted((a, b) => (lean[a] ?? 0) - (lean[b] ?? 0));
  const kinds = findKinds(logs, order, Math.round(constants.kinds), Math.round(constants.emSteps));
  return kinds.map(({ difference, common: together, weight }) => ({
    rho: rhos[difference.rho] ?? 0,
    tau: apartSizes[difference.size] ?? 0,
    weight,
    common: { rho: rhos[together.rho] ?? 0, tau: commonSizes[together.size] ?? 0 },
  }));
}

/** The noise to judge by, with its bound. */
export function levelNoise(
  learnt: readonly Kind[],
  runs: readonly NoiseRun[],
  constants: NoiseConstants,
  level: LevelConstants,
  draw: Draws,
): LevelNoise {
  const kinds = judgingKinds(learnt, runs, constants);
  const alpha = constants.levelAlpha;
  const noise = { kinds, bound: 0, slope: constants.slope, horizon: Math.round(constants.horizon), alpha };
  return { ...noise, bound: levelBound(noise, learnt, runs, constants, level, draw) };
}

type Series = (number | null)[];

function centred(series: Series): Series {
  const sorted = series.filter((value) => value !== null).toSorted((a, b) => a - b);
  const middle = sorted[Math.floor(sorted.length / 2)] ?? 0;
  return series.map((value) => (value === null ? null : value - middle));
}

/** Sds around the robust one of all values. */
function sizesOf(all: readonly Series[], constants: NoiseConstants): number[] {
  const sizes = all.flatMap((series) => series.flatMap((value) => (value === null ? [] : [Math.abs(value)])));
  if (sizes.length === 0) throw new RangeError('no interval of the runs has samples in both arms');
  const sd = 1.4826 * (sizes.toSorted((a, b) => a - b)[Math.floor(sizes.length / 2)] ?? 0);
  if (sd === 0) throw new RangeError('the arms of these runs do not differ: there is no noise to learn');
  const [below, above] = [Math.round(constants.tauBelow), Math.round(constants.tauAbove)];
  return Array.from({ length: below + above + 1 }, (_, k) => sd * constants.tauRatio ** (k - below));
}

function grid(rhos: readonly number[], sizes: readonly number[]): Drift[] {
  return rhos.flatMap((rho) => sizes.map((tau) => ({ rho, tau })));
}

/** Log likelihood of one run's series at every point; around 0, or around any mean. Sampling variance is divided. */
function gridLogs(
  series: Series,
  run: NoiseRun,
  divisor: number,
  points: readonly Drift[],
  anyMean: boolean,
): number[] {
  const filters: number[] = Array.from({ length: width }, () => 0);
  return points.map((point) => {
    beginFilter(point, filters, 0);
    series.forEach((value, t) => advance(point, filters, 0, value, (run.differences[t]?.variance ?? 0) / divisor));
    return anyMean ? logAnyMean(filters, 0, 0) : (filters[3] ?? 0);
  });
}

/**
 * What judging averages over: the learnt noises, each by how much it can look like a shift. With equal weights a false
 * stop would be rare where it is rare anyway and common under the most misleading noise.
 */
function judgingKinds(learnt: readonly Kind[], runs: readonly NoiseRun[], constants: NoiseConstants): Kind[] {
  const misleading = mostMisleading(learnt, runs, constants.horizon);
  const tilted = learnt.map((kind, j) => ({ ...kind, weight: kind.weight * (misleading[j] ?? 0) }));
  const total = tilted.reduce((sum, { weight }) => sum + weight, 0);
  return tilted.map((kind) => ({ ...kind, weight: kind.weight / total }));
}
