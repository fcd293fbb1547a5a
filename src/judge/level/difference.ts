/**
 * From one interval's measurements of both arms to one number and its sampling variance: the difference of their means.
 * Latency is compared in logs, so a difference of .1 is about +10 %; a gauge in whatever unit its shifts are stated.
 */

/** Mean, variance within the interval, and number of samples of one arm. */
export interface Sample {
  mean: number;
  variance: number;
  n: number;
}

/** What an interval says: null in a series where an arm had no sample. */
export interface Difference {
  /** Changed minus unchanged, and its sampling variance. */
  shift: number;
  variance: number;
  /** Mean of both arms. */
  common: number;
}

/** The open-ended buckets: a first one is read as ending at `first` of its bound, the last as beginning at `last` of its. */
export const bucketConstants = { first: 0.8, last: 1.25 };

/** Natural log at the middle of each bucket: `bounds` in milliseconds, rising; one value more, for the last bucket. */
export function bucketLogs(bounds: readonly number[], constants: typeof bucketConstants = bucketConstants): number[] {
  const lowest = bounds[0];
  const highest = bounds.at(-1);
  if (lowest === undefined || highest === undefined) throw new RangeError('a histogram needs a bucket bound');
  const inner = bounds.slice(1).map((bound, i) => (Math.log(bound) + Math.log(bounds[i] ?? bound)) / 2);
  return [Math.log(lowest * constants.first), ...inner, Math.log(highest * constants.last)];
}

/**
 * Mean and variance of log latency from bucket counts, which are per bucket and not cumulative. Buckets a
 * quarter wide add some 2 % to the variance, on the careful side; it is left so.
 *
 * @throws RangeError for counts that are not counts, or not one for each bucket.
 */
export function sampleOfHistogram(logs: readonly number[], counts: readonly number[]): Sample {
  if (counts.length !== logs.length) {
    throw new RangeError(`a histogram of ${logs.length} buckets has ${counts.length} counts`);
  }
  let [n, sum, squares] = [0, 0, 0];
  for (let i = 0; i < counts.length; i++) {
    const count = counts[i] ?? 0;
    const log = logs[i] ?? 0;
    if (!(count >= 0 && Number.isFinite(count))) throw new RangeError(`bucket ${i} has count ${count}`);
    n += count;
    sum += count * log;
    squares += count * log * log;
  }
  if (n === 0) return { mean: 0, variance: 0, n: 0 };
  const mean = sum / n;
  return { mean, variance: Math.max(0, squares / n - mean * mean), n };
}

/** Null when an arm has no sample: that interval says nothing of the level. */
export function differenceOf(canary: Sample, baseline: Sample): Difference | null {
  if (canary.n === 0 || baseline.n === 0) return null;
  const pooled = (canary.variance * canary.n + baseline.variance * baseline.n) / (canary.n + baseline.n);
  const variance = pooled * (1 / canary.n + 1 / baseline.n);
  return { shift: canary.mean - baseline.mean, variance, common: (canary.mean + baseline.mean) / 2 };
}
