import type { Look } from '../judge/types.js';

/**
 * Keeps every look of a change, so that a verdict can be recomputed later. Idempotent by sequence: under one `seq` the
 * first look stays, and `append` returns the one that stays, which the caller must fold.
 */
export interface CellStore {
  append(changeId: string, look: Look): Promise<Look>;
  /** All looks of a change in order of `seq`. */
  read(changeId: string): Promise<Look[]>;
  /** What a history keeps to refer to all looks so far: the last `seq`, and a hash over everything up to it. */
  head(changeId: string): Promise<{ seq: number; hash: string }>;
}
