import type { LevelCell, Look } from '../judge/types.js';
import type { Advance, Arms } from './counters.js';

export interface LookFrame {
  seq: number;
  /** `seq` of the look that the counters continue from. */
  after: number;
  wave: number;
  fromMs: number;
  toMs: number;
  arms: Arms;
}

/**
 * One look from what the counters gave, or from the error that kept them from being read. When nothing at all reported,
 * on either side, the look is an error too: a source that stopped looks the same as a fleet that died, so it must
 * neither pass nor be held against the change alone.
 */
export function makeLook(frame: LookFrame, seen: Advance | { error: string | null }, levels: LevelCell[] = []): Look {
  const { seq, after, wave, fromMs, toMs, arms } = frame;
  const canary = new Set(arms.canary);
  const baseline = new Set(arms.baseline.filter((target) => !canary.has(target)));
  const targets = canary.size + baseline.size;
  const good = 'cells' in seen ? seen : { cells: [], canarySilent: [], baselineSilent: [], still: null };
  return {
    seq,
    after,
    wave,
    fromMs,
    toMs,
    cells: good.cells,
    ...(levels.length === 0 ? {} : { levels }),
    canary: { targets: canary.size, silent: good.canarySilent },
    baseline: { targets: baseline.size, silent: good.baselineSilent },
    ...(good.still === null ? {} : { still: good.still }),
    error:
      'cells' in seen
        ? nothingReported(seen, levels, targets)
        : (seen.error ?? 'the source gave neither counts nor an error'),
  };
}

function nothingReported(
  { cells, canarySilent, baselineSilent }: Advance,
  levels: readonly LevelCell[],
  targets: number,
): string | null {
  if (cells.length + levels.length > 0 || canarySilent.length + baselineSilent.length < targets || targets === 0)
    return null;
  return `none of ${targets} targets reported a sample that continues its last`;
}
