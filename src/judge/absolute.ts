/**
 * Absolute evidence on the changed side alone: is its bad share p above, or below, a share s fixed in advance? It needs no
 * unchanged arm, so it still speaks when both sides are bad alike. For n events with x bad ones and a factor a,
 *   ln e = x ln a − n·s·(a − 1)
 * is an e-value against "p ≤ s" for a > 1 and against "p ≥ s" for a < 1: (1 + p(a−1))ⁿ ≤ exp(np(a−1)) because 1 + u ≤ eᵘ,
 * and n(p − s)(a − 1) ≤ 0 under the null. Exact for Bernoulli events with shares that move, as long as their mean in each
 * interval keeps to the null.
 */
import type { Count } from './types.js';

/** Alternatives "so many times the share", for the guard and for the floor under harm. */
export const aboveFactors = [1.5, 2, 4, 10] as const;

/** Alternatives "such a part of the share", for the proof that the share is below its floor. */
export const belowFactors = [0.1, 0.3, 0.6] as const;

/** ln e of share·factor against share, in nats. */
export function absoluteEvidence(canary: Count, share: number, factor: number): number {
  return canary.bad * Math.log(factor) - canary.exposure * share * (factor - 1);
}
