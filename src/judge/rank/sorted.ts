/** Sorted samples: what every rank statistic starts from. */

/** Below this length insertion sort on a typed array beats the built-in one. */
const short = 64;

/** Ascending copy. Values must be numbers, not NaN. */
export function ascending(values: ArrayLike<number>): Float64Array {
  const sorted = new Float64Array(values);
  if (sorted.length > short) return sorted.sort();
  for (let i = 1; i < sorted.length; i++) {
    const value = sorted[i] as number;
    let j = i - 1;
    for (; j >= 0 && (sorted[j] as number) > value; j--) sorted[j + 1] = sorted[j] as number;
    sorted[j + 1] = value;
  }
  return sorted;
}

/** Quantile with linear interpolation between order statistics (R's type 7). Needs at least one value. */
export function quantile(sorted: ArrayLike<number>, share: number): number {
  const at = (sorted.length - 1) * Math.min(1, Math.max(0, share));
  const low = Math.floor(at);
  const a = sorted[low] as number;
  const b = sorted[Math.min(sorted.length - 1, low + 1)] as number;
  return at === low ? a : a + (at - low) * (b - a);
}

export function median(sorted: ArrayLike<number>): number {
  return quantile(sorted, 0.5);
}

export function mean(values: ArrayLike<number>): number {
  let sum = 0;
  for (let i = 0; i < values.length; i++) sum += values[i] as number;
  return sum / values.length;
}

/** Mean without the lowest and the highest `share` of the values. */
export function trimmedMean(sorted: ArrayLike<number>, share: number): number {
  const cut = Math.min(Math.floor(sorted.length * share), Math.floor((sorted.length - 1) / 2));
  let sum = 0;
  for (let i = cut; i < sorted.length - cut; i++) sum += sorted[i] as number;
  return sum / (sorted.length - 2 * cut);
}

/** Standard deviation about the mean, n − 1 in the denominator; 0 for fewer than two values. */
export function deviation(values: ArrayLike<number>): number {
  if (values.length < 2) return 0;
  const centre = mean(values);
  let sum = 0;
  for (let i = 0; i < values.length; i++) sum += ((values[i] as number) - centre) ** 2;
  return Math.sqrt(sum / (values.length - 1));
}
