/** Sums over stretches of series. */
export interface Moments {
  n: number;
  mean: number;
  /** Sum of squared deviations from the mean. */
  squares: number;
}

export interface Stretch {
  atMs: readonly number[];
  values: readonly (number | null)[];
  /** After this moment, up to that one. */
  fromMs: number;
  toMs: number;
}

/** Values of the stretches, nulls left out. */
export function valuesOf(stretches: readonly Stretch[]): number[] {
  const found: number[] = [];
  for (const { atMs, values, fromMs, toMs } of stretches) {
    for (let i = 0; i < atMs.length; i++) {
      const at = atMs[i] ?? 0;
      const value = values[i];
      if (at > fromMs && at <= toMs && value !== null && value !== undefined) found.push(value);
    }
  }
  return found;
}

export function momentsOf(values: readonly number[]): Moments {
  const n = values.length;
  if (n === 0) return { n: 0, mean: 0, squares: 0 };
  const mean = values.reduce((sum, value) => sum + value, 0) / n;
  return { n, mean, squares: values.reduce((sum, value) => sum + (value - mean) ** 2, 0) };
}

/** Null of nothing. */
export function median(values: readonly number[]): number | null {
  if (values.length === 0) return null;
  const sorted = values.toSorted((a, b) => a - b);
  const middle = sorted.length >> 1;
  const high = sorted[middle] ?? 0;
  return sorted.length % 2 === 1 ? high : ((sorted[middle - 1] ?? 0) + high) / 2;
}
