/**
 * Relative evidence: is the changed side's bad share a multiple of the unchanged side's? Given the total bad events m of
 * one interval, the changed side's part is binomial with odds R·ρ, ρ = changed exposure / unchanged exposure, at ratio R
 * (Lindon & Malek, NeurIPS 2022; systems.md §A2). The likelihood ratio of ratio `to` against ratio `from`,
 *   ln e = x ln(to/from) + m ln((1 + from·ρ)/(1 + to·ρ)),   x changed bad events, m bad events of both sides,
 * is an e-value against "ratio ≤ from" when to > from, and against "ratio ≥ from" when to < from. Exact, not only for
 * Poisson: for independent Bernoulli events Π(1 + p(eᵃ−1)) ≤ exp(Σp(eᵃ−1)), and with eᵃ = θ_to/θ_from on the changed and
 * (1−θ_to)/(1−θ_from) on the unchanged side the exponents cancel at ratio `from` and are negative beyond it. The bad
 * share itself may move as it likes between intervals, and so may the split of traffic.
 */
import type { Count } from './types.js';

/** Alternatives of the harm process, times 1 + tolerance. Fixed before any data: a grid chosen later is not valid. */
export const harmRatios = [1.25, 1.5, 2, 3, 5, 10, 30] as const;
const logHarmRatios = harmRatios.map((ratio) => Math.log(ratio));

/** Alternatives of the safety process: no change, and a little better than before. */
export const safeRatios = [1, 0.8] as const;

/** ln e of ratio `to` against ratio `from` on one interval, in nats; 0 when an arm has no exposure or nothing was bad. */
export function relativeEvidence(canary: Count, baseline: Count, from: number, to: number): number {
  const bad = canary.bad + baseline.bad;
  if (bad === 0 || canary.exposure === 0 || baseline.exposure === 0) return 0;
  const odds = canary.exposure / baseline.exposure;
  return canary.bad * Math.log(to / from) + bad * (Math.log1p(from * odds) - Math.log1p(to * odds));
}

/** The same for the whole harm grid at once: seven numbers, null ratio 1 + `tolerance`, tempered by `scale` = 1/φ. */
export function harmEvidence(canary: Count, baseline: Count, tolerance: number, scale: number): number[] {
  const odds = (1 + tolerance) * (canary.exposure / baseline.exposure);
  const bad = canary.bad + baseline.bad;
  const atNull = Math.log1p(odds);
  const increments = logHarmRatios.slice();
  for (let i = 0; i < increments.length; i++) {
    const logRatio = increments[i] ?? 0;
    const ratio = harmRatios[i] ?? 1;
    increments[i] = scale * (canary.bad * logRatio + bad * (atNull - Math.log1p(ratio * odds)));
  }
  return increments;
}
