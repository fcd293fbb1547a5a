import type { CounterState } from '../cells/counters.js';
import type { JudgeState } from '../judge/state.js';
import type { JudgeSettings, Verdict } from '../judge/types.js';
import type { Entry, TouchRecord } from '../journal/port.js';
import type { Grant } from '../drivers/protocol.js';
import type { FrozenStream } from '../sources/frozen.js';
import type { ExpectSpec, SignalSpec } from '../spec/types.js';

/** Inputs and answers of our own activities; types only, so that workflows may import them. */
export interface GateRequest {
  changeId: string;
  /** Epoch of the record this run wrote last, 0 for none. */
  expect: number;
  /** One record a part of the wave, in order. */
  records: TouchRecord[];
  /** True: only wait until the resources are free, by the activity's retries, which cost no events. */
  wait: boolean;
}

export type GateAnswer =
  | { outcome: 'granted'; grants: Record<string, Grant>; epoch: number }
  /** The resources were free when it was asked; nothing was recorded. */
  | { outcome: 'free' }
  /** `last` is null when the journal knows nothing of the change. */
  | { outcome: 'behind'; last: Entry | null }
  | { outcome: 'busy'; resource: string; holder: string };

export interface SettleRequest {
  changeId: string;
  expect: number;
  state: string;
  reason: string;
}

export type SettleAnswer = { outcome: 'settled'; epoch: number } | { outcome: 'behind'; last: Entry | null };

export interface FreezeRequest {
  signals: SignalSpec[];
  expect: ExpectSpec[];
  /** The unchanged side: the targets of each part, before the first wave. */
  parts: { part: string; targets: string[] }[];
}

export interface FreezeAnswer {
  streams: FrozenStream[];
  /** Targets of the parts that the signals tell of; a flag or a migration has none, and is not silent for it. */
  reporting: string[];
}

/** Everything a look continues from; what heartbeats carry, and what a later wave goes on with. */
export interface Live {
  /** seq of the look that `judge` and `counters` are as of. */
  seq: number;
  judge: JudgeState;
  counters: CounterState | null;
  lookMs: number;
}

export interface ObserveRequest {
  changeId: string;
  wave: number;
  streams: FrozenStream[];
  settings: JudgeSettings;
  live: Live;
  arms: { canary: string[]; baseline: string[] };
  /** `overAtMs`: the end of the bake, for the verdict; `endsAtMs`: of the watching, later while the change is held. */
  bake: { startedMs: number; minSeconds: number; overAtMs: number; endsAtMs: number };
  /** False: looks on after a pass, for a wave that waits for something else. */
  passEnds: boolean;
}

export interface ObserveAnswer {
  live: Live;
  verdict: Verdict;
  /** Hash over the change's looks as stored, so that a history vouches for them; `unreadable: …` when there is none. */
  cellsHash: string;
}

/** Heartbeat details of `observe`. */
export interface Watching {
  live: Live;
  verdict: Verdict;
}
