/** Medians and quantiles of values with gaps (NaN). A gap is never a value. */

/** `result[i]` = median of the values i … i + width − 1 that are there; NaN when fewer than half are, or it sticks out. */
export function rollingMedian(values: Float64Array, width: number): Float64Array {
  if (width === 1) return values;
  const result = new Float64Array(values.length).fill(NaN);
  const sorted = new Float64Array(width);
  let count = 0;
  for (let i = 0; i < values.length; i++) {
    const gone = i >= width ? (values[i - width] ?? NaN) : NaN;
    if (gone === gone) {
      const at = place(sorted, count, gone);
      sorted.copyWithin(at, at + 1, count);
      count--;
    }
    const next = values[i] ?? NaN;
    if (next === next) {
      const at = place(sorted, count, next);
      sorted.copyWithin(at + 1, at, count);
      sorted[at] = next;
      count++;
    }
    if (i >= width - 1 && 2 * count >= width) result[i - width + 1] = middle(sorted, count);
  }
  return result;
}

/** Quantile of `share` by linear interpolation between order statistics (Hyndman & Fan 1996, type 7). Sorts in place. */
export function quantile(values: Float64Array, share: number): number {
  values.sort();
  const at = Math.min(1, Math.max(0, share)) * (values.length - 1);
  const low = values[Math.floor(at)] ?? NaN;
  const high = values[Math.ceil(at)] ?? low;
  return low + (at - Math.floor(at)) * (high - low);
}

/** Middle of the first `count` of sorted values; NaN of none. */
export function middle(sorted: Float64Array, count: number): number {
  if (count === 0) return NaN;
  const half = count >> 1;
  const upper = sorted[half] ?? NaN;
  return count % 2 === 1 ? upper : ((sorted[half - 1] ?? NaN) + upper) / 2;
}

/** Index of the first of `count` sorted values that is not less than `value`. */
function place(sorted: Float64Array, count: number, value: number): number {
  let [low, high] = [0, count];
  while (low < high) {
    const mid = (low + high) >> 1;
    if ((sorted[mid] ?? NaN) < value) low = mid + 1;
    else high = mid;
  }
  return low;
}
