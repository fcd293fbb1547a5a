import type { LevelSettings, StreamSettings } from '../judge/types.js';
import type { StreamQuery } from './port.js';

/** A stream as it is fixed before the first look: what is counted, and what counts as harm. Plain JSON. */
export interface FrozenStream {
  query: StreamQuery;
  /** Name of the source. */
  source: string;
  settings: StreamSettings;
  /** Of a gauge; `settings` then has its weight and `prove`. */
  level?: LevelSettings;
  /** Share of bad events on the unchanged side; null when it had none to judge by. */
  baselineShare: number | null;
  /** Events a second over all unchanged targets; null when it could not be measured. */
  eventsPerSecond: number | null;
  /** Why this stream cannot see what the spec asks of it, for people; absent when it can. */
  problem?: string;
}

/** A stream before its traffic is known. */
export type Draft = Omit<FrozenStream, 'baselineShare' | 'eventsPerSecond'>;
