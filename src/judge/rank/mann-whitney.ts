import { exactUpper } from './exact.js';
import { upperQuantile, upperTail } from './normal.js';
import { standing } from './rank-sum.js';

/** Samples of up to so many values together get the exact permutation distribution. */
export const exactUpTo = 24;

/**
 * One-sided z of Mann-Whitney's U: how far x lies above y. Positive = x is higher. Normal approximation with correction
 * for ties and continuity; for small samples the z of the exact permutation chance. 0 when all values are tied.
 * x and y ascending, neither empty.
 */
export function mannWhitney(x: Float64Array, y: Float64Array): number {
  const { balance, spread } = standing(x, y, 0, { balance: 0, spread: 0 });
  if (spread === 0) return 0;
  if (x.length + y.length <= exactUpTo) {
    const z = balance >= 0 ? upperQuantile(exactUpper(x, y)) : -upperQuantile(exactUpper(y, x));
    return balance >= 0 ? Math.max(0, z) : Math.min(0, z);
  }
  return Math.sign(balance) * (Math.max(0, Math.abs(balance) - 0.5) / spread);
}

/** The chance that goes with a one-sided z. */
export const chanceOf = upperTail;

/** Common-language effect size: share of pairs in which x is higher, ties counting half (McGraw and Wong 1992). */
export function commonLanguage(x: Float64Array, y: Float64Array): number {
  const { balance } = standing(x, y, 0, { balance: 0, spread: 0 });
  return 0.5 + balance / (x.length * y.length);
}
