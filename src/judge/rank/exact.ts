/**
 * Exact permutation distribution of the rank sum, ties and all (Streitberg and Röhmel 1986, the shift algorithm): how many
 * of the C(n+m, n) ways to choose who is x give so high a rank sum.
 */

/**
 * P(rank sum of x ≥ the one seen) when all ways to split the pool are equally likely. Time in n·(n+m)²·n, so for small
 * samples only; x and y ascending.
 */
export function exactUpper(x: Float64Array, y: Float64Array): number {
  const n = x.length;
  const { ranks, seen } = doubledRanks(x, y);
  const top = ranks.slice(ranks.length - n).reduce((sum, rank) => sum + rank, 0);
  const width = top + 1;
  const ways = new Float64Array((n + 1) * width);
  ways[0] = 1;
  for (let item = 0; item < ranks.length; item++) {
    const rank = ranks[item] as number;
    for (let k = Math.min(n, item + 1); k >= 1; k--) {
      const row = k * width;
      for (let sum = top; sum >= rank; sum--) {
        const before = ways[row - width + sum - rank] as number;
        if (before > 0) ways[row + sum] = (ways[row + sum] as number) + before;
      }
    }
  }
  let all = 0;
  let high = 0;
  for (let sum = 0; sum < width; sum++) {
    const count = ways[n * width + sum] as number;
    all += count;
    if (sum >= seen) high += count;
  }
  return high / all;
}

/** Twice the midranks of the pool in ascending order (whole numbers), and twice the rank sum of x. */
function doubledRanks(x: Float64Array, y: Float64Array): { ranks: number[]; seen: number } {
  const ranks: number[] = [];
  let seen = 0;
  for (let i = 0, j = 0; i < x.length || j < y.length; ) {
    const value = Math.min(x[i] ?? Infinity, y[j] ?? Infinity);
    const fromX = i;
    const start = i + j;
    while (i < x.length && x[i] === value) i++;
    while (j < y.length && y[j] === value) j++;
    const twice = start + 1 + i + j;
    for (let k = start; k < i + j; k++) ranks.push(twice);
    seen += (i - fromX) * twice;
  }
  return { ranks, seen };
}

/** 1/C(n+m, n): the least chance that any test of two samples of these sizes can give. */
export function leastChance(n: number, m: number): number {
  let chance = 1;
  for (let k = 1; k <= n; k++) chance *= k / (m + k);
  return chance;
}
