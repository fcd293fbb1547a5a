import type { LookPace } from './ports.js';

/** A look that took long is followed by at least this part of the pause, so that a slow source is not asked all the time. */
const leastRest = 0.25;
/** The first pause is at least this part of itself. */
const leastFirst = 0.1;

/** When each look of one watcher is due, on whatever clock it is asked with. */
export interface Schedule {
  /** The next look after the one that is done at `nowMs`, of a bake watched for so long. */
  next(nowMs: number, watchedMs: number): number;
}

/**
 * Looks are due at fixed distances, not so long after the last one ended: what a look takes makes none of them late. The
 * first pause is shortened by a part that follows from the change, so that a thousand changes which began together, or
 * were taken over together, are not looked at together for ever.
 */
export function scheduleOf(pace: LookPace, changeId: string, firstMs: number): Schedule {
  let dueMs = firstMs;
  let part = leastFirst + (1 - leastFirst) * fraction(changeId);
  return {
    next(nowMs, watchedMs) {
      const pauseMs = pauseOf(pace, watchedMs);
      dueMs = Math.max(dueMs + part * pauseMs, nowMs + Math.min(part, leastRest) * pauseMs);
      part = 1;
      return dueMs;
    },
  };
}

/** A twentieth of the time watched so far, between the first pace and the last. */
const pauseOf = (pace: LookPace, watchedMs: number): number =>
  Math.min(Math.max(pace.firstSeconds * 1000, watchedMs / 20), pace.everySeconds * 1000);

/** In [0, 1), evenly over names: FNV-1a. */
function fraction(name: string): number {
  let hash = 0x811c9dc5;
  for (let i = 0; i < name.length; i++) hash = Math.imul(hash ^ name.charCodeAt(i), 0x01000193);
  // Names that differ in their last letter differ in the low bits only.
  hash = Math.imul(hash ^ (hash >>> 15), 0x2c1b3c6d);
  return ((hash ^ (hash >>> 13)) >>> 0) / 2 ** 32;
}
