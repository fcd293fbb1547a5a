import { shareAbove, valueAt } from './histogram.js';
import type { HistogramReading } from './port.js';

/** Where a latency stream draws its line, and what "slower by so much" means there. */
export interface FrozenBucket {
  /** Requests above this many seconds are slow; a bucket bound of the histogram. */
  le: number;
  /** Share of requests above it on the unchanged side. */
  share: number;
  tolerance: number;
  detectRatio: number;
  problem: string | null;
}

export interface BucketRequest {
  quantile: number;
  /** Declared shift: so much slower is expected and no harm. */
  expectedShift: number;
  detectShift: number;
  tolerance: number;
}

/** Above this a ratio says "many times"; proving less is more than was asked, and errs on the safe side. */
const mostRatio = 10;
/** Least room between no harm and harm; a stream that has less cannot prove safety in any real time. */
const leastRoom = 1.01;

/**
 * The bound at or above the quantile (shifted by what is declared), with both shifts translated to ratios of exceedances
 * at it: a side slower by s has, above the bound T, the share that the unchanged side has above T / (1 + s). Straight
 * lines between bounds, as in Prometheus' histogram_quantile. So a declared shift widens the tolerance by what it does to
 * the share, and `detectRatio` is what detectShift, on top of it, does.
 *
 * null: the histogram has no events, or no bound.
 */
export function freezeBucket(histogram: HistogramReading, request: BucketRequest): FrozenBucket | null {
  const { bounds, total } = histogram;
  const last = bounds.at(-1);
  if (last === undefined || total <= 0) return null;
  const { quantile, expectedShift, detectShift } = request;
  const quantileSeconds = valueAt(histogram, quantile);
  const wanted = (quantileSeconds ?? last) * (1 + expectedShift);
  const le = bounds.find((bound) => bound >= wanted * (1 - 1e-12)) ?? last;
  const share = shareAbove(histogram, le);
  // Half an event stands for none: the ratio is large but a number.
  const least = Math.max(share, 0.5 / total);
  const ratioAt = (factor: number): number => Math.max(1, shareAbove(histogram, le / factor) / least);
  const tolerance = (1 + request.tolerance) * ratioAt(1 + expectedShift) - 1;
  const seen = ratioAt((1 + expectedShift) * (1 + detectShift));
  const floor = (1 + tolerance) * leastRoom;
  const detectRatio = Math.max(Math.min(seen, Math.max(mostRatio, floor)), floor);
  return { le, share, tolerance, detectRatio, problem: problemOf(histogram, request, { wanted, le, seen, floor }) };
}

interface Found {
  wanted: number;
  le: number;
  seen: number;
  floor: number;
}

function problemOf(histogram: HistogramReading, request: BucketRequest, found: Found): string | null {
  const { wanted, le, seen, floor } = found;
  const percent = Math.round(request.detectShift * 100);
  const needed = `bucket bounds of about ${seconds(wanted / (1 + request.detectShift))} and ${seconds(wanted)} are needed`;
  const name = `p${Number((request.quantile * 100).toFixed(3))}`;
  if (valueAt(histogram, request.quantile) === null) {
    return `${name} lies above the last bucket bound, ${seconds(le)}: bounds beyond it are needed to see ${name} move`;
  }
  if (le < wanted * (1 - 1e-12)) {
    return `${name} with its declared shift lies above the last bucket bound, ${seconds(le)}: ${needed}`;
  }
  if (seen >= floor) return null;
  const ratio = seen.toFixed(2);
  return `the histogram is too coarse to prove ${name} slower by less than ${percent}%: above ${seconds(le)} that makes ${ratio} times as many requests, and up to ${(floor / leastRoom).toFixed(2)} times is tolerated; ${needed}`;
}

function seconds(value: number): string {
  return `${Number(value.toPrecision(3))} s`;
}
