import type { CounterState } from '../cells/counters.js';
import type { JudgeState } from '../judge/state.js';
import type { JudgeSettings, Verdict } from '../judge/types.js';
import type { ActRecord, AppendAnswer, Entry, TouchRecord } from '../journal/port.js';
import type { Grant } from '../drivers/protocol.js';
import type { Notice } from '../notify/notice.js';
import type { FrozenStream } from '../sources/frozen.js';
import type { ExpectSpec, OnBusy, SignalSpec } from '../spec/types.js';
import type { Held } from './holds.js';
import type { Queued } from './lease.js';

/** Inputs and answers of our own activities; types only, so that workflows may import them. */
export interface GateRequest {
  changeId: string;
  /** Epoch of the record this run wrote last, 0 for none. */
  expect: number;
  /** One record a part of the wave, in order. */
  records: TouchRecord[];
  /** Workflow ids that would be holds over this wave, if they run. */
  holds: string[];
  onBusy: OnBusy;
}

export type GateAnswer =
  | { outcome: 'granted'; grants: Record<string, Grant>; epoch: number }
  | { outcome: 'held'; holds: Held[] }
  | ({ outcome: 'queued' } & Queued)
  /** Another change was settled on one of the resources since this one was planned. */
  | { outcome: 'stale'; resource: string; holder: string }
  /** `last` is null when the journal knows nothing of the change. */
  | { outcome: 'behind'; last: Entry | null }
  /** The spec says `onBusy: refuse`. */
  | { outcome: 'busy'; resource: string; holder: string };

export interface ClearRequest {
  changeId: string;
  holds: string[];
  resources: string[];
}

export interface NoteRequest {
  record: ActRecord;
  expect: number;
}

export type NoteAnswer = AppendAnswer;

/** What decides who is told. */
export type NoticeKind = Pick<Notice, 'event' | 'owner' | 'level' | 'services'>;

export interface SettleRequest {
  changeId: string;
  expect: number;
  state: string;
  reason: string;
  /** What it may have or wait for beside what is on record. */
  resources: string[];
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
  /** The largest distance of looks; not told by older workers. */
  lookSeconds?: number;
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
  /** What the workflow believes; the watcher ends early to tell it otherwise. None: it wants no news. */
  believes?: Beliefs | null;
}

/** What a workflow believes of its watching. */
export interface Beliefs {
  /** Somebody looks. */
  watched: boolean;
  /** The source answers. */
  source: boolean;
}

/** A belief that is wrong, found out while watching; the watching goes on. */
export type News = 'watched' | 'source_down' | 'source_back';

export interface ObserveAnswer {
  live: Live;
  verdict: Verdict;
  /** Hash over the change's looks as stored, so that a history vouches for them; `unreadable: …` when there is none. */
  cellsHash: string;
  /** Set when the watcher ended only to tell this. */
  news?: News;
}

/** Heartbeat details of `observe`. */
export interface Watching {
  live: Live;
  verdict: Verdict;
}
