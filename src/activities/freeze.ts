import { freezeStreams } from '../sources/freeze.js';
import type { Ports } from './ports.js';
import { readStreams } from './read.js';
import type { FreezeAnswer, FreezeRequest } from './types.js';

/** Fixes what is watched, and finds out which parts the signals tell of. Throws what `freezeStreams` throws. */
export async function freeze(
  { sources, pace, noises }: Pick<Ports, 'sources' | 'pace' | 'noises'>,
  { signals, expect, parts }: FreezeRequest,
  signal: AbortSignal,
): Promise<FreezeAnswer> {
  const targets = parts.flatMap((part) => part.targets);
  const streams = await freezeStreams(signals, expect, sources, targets, signal, noises);
  const readings = await readStreams(sources, streams, signal);
  const seen = new Set(
    readings.flatMap(({ counts, levels = [] }) => [...counts, ...levels].map(({ target }) => target)),
  );
  const told = parts.filter((part) => part.targets.some((target) => seen.has(target)));
  return { streams, reporting: told.flatMap((part) => part.targets), lookSeconds: pace.everySeconds };
}
