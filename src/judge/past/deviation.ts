/**
 * How far a series strays after a start, real or fake. Residuals (value − usual course) less their median in the hour
 * before the start: a difference in differences against the own past. Then, for each width w, the running median of w
 * values, so that a short deviation counts in narrow windows only; halved every half-life after the start.
 */
import type { PastConstants } from './constants.js';
import type { Grid } from './grid.js';
import { rollingMedian } from './medians.js';
import type { Direction, Onset } from './types.js';

/** A stretch of residuals: their running medians over the level's width, and over each window's. */
export interface Row {
  levels: Float64Array;
  medians: readonly Float64Array[];
}

export interface Course {
  widths: readonly number[];
  levelSteps: number;
  /** Weight of a deviation by the step in which its window is complete, from 1 down. Its length is the horizon. */
  weights: Float64Array;
  direction: Direction;
}

export function courseOf(grid: Grid, steps: number, direction: Direction, onset: Onset, of: PastConstants): Course {
  const halfLife = onset === 'any' ? Infinity : of.onsetHalfLifeMinutes / grid.stepMinutes;
  const weights = Float64Array.from({ length: steps }, (_, i) => 2 ** (-i / halfLife));
  return { widths: grid.widths, levelSteps: grid.level, weights, direction };
}

export function rowOf(residuals: Float64Array, { levelSteps, widths }: Course): Row {
  return {
    levels: rollingMedian(residuals, levelSteps),
    medians: widths.map((width) => rollingMedian(residuals, width)),
  };
}

/**
 * Largest weighted deviation up to and with each step after `start`, one path a width; NaN before its first window is
 * complete. Null when the level before `start` is not known.
 */
export function paths(row: Row, start: number, course: Course): Float64Array[] | null {
  const { widths, weights, direction } = course;
  const level = row.levels[start - course.levelSteps] ?? NaN;
  if (level !== level) return null;
  return widths.map((width, index) => {
    const path = new Float64Array(weights.length).fill(NaN);
    const medians = row.medians[index];
    let most = NaN;
    for (let end = width - 1; end < path.length; end++) {
      const size = sized((medians?.[start + end - width + 1] ?? NaN) - level, direction) * (weights[end] ?? 0);
      if (size === size && !(size <= most)) most = size;
      path[end] = most;
    }
    return path;
  });
}

function sized(deviation: number, direction: Direction): number {
  if (direction === 'either') return Math.abs(deviation);
  return Math.max(0, direction === 'increase' ? deviation : -deviation);
}
