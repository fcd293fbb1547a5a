/** Edits (insert, delete, replace, swap of neighbours) between two words: Damerau-Levenshtein, string alignment. */
export function editDistance(a: string, b: string): number {
  let beforeLast: number[] = [];
  let last = Array.from({ length: b.length + 1 }, (_, j) => j);
  for (let i = 1; i <= a.length; i++) {
    const row = [i];
    for (let j = 1; j <= b.length; j++) {
      const same = a[i - 1] === b[j - 1];
      let best = Math.min((last[j] ?? 0) + 1, (row[j - 1] ?? 0) + 1, (last[j - 1] ?? 0) + (same ? 0 : 1));
      const swapped = i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1];
      if (swapped) best = Math.min(best, (beforeLast[j - 2] ?? 0) + 1);
      row.push(best);
    }
    beforeLast = last;
    last = row;
  }
  return last[b.length] ?? 0;
}

const longest = 64;

/**
 * The known word a person most likely meant; undefined when none is near. A third of the letters may be wrong, case
 * does not count, and a word that begins like the other (`quantile`, `quantiles`) is near.
 */
export function nearest(word: string, known: readonly string[]): string | undefined {
  if (word === '' || word.length > longest) return undefined;
  const lower = word.toLowerCase();
  let best: string | undefined;
  let least = Number.POSITIVE_INFINITY;
  for (const candidate of known) {
    const other = candidate.toLowerCase();
    const distance = editDistance(lower, other);
    const begins = Math.min(lower.length, other.length) >= 4 && (other.startsWith(lower) || lower.startsWith(other));
    const near = begins || distance <= Math.max(1, Math.floor(Math.max(lower.length, other.length) / 3));
    if (near && distance < least) {
      best = candidate;
      least = distance;
    }
  }
  return best;
}
