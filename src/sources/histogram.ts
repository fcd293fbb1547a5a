import type { HistogramQuery, HistogramReading } from './port.js';
import { belongs, boundOf, label, type Series } from './series.js';

/** Sums the buckets of a histogram over targets; only bounds that every one of its series has. Empty: total 0. */
export function readHistogram(query: HistogramQuery, series: Series[]): HistogramReading {
  const targets = new Set(query.targets);
  const sums = new Map<number, { count: number; value: number }>();
  for (const one of series) {
    if (one.name !== `${query.histogram}_bucket` || !belongs(one, query)) continue;
    if (!targets.has(label(one, query.by)) || !(one.value >= 0 && one.value < Infinity)) continue;
    const bound = boundOf(one);
    if (Number.isNaN(bound)) continue;
    const sum = sums.get(bound) ?? { count: 0, value: 0 };
    sums.set(bound, { count: sum.count + 1, value: sum.value + one.value });
  }
  const everywhere = Math.max(0, ...[...sums.values()].map(({ count }) => count));
  const kept = [...sums].filter(([, { count }]) => count === everywhere).sort(([a], [b]) => a - b);
  const finite = kept.filter(([bound]) => bound !== Infinity);
  let highest = 0;
  const cumulative = finite.map(([, { value }]) => (highest = Math.max(highest, value)));
  const total = Math.max(highest, sums.get(Infinity)?.value ?? 0);
  return { bounds: finite.map(([bound]) => bound), cumulative, total };
}

/** What happened between two readings; null when the buckets differ or a count fell, as after a restart. */
export function difference(first: HistogramReading, last: HistogramReading): HistogramReading | null {
  const same = first.bounds.length === last.bounds.length && first.bounds.every((bound, i) => bound === last.bounds[i]);
  if (!same) return null;
  const cumulative = last.cumulative.map((count, i) => count - (first.cumulative[i] ?? 0));
  const rising = cumulative.every((count, i) => count >= (cumulative[i - 1] ?? 0));
  const total = last.total - first.total;
  return rising && total >= (cumulative.at(-1) ?? 0) ? { bounds: last.bounds, cumulative, total } : null;
}

/** Share of events above `value`, straight lines between the bounds; from the last bound on, what is above it. */
export function shareAbove({ bounds, cumulative, total }: HistogramReading, value: number): number {
  const index = bounds.findIndex((bound) => bound >= value);
  if (index === -1) return 1 - (cumulative.at(-1) ?? 0) / total;
  const [low, high] = [index === 0 ? 0 : (bounds[index - 1] ?? 0), bounds[index] ?? 0];
  const [below, within] = [index === 0 ? 0 : (cumulative[index - 1] ?? 0), cumulative[index] ?? 0];
  const part = high > low ? Math.min(1, Math.max(0, (value - low) / (high - low))) : 1;
  return 1 - (below + part * (within - below)) / total;
}

/** The value that a share `quantile` of events stays at or below; null when it lies above the last bound. */
export function valueAt({ bounds, cumulative, total }: HistogramReading, quantile: number): number | null {
  const wanted = quantile * total;
  const index = cumulative.findIndex((count) => count >= wanted);
  if (index === -1) return null;
  const [low, high] = [index === 0 ? 0 : (bounds[index - 1] ?? 0), bounds[index] ?? 0];
  const [below, within] = [index === 0 ? 0 : (cumulative[index - 1] ?? 0), cumulative[index] ?? 0];
  return within > below ? low + ((high - low) * (wanted - below)) / (within - below) : high;
}
