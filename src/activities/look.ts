import { advance } from '../cells/counters.js';
import { makeLook } from '../cells/look.js';
import { messageOf } from '../errors.js';
import { fold } from '../judge/judge.js';
import type { Look } from '../judge/types.js';
import type { Reading } from '../sources/port.js';
import type { Ports } from './ports.js';
import { readStreams } from './read.js';
import type { Live, ObserveRequest } from './types.js';

/**
 * One look: read the raw counters, take the difference since the last look, store it, fold it. A source that is broken
 * makes a look that says so, and the counters stay as they were: the next good look bridges the gap.
 */
export async function lookFrom(ports: Ports, request: ObserveRequest, live: Live, signal: AbortSignal): Promise<Live> {
  const fromMs = live.lookMs;
  const read = await readAll(ports, request, signal);
  // The clock of another worker, or ours after a jump, may be behind the last look: no time has passed then.
  const atMs = Math.max(fromMs, read.reading?.atMs ?? Date.now());
  const { warmupSeconds } = ports.pace;
  const advanced = read.reading ? advance(live.counters, read.reading, armsOf(request), { warmupSeconds }) : null;
  const seen = advanced ?? { error: read.error };
  const look = await kept(
    ports,
    request.changeId,
    (seq) =>
      makeLook({ seq, after: live.seq, wave: waveOf(request, live), fromMs, toMs: atMs, arms: armsOf(request) }, seen),
    live.seq + 1,
  );
  return {
    seq: look.seq,
    judge: fold(request.settings, live.judge, look),
    counters: advanced?.state ?? live.counters,
    lookMs: atMs,
  };
}

/** A change without signals asks nobody to report, so nobody is silent. */
const armsOf = ({ arms, streams }: ObserveRequest): ObserveRequest['arms'] =>
  streams.length === 0 ? { canary: [], baseline: [] } : arms;

/**
 * A look that bridges the time before this bake began shows what the wave before it did: the new one must not be proven,
 * nor its harm be hidden, by traffic that it never had.
 */
const waveOf = ({ wave, bake }: ObserveRequest, { judge, lookMs }: Live): number =>
  judge.wave >= 1 && lookMs < bake.startedMs ? judge.wave : wave;

/**
 * Stores a look under the next free number. A number already taken belongs to an attempt that died before its state was
 * kept: ours bridges its interval, so it takes the next number and says from which look it continues.
 */
async function kept(ports: Ports, changeId: string, make: (seq: number) => Look, first: number): Promise<Look> {
  for (let seq = first; ; ) {
    const look = make(seq);
    const stored = await ports.cells.append(changeId, look);
    if (JSON.stringify(stored) === JSON.stringify(look)) return look;
    seq = Math.max(seq, (await ports.cells.head(changeId)).seq) + 1;
  }
}

async function readAll(
  ports: Ports,
  request: ObserveRequest,
  signal: AbortSignal,
): Promise<{ reading: Reading; error: null } | { reading: null; error: string }> {
  try {
    const readings = await readStreams(ports.sources, request.streams, signal);
    const atMs = Math.max(Date.now(), ...readings.map((reading) => reading.atMs));
    return { reading: { atMs, counts: readings.flatMap((reading) => reading.counts) }, error: null };
  } catch (error) {
    if (signal.aborted) throw error;
    return { reading: null, error: messageOf(error) };
  }
}
