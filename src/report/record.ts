import type { Look } from '../judge/types.js';
import type { ChangeStatus } from '../workflows/messages.js';

/** One request as its client saw it. */
export interface RequestRecord {
  /** When it was sent, Unix ms. */
  atMs: number;
  latencyMs: number;
  /** HTTP status; 0 when the connection failed. */
  status: number;
  /** Version that served it, '' when unknown. */
  version: string;
  instance: string;
}

/** Something that happened beside the change, for example that the worker was killed. */
export interface Mark {
  atMs: number;
  text: string;
}

/** A change and everything measured around it; what a report is drawn from. */
export interface StoryRecord {
  name: string;
  /** What should happen, in a sentence. */
  title: string;
  ok: boolean;
  /** Why it is not ok; empty when it is. */
  problems: string[];
  oldVersion: string;
  newVersion: string;
  startedMs: number;
  endedMs: number;
  status: ChangeStatus;
  looks: Look[];
  requests: RequestRecord[];
  /** Failed or slow requests above the old version's rate, counted by the client. */
  harmed: number;
  byVersion: Record<string, { n: number; failed: number; slow: number }>;
  /** Lines of the targets' own log. */
  applied: { atMs: number; instance: string; from: string; to: string; key: string; epoch: number; verb: string }[];
  marks: Mark[];
  requestsPerSecond: number;
}
