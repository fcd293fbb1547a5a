import { combined, safetyOf, shareOf } from '../judge/evidence.js';
import { begin, chain, fold, type JudgeState } from '../judge/judge.js';
import type { JudgeSettings } from '../judge/types.js';
import { judgeSettings } from '../workflows/settings.js';
import type { StoryRecord } from './record.js';
import { withoutNaN } from './words.js';

/** The evidence as of one look; natural logs. */
export interface EvidencePoint {
  seq: number;
  wave: number;
  atMs: number;
  /** Combined evidence of harm, and what each stream adds to it. */
  harm: number;
  harmBy: number[];
  /** Least proof of safety over the streams that must be proven, and each of those (null: need not be proven). */
  safe: number;
  safeBy: (number | null)[];
}

export interface Evidence {
  settings: JudgeSettings | null;
  points: EvidencePoint[];
  /** Look at which harm was proven, and why; null when it was not. */
  stopped: { seq: number; culprit: string } | null;
  /** Why there is nothing, or not everything, to show; null when all is shown. */
  problem: string | null;
}

/** The judge over the stored looks again: the same looks give the same evidence. */
export function evidenceOver(story: StoryRecord): Evidence {
  const { classification, streams } = story.status;
  if (classification === null)
    return { settings: null, points: [], stopped: null, problem: 'It was never classified, so nobody looked.' };
  const settings = judgeSettings(streams, classification.controls);
  if (story.looks.length === 0) return { settings, points: [], stopped: null, problem: 'No look was made.' };
  const points: EvidencePoint[] = [];
  let state: JudgeState | null = null;
  let problem: string | null = null;
  try {
    state = begin(settings);
    for (const look of chain(story.looks)) {
      state = fold(settings, state, look);
      points.push(pointOf(settings, state, look.toMs));
    }
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    problem = `The looks cannot be refolded: ${withoutNaN(why)}.`;
  }
  const stop = state?.stopped ?? null;
  return { settings, points, stopped: stop && { seq: stop.seq, culprit: stop.culprit }, problem };
}

function pointOf(settings: JudgeSettings, state: JudgeState, atMs: number): EvidencePoint {
  const safeBy = state.streams.map((stream, i) =>
    settings.streams[i]?.prove === true ? safetyOf(settings, state, stream) : null,
  );
  return {
    seq: state.seq,
    wave: state.wave,
    atMs,
    harm: combined(settings, state).log,
    harmBy: state.streams.map((_, i) => shareOf(settings, state, i)),
    safe: safeBy.reduce<number>((least, log) => (log === null ? least : Math.min(least, log)), Infinity),
    safeBy,
  };
}

/** Looks at which a value rose to its bound, having been below it at the look before. */
export function crossings(
  points: readonly EvidencePoint[],
  value: (point: EvidencePoint) => number,
  bound: number,
): EvidencePoint[] {
  return points.filter((point, i) => {
    const before = points[i - 1];
    return value(point) >= bound && (before === undefined || value(before) < bound);
  });
}
