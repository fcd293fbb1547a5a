import { GraywaveError } from '../errors.js';
import type { FrozenStream } from '../sources/frozen.js';
import type { Reading, Source, StreamQuery } from '../sources/port.js';

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
