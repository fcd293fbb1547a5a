import type { Cell, Count, Still } from '../judge/types.js';
import type { RawCount, Reading } from '../sources/port.js';
import { type Anchor, type Context, next } from './anchor.js';
import { aTrack, follow, type Motions, nextMotions, stillOf } from './movement.js';

export interface Arms {
  canary: string[];
  baseline: string[];
}

/**
 * Last raw counters, plain JSON for heartbeats: about 50 bytes a target and stream (8 targets × 3 streams: 1.2 KiB).
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
  const context: Context = { originMs, nowMs: Math.round(reading.atMs) - originMs, warmMs: rules.warmupSeconds * 1000 };

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
      if (track !== undefined) follow(arm === 1 ? track.canary : track.baseline, step.anchor !== null, step.moved);
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
