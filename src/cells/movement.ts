import type { Still } from '../judge/types.js';
import type { Reading } from '../sources/port.js';
import { type Motion, type Movement, moved, stillness } from './stillness.js';

/** How the counters of both arms together have moved over the last minutes, and those of the changed arm. */
export interface Motions {
  all: Motion;
  canary: Motion;
}

/** What one target's counter did between two samples; `alive`: it moved, or began anew, or is new. */
export interface Moved {
  events: number;
  coveredMs: number;
  alive: boolean;
}

/** One look's movement of one stream in one arm, summed over its targets. */
export interface Track extends Moved {
  targets: number;
}

export const aTrack = (): Track => ({ events: 0, coveredMs: 0, targets: 0, alive: false });

/** Adds a target; one that has been seen before counts in the mean also when it has nothing new. */
export function follow(track: Track, seen: boolean, moved: Moved | null): void {
  if (!seen) return;
  track.targets += 1;
  if (moved === null) return;
  track.events += moved.events;
  track.coveredMs += moved.coveredMs;
  if (moved.alive) track.alive = true;
}

export function nextMotions(
  before: Motions | undefined,
  nowMs: number,
  tracks: readonly { canary: Track; baseline: Track }[],
): Motions {
  const both = tracks.map(({ canary, baseline }) => ({
    events: canary.events + baseline.events,
    coveredMs: canary.coveredMs + baseline.coveredMs,
    targets: canary.targets + baseline.targets,
    alive: canary.alive || baseline.alive,
  }));
  return {
    all: moved(before?.all ?? null, nowMs, movementOf(both)),
    canary: moved(before?.canary ?? null, nowMs, movementOf(tracks.map(({ canary }) => canary))),
  };
}

/** Streams mostly count the same requests in other ways, so the busiest one speaks for all. */
function movementOf(tracks: readonly Track[]): Movement {
  const movement: Movement = { events: 0, seconds: 0, alive: false };
  for (const { events, coveredMs, targets, alive } of tracks) {
    if (alive) movement.alive = true;
    if (events < movement.events || targets === 0) continue;
    const seconds = coveredMs / targets / 1000;
    movement.seconds = events > movement.events ? seconds : Math.max(seconds, movement.seconds);
    movement.events = events;
  }
  return movement;
}

/** A sample is called stale after two and a half intervals: so long may the next one take. */
const intervalsToStale = 2.5;

/** Counters that stand still although they should not: all of them, or those of the changed arm while others move. */
export function stillOf({ all, canary }: Motions, { counts }: Reading): Still | null {
  let freshMs = 0;
  for (const { staleAfterMs = 0 } of counts) freshMs = Math.max(freshMs, staleAfterMs / intervalsToStale);
  const both = stillness(all, freshMs);
  if (both !== null) return { arm: 'both', ...both };
  const changed = stillness(canary, freshMs);
  return changed === null ? null : { arm: 'changed', ...changed };
}
