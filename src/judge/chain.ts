import type { Look } from './types.js';

/**
 * The looks that a verdict as of look `upTo` (default: the last) was made from, in order: each continues from the one
 * before. A look that died before its state was kept is superseded by the next one, whose counts bridge the gap; folding
 * both would count events twice.
 *
 * @throws RangeError when a look is missing.
 */
export function chain(looks: readonly Look[], upTo?: number): Look[] {
  const bySeq = new Map(looks.map((look) => [look.seq, look]));
  const back: Look[] = [];
  let seq = upTo ?? looks.reduce((last, look) => Math.max(last, look.seq), 0);
  while (seq > 0) {
    const look = bySeq.get(seq);
    if (look === undefined || look.after >= seq) throw new RangeError(`the chain of looks is broken at look ${seq}`);
    back.push(look);
    seq = look.after;
  }
  return back.reverse();
}
