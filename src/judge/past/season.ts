/**
 * The usual course of a day: at each step the median, over the other days, of the smoothed value at the same clock time.
 * "Other" also for a past day itself, so that what a fake change there is compared with was not made from it.
 */
import type { Grid } from './grid.js';
import { middle, rollingMedian } from './medians.js';

/** A day's stretch around the clock time of the change, from `before` steps ahead of it. Day 0 is that of the change. */
export interface DayRow {
  residuals: Float64Array;
  usual: Float64Array;
}

/** Steps of a stretch ahead of the clock time of the change. */
export const stretchBefore = (grid: Grid): number => grid.clock + grid.level;

/** Stretches of day 0 and every past day that reaches into the series; residuals are NaN where there is no usual value. */
export function dayRows(values: Float64Array, change: number, grid: Grid): DayRow[] {
  const before = stretchBefore(grid);
  const length = before + grid.clock + grid.horizon;
  const days = Math.max(0, Math.floor((change + grid.clock + grid.horizon) / grid.day));
  const half = Math.floor(grid.smooth / 2);
  const cut = (day: number, margin: number): Float64Array => {
    const from = change - day * grid.day - before - margin;
    return Float64Array.from({ length: length + 2 * margin }, (_, i) => values[from + i] ?? NaN);
  };
  const smooth = Array.from({ length: days }, (_, i) => rollingMedian(cut(i + 1, half), 2 * half + 1));
  const sorted = new Float64Array(days);
  return Array.from({ length: days + 1 }, (_, day) => {
    const usual = Float64Array.from({ length }, (_, at) => {
      let count = 0;
      for (let other = 1; other <= days; other++) {
        const value = smooth[other - 1]?.[at] ?? NaN;
        if (other === day || value !== value) continue;
        sorted[count++] = value;
      }
      return middle(sorted.subarray(0, count).sort(), count);
    });
    const residuals = cut(day, 0).map((value, at) => value - (usual[at] ?? NaN));
    return { residuals, usual };
  });
}
