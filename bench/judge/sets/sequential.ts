/**
 * Canary against baseline for an hour, a look every minute: latency and errors that drift by themselves. `profile` learns
 * the noise from the calibration runs beside the cases, which carry no label; `default` is the product's own.
 */
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { countConstants } from '../../../src/judge/level/counts.js';
import { bucketConstants } from '../../../src/judge/level/difference.js';
import { levelConstants } from '../../../src/judge/level/level.js';
import { noiseConstants } from '../../../src/judge/noise/constants.js';
import { defaultNoise } from '../../../src/judge/noise/default.js';
import { learnNoise } from '../../../src/judge/noise/learn.js';
import type { NoiseProfile } from '../../../src/judge/noise/profile.js';
import { noiseRun } from '../../../src/judging/runs.js';
import { type Constants, judgeRun } from './sequential-judge.js';
import { readBounds, readLabels, readRuns, type Run } from './sequential-read.js';
import { figuresOf, intervalsOf, type SequentialFigures } from './sequential-score.js';
import type { DataSet, Opened, Vary, VerdictLine } from './set.js';

export const sequentialConstants: Constants = {
  buckets: bucketConstants,
  level: levelConstants,
  counts: countConstants,
  noise: noiseConstants,
};

/** Parts of the calibration runs that a profile is learnt from in turn, for the cross-validated figures. */
const folds = 2;

const largestRho = 0.99;

export const sequential: DataSet = {
  name: 'sequential',
  async open(dir) {
    const folder = join(dir, 'sequential');
    const file = join(folder, 'cases.jsonl.gz');
    if (!existsSync(file)) return null;
    return opened(readRuns(file), readRuns(join(folder, 'calibration.jsonl.gz')), readBounds(folder), () =>
      readLabels(file),
    );
  },
};

function opened(
  cases: readonly Run[],
  calibration: readonly Run[],
  bounds: readonly number[],
  labelsOf: () => ReturnType<typeof readLabels>,
): Opened {
  const judgeBy = (profile: NoiseProfile, constants: Constants): VerdictLine[] =>
    cases.map((run) => judgeRun(run.id, noiseRun(run, bounds, constants.buckets), profile, constants));
  const learnt = (runs: readonly Run[], constants: Constants) =>
    learnNoise(
      'sequential',
      runs.map((run) => noiseRun(run, bounds, constants.buckets)),
      constants.noise,
      constants.level,
      constants.counts,
    );
  // The same whatever the lines are.
  let halves: SequentialFigures[] | null = null;
  return {
    cases: cases.length,
    judge(mode, vary) {
      const constants = varied(sequentialConstants, vary);
      return judgeBy(
        mode === 'default' ? variedProfile(defaultNoise, vary) : learnt(calibration, constants),
        constants,
      );
    },
    async score(lines) {
      const labels = labelsOf();
      if (labels === null) return null;
      halves ??= Array.from({ length: folds }, (_, k) => {
        const part = calibration.filter((_run, i) => i % folds === k);
        return figuresOf(judgeBy(learnt(part, sequentialConstants), sequentialConstants), labels);
      });
      return { ...figuresOf(lines, labels), ci95: intervalsOf(lines, labels), cv: summary(halves) };
    },
  };
}

/** The figures of each half of the calibration, the worse of the two beside the mean. */
function summary(all: readonly SequentialFigures[]): object {
  return { accuracy: all.map(({ accuracy }) => accuracy), halves: all };
}

/** The default's numbers are constants too; an autocorrelation stays one. */
function variedProfile(profile: NoiseProfile, vary: Vary): NoiseProfile {
  const { level, counts } = profile;
  const kinds = level.kinds.map(({ rho, tau, weight, common }) => ({
    rho: Math.min(largestRho, vary(rho)),
    tau: vary(tau),
    weight: vary(weight),
    common,
  }));
  return {
    ...profile,
    level: { ...level, kinds, bound: vary(level.bound), slope: vary(level.slope), horizon: vary(level.horizon) },
    counts: { ...counts, harmBound: vary(counts.harmBound), safeBound: vary(counts.safeBound) },
  };
}

/** A copy with every number handed through `vary`. */
export function varied<T>(value: T, vary: Vary): T {
  if (typeof value === 'number') return vary(value) as T;
  if (Array.isArray(value)) return value.map((one: unknown) => varied(one, vary)) as T;
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value).map(([key, one]: [string, unknown]) => [key, varied(one, vary)]),
  ) as T;
}
