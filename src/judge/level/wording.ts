/** A gauge's numbers as an SRE reads them. */
import type { LevelEvidence, LevelSettings } from '../types.js';
import { figure, plural } from '../wording.js';

/** .5 → `+50%`. */
const signed = (share: number): string => `${share < 0 ? '-' : '+'}${figure(Math.abs(share) * 100)}%`;

/** The shifts that safety excludes: `+30% or more`; of a log scale downwards `-23% or less`, which is as far a factor. */
export function shiftsOf({ direction, scale, detect }: LevelSettings): string {
  const up = `${signed(scale === 'log' ? Math.expm1(detect) : detect)} or more`;
  const down = `${signed(scale === 'log' ? Math.expm1(-detect) : -detect)} or less`;
  if (direction === 'either') return `${up}, or ${down},`;
  return direction === 'up' ? up : down;
}

/** `0.62 against 0.42 unchanged: +48% (between +31% and +67%) over 7 intervals of 60 s; noise profile checkout`. */
export function comparisonOfLevel(its: LevelSettings, level: LevelEvidence): string {
  const { canary, baseline, shift, low, high, intervals } = level;
  const noise =
    level.profile === 'default'
      ? 'noise profile default (none was learnt for this service)'
      : `noise profile ${level.profile}`;
  if (canary === null || baseline === null || shift === null) return `no interval with both arms yet; ${noise}`;
  const span = `over ${plural(intervals, 'interval')} of ${figure(its.intervalSeconds)} s`;
  return `${figure(canary)} against ${figure(baseline)} unchanged: ${signed(shift)} (${between(low, high)}) ${span}; ${noise}`;
}

function between(low: number | null, high: number | null): string {
  if (low === null && high === null) return 'no shift is ruled out';
  if (low === null) return `at most ${signed(high ?? 0)}`;
  return high === null ? `at least ${signed(low)}` : `between ${signed(low)} and ${signed(high)}`;
}
