/**
 * Kalman filter of a drifting series around an unknown mean, one for each noise it may have:
 *   y_t = μ + a_t + ε_t,   a_t = ρ a_{t−1} + AR(1) with stationary sd τ,   ε_t ~ N(0, W_t), W_t known from the samples
 * (Harvey, Forecasting, structural time series models and the Kalman filter, 1989, §3.4). The filter is linear, so the
 * data's innovations v_t and those of a constant, u_t, carry the log likelihood of every mean μ at once:
 *   l(μ) = l(0) + g μ − h μ²/2,   g = Σ v u/S,   h = Σ u²/S.
 */

/** Autocorrelation ρ from one interval to the next, and stationary sd τ. */
export interface Drift {
  rho: number;
  tau: number;
}

/** Numbers kept a filter: P, a of the data, a of the constant, l(0), g, h. */
export const width = 6;

/** Writes the filter before any data at `at`. */
export function beginFilter({ tau }: Drift, filters: number[], at: number): void {
  filters[at] = tau * tau;
  for (let i = 1; i < width; i++) filters[at + i] = 0;
}

/** What a value told a filter: its innovation and a constant's, their variance, and the share of it that went to the drift. */
export interface Innovation {
  v: number;
  u: number;
  s: number;
  gain: number;
}

/** Lets an interval pass for the filter at `at`, in place, and folds its value in; null when there is none. */
export function advance(
  { rho, tau }: Drift,
  filters: number[],
  at: number,
  value: number | null,
  variance: number,
): Innovation | null {
  const p = rho * rho * (filters[at] ?? 0) + (1 - rho * rho) * tau * tau;
  const a = rho * (filters[at + 1] ?? 0);
  const c = rho * (filters[at + 2] ?? 0);
  if (value === null) {
    filters[at] = p;
    filters[at + 1] = a;
    filters[at + 2] = c;
    return null;
  }
  const s = p + variance;
  const gain = p / s;
  const v = value - a;
  const u = 1 - c;
  filters[at] = p * (1 - gain);
  filters[at + 1] = a + gain * v;
  filters[at + 2] = c + gain * u;
  filters[at + 3] = (filters[at + 3] ?? 0) - (v * v) / (2 * s) - Math.log(s) / 2;
  filters[at + 4] = (filters[at + 4] ?? 0) + (v * u) / s;
  filters[at + 5] = (filters[at + 5] ?? 0) + (u * u) / s;
  return { v, u, s, gain };
}

/**
 * Numbers kept a mean that begins later than the filter: its a, g, h, and c = Σ u u'/S with the constant that was there from
 * the start, by which l falls, times both means, when there are both; zeros when it begins.
 */
export const lateWidth = 4;

/** Lets the interval that `advance` has just folded pass for a mean that began later; l(0) and P are the filter's own. */
export function advanceLate(rho: number, filters: number[], at: number, innovation: Innovation | null): void {
  const c = rho * (filters[at] ?? 0);
  filters[at] = c;
  if (innovation === null) return;
  const { v, u: constant, s, gain } = innovation;
  const u = 1 - c;
  filters[at] = c + gain * u;
  filters[at + 1] = (filters[at + 1] ?? 0) + (v * u) / s;
  filters[at + 2] = (filters[at + 2] ?? 0) + (u * u) / s;
  filters[at + 3] = (filters[at + 3] ?? 0) + (constant * u) / s;
}

/** l(μ) − l(0), with g and h at `at`. */
export function logRatio(filters: readonly number[], at: number, mu: number): number {
  return mu * (filters[at] ?? 0) - (mu * mu * (filters[at + 1] ?? 0)) / 2;
}

/**
 * The mean integrated out over N(0, 1/precision); at precision 0 over all means alike, which again leaves out a constant
 * (restricted likelihood; Harville 1974). 0 before any data.
 */
export function logAnyMean(filters: readonly number[], at: number, precision: number): number {
  const g = filters[at + 4] ?? 0;
  const h = filters[at + 5] ?? 0;
  if (h === 0) return 0;
  const scale = precision === 0 ? h : 1 + h / precision;
  return (filters[at + 3] ?? 0) + (g * g) / (2 * (h + precision)) - Math.log(scale) / 2;
}
