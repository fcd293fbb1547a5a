/**
 * Sums of e-values kept as natural logs, so that evidence of e^±10⁶ neither overflows nor vanishes. V8 computes exp, log
 * and log1p in software (fdlibm), so the same counts give the same bits on any machine (DESIGN §6, invariant 7).
 */

/** ln(e^a + e^b). */
export function logAdd(a: number, b: number): number {
  return a > b ? a + Math.log1p(Math.exp(b - a)) : b + Math.log1p(Math.exp(a - b));
}

/** ln of the mean of e^value. Needs at least one finite value. */
export function logMean(values: readonly number[]): number {
  let top = -Infinity;
  for (const value of values) if (value > top) top = value;
  let sum = 0;
  for (const value of values) sum += Math.exp(value - top);
  return top + Math.log(sum / values.length);
}
