/** From values to places on a chart, and where its few ticks are. */
export interface Scale {
  from: number;
  to: number;
  /** Place of a value, held inside the scale. */
  at(value: number): number;
}

export function scale(from: number, to: number, start: number, end: number): Scale {
  const size = to - from;
  return {
    from,
    to,
    at(value) {
      const part = size > 0 ? (value - from) / size : 0;
      return start + Math.min(1, Math.max(0, Number.isFinite(part) ? part : 0)) * (end - start);
    },
  };
}

/** The least of 1, 2, 5 × 10^k that is not below `value`. */
export function niceStep(value: number): number {
  if (!(value > 0 && Number.isFinite(value))) return 1;
  const power = 10 ** Math.floor(Math.log10(value));
  for (const factor of [1, 2, 5]) if (factor * power >= value * (1 - 1e-9)) return factor * power;
  return 10 * power;
}

/** Multiples of a nice step from 0 to the first at or above `max`: at most `most` steps. */
export function ticksTo(max: number, most: number): number[] {
  const step = niceStep(max / most);
  const steps = Math.max(1, Math.ceil(max / step - 1e-9));
  return Array.from({ length: Math.min(steps, most) + 1 }, (_, i) => i * step);
}

/** The value below which the share `q` of the values lies; null for none. */
export function quantile(sorted: readonly number[], q: number): number | null {
  return sorted[Math.min(sorted.length - 1, Math.max(0, Math.ceil(q * sorted.length) - 1))] ?? null;
}
