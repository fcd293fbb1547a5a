/** Rank sums of two sorted samples by one merge: no ranks are stored, nothing is allocated. */

/**
 * Mann-Whitney's U of x − shift over y minus its mean nm/2 (so 0 means balance), midranks for ties. `spread` gets the
 * standard deviation under exchangeability with the correction for ties (Lehmann 1975, eq. 1.35):
 *   σ² = nm/12 · [(n + m + 1) − Σ(t³ − t)/((n + m)(n + m − 1))].
 */
export interface Standing {
  balance: number;
  spread: number;
}

/** Writes into `out` and returns it; x and y ascending, neither empty. */
export function standing(x: Float64Array, y: Float64Array, shift: number, out: Standing): Standing {
  const n = x.length;
  const m = y.length;
  let i = 0;
  let j = 0;
  let twiceBalance = -n * m;
  let ties = 0;
  let low = y[0] as number;
  while (i < n) {
    const value = (x[i] as number) - shift;
    while (low < value) {
      const from = j;
      const tied = low;
      do low = ++j < m ? (y[j] as number) : Infinity;
      while (low === tied);
      const t = j - from;
      if (t > 1) ties += t * t * t - t;
    }
    const fromX = i;
    const fromY = j;
    do i++;
    while (i < n && (x[i] as number) - shift === value);
    while (low === value) low = ++j < m ? (y[j] as number) : Infinity;
    const t = i - fromX + (j - fromY);
    if (t > 1) ties += t * t * t - t;
    twiceBalance += (i - fromX) * (fromY + j);
  }
  while (j < m) {
    const from = j;
    const tied = low;
    do low = ++j < m ? (y[j] as number) : Infinity;
    while (low === tied);
    const t = j - from;
    if (t > 1) ties += t * t * t - t;
  }
  const all = n + m;
  out.balance = twiceBalance / 2;
  out.spread = Math.sqrt(Math.max(0, ((n * m) / 12) * (all + 1 - ties / (all * (all - 1)))));
  return out;
}

/** Balance alone where nothing is tied, at a third of the cost; NaN as soon as a value of x − shift ties with another. */
export function untiedBalance(x: Float64Array, y: Float64Array, shift: number): number {
  const n = x.length;
  const m = y.length;
  let below = 0;
  let j = 0;
  let last = -Infinity;
  for (let i = 0; i < n; i++) {
    const value = (x[i] as number) - shift;
    while (j < m && (y[j] as number) < value) j++;
    if (value === last || (j < m && y[j] === value)) return Number.NaN;
    last = value;
    below += j;
  }
  return below - (n * m) / 2;
}

/** Whether two values of an ascending sample are equal. */
export function hasTies(sorted: Float64Array): boolean {
  for (let i = 1; i < sorted.length; i++) if (sorted[i] === sorted[i - 1]) return true;
  return false;
}
