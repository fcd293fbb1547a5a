import { defineQuery, defineSignal, defineUpdate } from '@temporalio/workflow';
import type { Verdict } from '../judge/types.js';
import type { Classification } from '../policy/classify.js';
import type { FrozenStream } from '../sources/frozen.js';
import type { ChangeSpec } from '../spec/types.js';
import type { Engine } from './engine.js';
import type { Resume } from './resume.js';

/** Everything that goes into and comes out of a change's workflow. All of it is JSON; nothing here is ever narrowed. */
export interface ChangeInput {
  /** Which version of the workflow's rules this run follows; set at submit, branched on instead of `patched()`. */
  engine: Engine;
  spec: ChangeSpec;
  specHash: string;
  submittedBy: string;
  /** Set when a change that ended not restored is taken up again. */
  retry?: { by: string; reason: string };
  /** Set when it goes on from an earlier run whose history had grown long. */
  resume?: Resume;
}

export type TerminalState = 'completed' | 'intercepted' | 'rolled_back' | 'not_restored' | 'cancelled';
export type ChangeState = 'planning' | 'waiting' | 'rolling_out' | 'paused' | 'rolling_back' | TerminalState;

export const terminalStates: readonly TerminalState[] = [
  'completed',
  'intercepted',
  'rolled_back',
  'not_restored',
  'cancelled',
];
export const isTerminal = (state: string): state is TerminalState =>
  (terminalStates as readonly string[]).includes(state);

export type WavePhase = 'ahead' | 'gate' | 'apply' | 'verify' | 'observe' | 'done' | 'stopped';

/** How a wave's bake ended: proven safe, promoted by hand, or let through without proof as the level allows. */
export type WaveEnd = 'proven' | 'by_hand' | 'inconclusive';

export interface WaveStatus {
  index: number;
  name: string;
  phase: WavePhase;
  /** Ids of the targets that this wave adds. */
  targets: string[];
  /** Share of all targets changed when the wave is done, in (0, 1]. */
  changedShare: number;
  bakeMinSeconds: number;
  bakeMaxSeconds: number;
  startedMs: number | null;
  observedFromMs: number | null;
  /** When the bake ends at the latest, extensions counted. */
  endsAtMs: number | null;
  endedMs: number | null;
  how: WaveEnd | null;
  verdict: Verdict | null;
}

export type WaitsFor = 'approval' | 'window' | 'hold' | 'resume' | 'resource' | 'evidence' | 'source' | 'decision';

export interface Waiting {
  what: WaitsFor;
  detail: string;
  sinceMs: number;
  /** After this the change stops waiting and is rolled back, or cancelled if nothing was touched. */
  untilMs: number | null;
}

export interface RollbackStatus {
  startedMs: number;
  reason: string;
  deadlineMs: number;
  /** Targets that verify has read back as restored, and all that had to be. */
  restored: number;
  of: number;
  attempts: number;
  /** Targets that are not in their before-state, with what was found there. */
  left: { id: string; found: string }[];
}

/** What the review before release said. `none`: no reviewer is configured, and nothing was looked at. */
export interface Review {
  outcome: 'none';
  reason: string;
}

/** One act of a person or machine on this change. */
export interface Act {
  atMs: number;
  by: string;
  what: 'pause' | 'resume' | 'abort' | 'approve' | 'promote' | 'extend' | 'adopt';
  detail: string;
}

export interface ChangeStatus {
  id: string;
  title: string;
  owner: string;
  services: string[];
  specHash: string;
  submittedBy: string;
  state: ChangeState;
  /** Why it is in this state, in a sentence that a person can act on. */
  reason: string;
  startedMs: number;
  endedMs: number | null;
  classification: Classification | null;
  review: Review | null;
  /** Current wave, 1-based; 0 before the first. */
  wave: number;
  waves: WaveStatus[];
  streams: FrozenStream[];
  waitsFor: Waiting | null;
  paused: boolean;
  rollback: RollbackStatus | null;
  /** The verdict that counts last, with the look it was made at; looks are kept in the cell store. */
  verdict: { wave: number; seq: number; cellsHash: string; verdict: Verdict } | null;
  acts: Act[];
  /** Targets that a hand has changed and that were taken as they are: not applied, not read back, not reverted. */
  adopted: string[];
}

/** What signals and updates may carry; all optional, so that a bare signal from the Temporal UI works. */
export interface Request {
  by?: string;
  reason?: string;
}
export interface AbortRequest extends Request {
  /** End with the world as it is, half changed, instead of rolling back; needs a reason. */
  leave?: boolean;
}
export interface ExtendRequest extends Request {
  seconds: number;
}
export interface PromoteRequest extends Request {
  /** The rest of the waves too. */
  all?: boolean;
}

/** Answer to an update: was it done, and what happens now. */
export interface Answer {
  done: boolean;
  text: string;
}

export const pauseSignal = defineSignal<[Request?]>('pause');
export const resumeSignal = defineSignal<[Request?]>('resume');
export const abortSignal = defineSignal<[AbortRequest?]>('abort');
/** From a hold or a lease: look again. */
export const wakeSignal = defineSignal('wake');
export const pauseUpdate = defineUpdate<Answer, [Request?]>('pause');
export const resumeUpdate = defineUpdate<Answer, [Request?]>('resume');
export const abortUpdate = defineUpdate<Answer, [AbortRequest?]>('abort');
export const adoptUpdate = defineUpdate<Answer, [Request?]>('adopt');
export const approveUpdate = defineUpdate<Answer, [Request?]>('approve');
export const promoteUpdate = defineUpdate<Answer, [PromoteRequest?]>('promote');
export const extendUpdate = defineUpdate<Answer, [ExtendRequest]>('extend');
export const statusQuery = defineQuery<ChangeStatus>('status');
