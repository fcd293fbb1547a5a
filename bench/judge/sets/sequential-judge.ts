import { beginCounts, type CountConstants, foldCounts } from '../../../src/judge/level/counts.js';
import type { bucketConstants } from '../../../src/judge/level/difference.js';
import { beginLevel, foldLevel, logSafeOf, type LevelConstants } from '../../../src/judge/level/level.js';
import type { NoiseConstants } from '../../../src/judge/noise/constants.js';
import type { NoiseProfile, NoiseRun } from '../../../src/judge/noise/profile.js';
import type { VerdictLine } from './set.js';

/** Every number of the method. */
export interface Constants {
  buckets: typeof bucketConstants;
  level: LevelConstants;
  counts: CountConstants;
  noise: NoiseConstants;
}

/**
 * Looks after every minute, at harm before safety; harm of either signal stops, safety needs both. Minutes count from the
 * change.
 */
export function judgeRun(
  id: string,
  run: NoiseRun,
  profile: NoiseProfile,
  constants: Constants,
): VerdictLine & { stopMinute: number | null; safeMinute: number | null } {
  const { level: noise, counts: ratio } = profile;
  let level = beginLevel(noise);
  let counts = beginCounts(constants.counts);
  let safeMinute: number | null = null;
  for (let t = 0; t < run.counts.length; t++) {
    const cell = run.counts[t];
    if (cell === undefined) continue;
    level = foldLevel(noise, level, run.differences[t] ?? null, constants.level);
    counts = foldCounts(ratio, counts, cell.canary, cell.baseline, constants.noise.detectRatio, constants.counts);
    if (level.stopped !== null || counts.stopped !== null) {
      return { set: 'sequential', case: id, stopMinute: t + 1, safeMinute };
    }
    if (safeMinute !== null || counts.safe < ratio.safeBound) continue;
    const logSafe = logSafeOf(noise, level.filters, constants.level.margin);
    if (logSafe >= -Math.log(constants.noise.countBeta)) safeMinute = t + 1;
  }
  return { set: 'sequential', case: id, stopMinute: null, safeMinute };
}
