import { GraywaveError } from '../errors.js';
import type { FrozenStream } from '../sources/frozen.js';
import type { RawCount, Reading, Source, StreamQuery } from '../sources/port.js';
import type { Clock } from './clock.js';

/** Reads all streams, each source once. Throws SOURCE_UNKNOWN, and what a source throws. */
export function readStreams(
  sources: ReadonlyMap<string, Source>,
  streams: readonly FrozenStream[],
  signal: AbortSignal,
): Promise<Reading[]> {
  const bySource = new Map<string, StreamQuery[]>();
  for (const stream of streams) {
    const queries = bySource.get(stream.source) ?? [];
    queries.push(stream.query);
    bySource.set(stream.source, queries);
  }
  return Promise.all(
    [...bySource].map(async ([name, queries]) => {
      const source = sources.get(name);
      if (!source) throw new GraywaveError('SOURCE_UNKNOWN', `No source "${name}" is configured on this worker.`);
      return source.read(queries, { signal });
    }),
  );
}

/**
 * One reading of all sources by the clock of the looks: samples that this process took itself get that clock's time, so
 * that the next watcher, on a machine with another clock, goes on from them; all others keep the time of their source.
 */
export function onClock(readings: readonly Reading[], clock: Clock): Reading {
  const atMs = clock.nowMs();
  const takenAgoMs = performance.now();
  const stamped = (row: RawCount): RawCount =>
    row.takenMs === undefined ? row : { ...row, atMs: atMs - (takenAgoMs - row.takenMs) };
  const levels = readings.flatMap((reading) => reading.levels ?? []);
  const counts = readings.flatMap((reading) => reading.counts.map(stamped));
  return levels.length === 0 ? { atMs, counts } : { atMs, counts, levels };
}
