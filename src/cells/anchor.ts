import type { Count } from '../judge/types.js';
import type { RawCount } from '../sources/port.js';
import type { Moved } from './movement.js';

/*
 * The one place where cumulative counters become increments, the same for every source. Rules, fixed in advance:
 *
 * - The first sample of a target, of a process (incarnation) or in an arm is an anchor: it adds nothing. What follows is
 *   left out until the interval it belongs to begins `warmupSeconds` or more after that anchor.
 * - A lower total, or a count of bad events lower by more than `tornEvents`, is a process we do not know: a new anchor,
 *   not "the increase is the new value". After a restart those events are warm-up and left out anyway; and where only a
 *   series vanished (a label cleaned up) the new value would be events counted twice.
 * - A target without a new sample keeps its anchor, so the next report bridges the gap by the difference.
 * - A sample as old as the anchor, or older, adds nothing (a frozen source, a replica that lags). Only when it is more
 *   than `clockMovedMs` older has the clock itself moved, and the difference of the values is taken as usual.
 * - Two clocks: samples carry their source's, the reading has that of the looks. Samples are compared with samples only;
 *   how long a sample has been met again is counted from when we met it first.
 * - Counter and bad counter may be torn (read at slightly different moments). Bad events never exceed the events of the
 *   same interval; what is over waits in the anchor for events that can carry it. A bad count that dips by no more than
 *   `tornEvents` is held at its highest value. So no bad event is invented and none is counted twice.
 */

/** A restart cannot be told from a torn read below this many events. */
const tornEvents = 5;
const clockMovedMs = 300_000;
/** Start times computed from a boot time jitter by a second; a real restart that quick shows in the counter. */
const startJitterSeconds = 1;

/**
 * Arm 1 is the changed one. Times are ms since `originMs`: `at` and `since` on the source's clock, `met` (when this sample
 * was met first) on that of the looks; absent in a state of a release that did not know it.
 */
export type Anchor = [
  arm: 0 | 1,
  incarnation: string,
  at: number,
  since: number,
  total: number,
  bad: number,
  met?: number,
];

export interface Context {
  originMs: number;
  /** Since `originMs`. */
  nowMs: number;
  warmMs: number;
}

/** What one sample, or its absence, makes of an anchor. */
export interface Step {
  anchor: Anchor | null;
  add: Count | null;
  heard: boolean;
  /** What the counter itself did, in whichever arm and warm or not; null: there was nothing new to see. */
  moved: Moved | null;
}

const begun: Moved = { events: 0, coveredMs: 0, alive: true };

export function next(before: Anchor | null, row: RawCount | undefined, arm: 0 | 1, context: Context): Step {
  if (row === undefined) return { anchor: before, add: null, heard: false, moved: null };
  const { nowMs } = context;
  const at = Math.round(row.atMs) - context.originMs;
  const total = Math.floor(row.total);
  const bad = Math.floor(row.bad);
  const fresh: Anchor = [arm, row.incarnation, at, at, total, bad, nowMs];
  if (before === null) return { anchor: fresh, add: null, heard: true, moved: begun };
  const [armBefore, incarnation, atBefore, since, totalBefore, badBefore, met = nowMs] = before;
  if (at <= atBefore && at > atBefore - clockMovedMs) {
    const anchor: Anchor = [armBefore, incarnation, atBefore, since, totalBefore, badBefore, met];
    return { anchor, add: null, heard: nowMs - met < (row.staleAfterMs ?? 0), moved: null };
  }
  const goesOn = sameProcess(incarnation, row.incarnation) && total >= totalBefore && bad >= badBefore - tornEvents;
  const clockMoved = at < atBefore;
  const exposure = total - totalBefore;
  const alive = exposure > 0;
  // A clock that was set forward covers no more time than has passed for us; one set back covers none that we know.
  const coveredMs = Math.min(at - atBefore, nowMs - met + (row.staleAfterMs ?? 0));
  const moved = goesOn && !clockMoved ? { events: exposure, coveredMs, alive } : { ...begun, alive: alive || !goesOn };
  if (armBefore !== arm) return { anchor: fresh, add: null, heard: true, moved };
  if (!goesOn) return { anchor: fresh, add: null, heard: false, moved };
  const badAdd = Math.min(Math.max(bad - badBefore, 0), exposure);
  const anchor: Anchor = [arm, incarnation, at, clockMoved ? at : since, total, badBefore + badAdd, nowMs];
  const warm = atBefore - since >= context.warmMs;
  return { anchor, add: warm ? { exposure, bad: badAdd } : null, heard: true, moved };
}

function sameProcess(before: string, now: string): boolean {
  if (before === now) return true;
  if (before === '' || now === '') return false;
  // Hashes of several exporters are not numbers: NaN compares false.
  return Math.abs(Number(before) - Number(now)) <= startJitterSeconds;
}
