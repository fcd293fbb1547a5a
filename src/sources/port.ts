/**
 * Where signals come from. A source gives raw cumulative counters, never rates; the difference of two readings is taken
 * in one place (`src/cells/counters.ts`), the same for every source.
 */
export interface StreamQuery {
  /** Stream name, for example `errors` or `latency.p95`. */
  stream: string;
  service: string;
  /** Label that carries the target's id. */
  by: string;
  select: Record<string, string>;
  measure: Measure;
}

export type Measure =
  /** Exposure = sum of the counter; bad = sum over series whose labels match all anchored patterns. */
  | { kind: 'ratio'; counter: string; bad: Record<string, string> }
  /** Exposure = `<histogram>_count`; bad = count − `<histogram>_bucket{le}`. `le` in seconds, a bucket that exists. */
  | { kind: 'slower'; histogram: string; le: number }
  /** What a target shows at an instant: the sum of its series (heap areas, partitions of a queue). */
  | { kind: 'gauge'; gauge: string };

/** Cumulative counts of one target at one instant. */
export interface RawCount {
  stream: string;
  target: string;
  /** Differs when the process was replaced or restarted; start time in seconds where the source knows it, else ''. */
  incarnation: string;
  /**
   * When the sample was taken, Unix ms, on the clock of whoever took it; no other clock agrees with it. Samples of one
   * target are compared with each other only.
   */
  atMs: number;
  /**
   * The same on this process's `performance.now()`, where it was this process that took it. It stands for `atMs` then: the
   * next reader may be another machine, whose clock is another.
   */
  takenMs?: number;
  total: number;
  bad: number;
  /** The same sample met again is waited for, not silence, while it is younger than this; absent: silence at once. */
  staleAfterMs?: number;
}

/** What a gauge of one target showed. */
export interface RawLevel {
  stream: string;
  target: string;
  value: number;
  /** When the sample was taken, and when the process that shows it started where the source knows that; Unix ms. */
  atMs: number;
  startedMs: number | null;
}

export interface Reading {
  /** When it was read, Unix ms; a look takes its own clock's time for it (`activities/read.ts`). */
  atMs: number;
  /** A target that did not answer, or has no series, has no row. Missing is not zero. */
  counts: RawCount[];
  /** Gauges, by the same rule; absent where none was asked for. */
  levels?: RawLevel[];
  /** What went wrong with single targets, for people; at most a few. */
  problems?: string[];
}

/** Cumulative share of events up to each bucket bound, over the targets asked for. */
export interface HistogramReading {
  /** Ascending upper bounds in seconds, without +Inf, and the count at or below each. */
  bounds: number[];
  cumulative: number[];
  total: number;
}

export interface HistogramQuery {
  service: string;
  by: string;
  select: Record<string, string>;
  histogram: string;
  targets: string[];
}

export interface Source {
  readonly name: string;
  /** Throws GraywaveError SOURCE_DOWN or SOURCE_ANSWER when the source itself is broken. */
  read(queries: StreamQuery[], options: { signal: AbortSignal }): Promise<Reading>;
  /** Distribution of recent (or all) events; the buckets of latency streams are frozen from it. */
  histogram(query: HistogramQuery, options: { signal: AbortSignal }): Promise<HistogramReading>;
  /** Names of the metrics a service exposes, to name the nearest one when a signal matches nothing. */
  names?(service: string, options: { signal: AbortSignal }): Promise<string[]>;
}
