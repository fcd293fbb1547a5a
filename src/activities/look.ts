import { advance } from '../cells/counters.js';
import { levelsOf, reportedBy } from '../cells/levels.js';
import { makeLook } from '../cells/look.js';
import { messageOf } from '../errors.js';
import { fold } from '../judge/judge.js';
import type { Look } from '../judge/types.js';
import type { Reading } from '../sources/port.js';
import type { Clock } from './clock.js';
import type { Ports } from './ports.js';
import { onClock, readStreams } from './read.js';
import type { Live, ObserveRequest } from './types.js';

/** Who looks, on which clock, and what tells it to stop. */
export interface Looking {
  clock: Clock;
  signal: AbortSignal;
}

/**
 * One look: read the raw counters, take the difference since the last look, store it, fold it. A source that is broken
 * makes a look that says so, and the counters stay as they were: the next good look bridges the gap.
 */
export async function lookFrom(ports: Ports, request: ObserveRequest, live: Live, by: Looking): Promise<Live> {
  const read = await readAll(ports, request, by);
  const toMs = read.reading?.atMs ?? by.clock.nowMs();
  // A release that looked by its machine's clock may have left a time that is still to come.
  const fromMs = Math.min(live.lookMs, toMs);
  const { warmupSeconds } = ports.pace;
  const arms = armsOf(request);
  const rules = { warmupSeconds };
  const advanced = read.reading ? reportedBy(read.reading, advance(live.counters, read.reading, arms, rules)) : null;
  const seen = advanced ?? { error: read.error };
  const levels = read.reading ? levelsOf(request.settings.levels ?? [], read.reading, arms, rules) : [];
  const frame = { after: live.seq, wave: waveOf(request, live, toMs), fromMs, toMs, arms };
  const look = await kept(ports, request.changeId, (seq) => makeLook({ seq, ...frame }, seen, levels), live.seq + 1);
  return {
    seq: look.seq,
    judge: fold(request.settings, live.judge, look),
    counters: advanced?.state ?? live.counters,
    lookMs: toMs,
  };
}

/** A change without signals asks nobody to report, so nobody is silent. */
const armsOf = ({ arms, streams }: ObserveRequest): ObserveRequest['arms'] =>
  streams.length === 0 ? { canary: [], baseline: [] } : arms;

/**
 * A look that bridges the time before this bake began shows what the wave before it did: the new one must not be proven,
 * nor its harm be hidden, by traffic that it never had.
 */
const waveOf = ({ wave, bake }: ObserveRequest, { judge, lookMs }: Live, toMs: number): number =>
  judge.wave >= 1 && (lookMs < bake.startedMs || lookMs > toMs) ? judge.wave : wave;

/**
 * Stores a look under the next free number. A number already taken belongs to an attempt that died before its state was
 * kept: ours bridges its interval, so it takes the next number and says from which look it continues.
 */
async function kept(ports: Ports, changeId: string, make: (seq: number) => Look, first: number): Promise<Look> {
  for (let seq = first; ; ) {
    const look = make(seq);
    const stored = await ports.cells.append(changeId, look);
    if (stored === look || JSON.stringify(stored) === JSON.stringify(look)) return look;
    seq = Math.max(seq, (await ports.cells.head(changeId)).seq) + 1;
  }
}

async function readAll(
  ports: Ports,
  request: ObserveRequest,
  { clock, signal }: Looking,
): Promise<{ reading: Reading; error: null } | { reading: null; error: string }> {
  try {
    const readings = await readStreams(ports.sources, request.streams, signal);
    return { reading: onClock(readings, clock), error: null };
  } catch (error) {
    if (signal.aborted) throw error;
    return { reading: null, error: messageOf(error) };
  }
}
