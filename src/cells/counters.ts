import type { Cell, Count, Still } from '../judge/types.js';
import type { RawCount, Reading } from '../sources/port.js';
import { aTrack, type Motions, nextMotions, stillOf, type Track } from './movement.js';

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

export interface Arms {
  canary: string[];
  baseline: string[];
}

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

/**
 * Last raw counters, plain JSON for heartbeats: about 40 bytes a target and stream (8 targets × 3 streams: 1 KiB).
 * `targets[id][i]` is the anchor of `streams[i]`; null or absent: not seen yet.
 */
export interface CounterState {
  v: 1;
  originMs: number;
  streams: string[];
  targets: Record<string, (Anchor | null)[]>;
  /** Absent in a state of a release that did not look at it. */
  motion?: Motions;
}

export interface Advance {
  state: CounterState;
  /** Streams with exposure in this interval only. */
  cells: Cell[];
  canarySilent: string[];
  baselineSilent: string[];
  /** Set when counters that should have moved stand still. */
  still: Still | null;
}

const noCounters: CounterState = { v: 1, originMs: 0, streams: [], targets: {} };

/**
 * Takes one reading. A target is silent when a stream that knows it had no sample of it, or when no stream has ever had
 * one, or when its process was replaced although it stayed in its arm: a restart nobody asked for is one silent look.
 * Targets in neither arm are forgotten. `before` null: the first reading of a change; it is not changed otherwise.
 */
export function advance(
  before: CounterState | null,
  reading: Reading,
  arms: Arms,
  rules: { warmupSeconds: number },
): Advance {
  const state = before ?? noCounters;
  const originMs = state.streams.length === 0 ? reading.atMs : state.originMs;
  const streams = streamsOf(state, reading);
  const rows = new Map<string, RawCount>();
  for (const row of reading.counts) if (usable(row)) rows.set(keyOf(row.stream, row.target), row);
  const sums = streams.map(() => ({ canary: { exposure: 0, bad: 0 }, baseline: { exposure: 0, bad: 0 } }));
  const tracks = streams.map(() => ({ canary: aTrack(), baseline: aTrack() }));
  const targets: CounterState['targets'] = Object.create(null) as CounterState['targets'];
  const context = { originMs, nowMs: Math.round(reading.atMs) - originMs, warmMs: rules.warmupSeconds * 1000 };

  const walk = (target: string, arm: 0 | 1): boolean => {
    const anchors: (Anchor | null)[] = [];
    let heard = false;
    let missed = false;
    for (const [index, stream] of streams.entries()) {
      const before = anchorOf(state, target, index);
      const step = next(before, rows.get(keyOf(stream, target)), arm, context);
      anchors.push(step.anchor);
      if (step.heard) heard = true;
      else if (before !== null) missed = true;
      const sum = sums[index];
      if (sum !== undefined) add(arm === 1 ? sum.canary : sum.baseline, step.add);
      const track = tracks[index];
      if (track !== undefined) follow(arm === 1 ? track.canary : track.baseline, step);
    }
    if (anchors.some((anchor) => anchor !== null)) targets[target] = anchors;
    return !heard || missed;
  };
  const canary = new Set(arms.canary);
  const canarySilent = [...canary].filter((target) => walk(target, 1));
  const baselineSilent = [...new Set(arms.baseline)].filter((target) => !canary.has(target) && walk(target, 0));

  const cells: Cell[] = [];
  for (const [index, stream] of streams.entries()) {
    const sum = sums[index];
    if (sum !== undefined && sum.canary.exposure + sum.baseline.exposure > 0) cells.push({ stream, ...sum });
  }
  const motion = nextMotions(state.motion, context.nowMs, tracks);
  const after: CounterState = { v: 1, originMs, streams, targets: { ...targets }, motion };
  return { state: after, cells, canarySilent, baselineSilent, still: stillOf(motion, reading) };
}

interface Context {
  originMs: number;
  /** Since `originMs`. */
  nowMs: number;
  warmMs: number;
}

interface Step {
  anchor: Anchor | null;
  add: Count | null;
  heard: boolean;
  /** What the counter itself did, in whichever arm and warm or not; null: there was nothing new to see. */
  moved: { events: number; coveredMs: number; alive: boolean } | null;
}

const begun = { events: 0, coveredMs: 0, alive: true };

function next(before: Anchor | null, row: RawCount | undefined, arm: 0 | 1, context: Context): Step {
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
  // Across a clock that was set back no time is known in which the events came.
  const moved =
    !goesOn || clockMoved
      ? { ...begun, alive: alive || !goesOn }
      : { events: exposure, coveredMs: at - atBefore, alive };
  if (armBefore !== arm) return { anchor: fresh, add: null, heard: true, moved };
  if (!goesOn) return { anchor: fresh, add: null, heard: false, moved };
  const badAdd = Math.min(Math.max(bad - badBefore, 0), exposure);
  const anchor: Anchor = [arm, incarnation, at, clockMoved ? at : since, total, badBefore + badAdd, nowMs];
  const warm = atBefore - since >= context.warmMs;
  return { anchor, add: warm ? { exposure, bad: badAdd } : null, heard: true, moved };
}

/** A target that was heard of counts in the mean, also when it had nothing new. */
function follow(track: Track, { anchor, moved }: Step): void {
  if (anchor === null) return;
  track.targets += 1;
  if (moved === null) return;
  track.events += moved.events;
  track.coveredMs += moved.coveredMs;
  if (moved.alive) track.alive = true;
}

function sameProcess(before: string, now: string): boolean {
  if (before === now) return true;
  if (before === '' || now === '') return false;
  // Hashes of several exporters are not numbers: NaN compares false.
  return Math.abs(Number(before) - Number(now)) <= startJitterSeconds;
}

function usable(row: RawCount): boolean {
  return Number.isFinite(row.atMs) && isCount(row.total) && isCount(row.bad);
}

function isCount(value: number): boolean {
  return value >= 0 && value <= Number.MAX_SAFE_INTEGER;
}

function add(sum: Count, more: Count | null): void {
  if (more === null) return;
  sum.exposure += more.exposure;
  sum.bad += more.bad;
}

function anchorOf(state: CounterState, target: string, index: number): Anchor | null {
  return Object.hasOwn(state.targets, target) ? (state.targets[target]?.[index] ?? null) : null;
}

function streamsOf(state: CounterState, reading: Reading): string[] {
  return [...new Set([...state.streams, ...reading.counts.map((row) => row.stream)])];
}

function keyOf(stream: string, target: string): string {
  return `${stream}\u0000${target}`;
}
