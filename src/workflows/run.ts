import type { SearchAttributePair } from '@temporalio/common';
import { CancellationScope, setCurrentDetails, upsertSearchAttributes } from '@temporalio/workflow';
import type { Beliefs, Live } from '../activities/types.js';
import type { JudgeSettings } from '../judge/types.js';
import type { NoticeEvent } from '../notify/notice.js';
import type { Controls } from '../policy/controls.js';
import type { Json, PartSpec } from '../spec/types.js';
import type { PlannedWave } from '../spec/waves.js';
import { card } from './details.js';
import type { Answer, ChangeInput, ChangeState, ChangeStatus, Waiting, WaveStatus } from './messages.js';
import { attributes } from './names.js';
import type { PlannedPart } from './planning.js';
import type { Place } from './resume.js';

/** One journal record of this change: what a rollback must take back. */
export interface Touched {
  part: string;
  driver: string;
  wave: number;
  targets: string[];
  before: Record<string, Json>;
  epoch: number;
}

/** Why the way forward ended; thrown inside `forward`, caught once, never leaves the workflow. */
export class Stop extends Error {
  override readonly name = 'Stop';
  constructor(
    readonly kind: 'refused' | 'harm' | 'failed' | 'undecided' | 'unwatched' | 'aborted' | 'left',
    reason: string,
  ) {
    super(reason);
  }
}

/** The journal says that the world is ahead of this run; thrown by the gate. */
export class Behind extends Error {
  override readonly name = 'Behind';
}

/** What one run of a change knows. The status is what people see of it. */
export interface Run {
  readonly input: ChangeInput;
  readonly status: ChangeStatus;
  /** The scope of the way forward; cancelled by abort. */
  readonly forward: CancellationScope;
  planned: PlannedPart[];
  waves: PlannedWave[];
  controls: Controls | null;
  settings: JudgeSettings | null;
  live: Live | null;
  /** Targets that the streams tell of. */
  reporting: string[];
  /** Epoch of the journal record that this run wrote last. */
  epoch: number;
  touched: Touched[];
  /** The journal's newest epoch before this change was planned. */
  plannedAfter: number;
  /** Targets of a wave that waits for a decision which are not surely changed: in neither arm. */
  undecided: string[];
  /** The journal has, or may have, a record of this change: its last must be a settle. */
  onRecord: boolean;
  /** The journal's records have been taken over; they are not asked for twice. */
  caughtUp: boolean;
  /** Where another run could go on; null while a step is under way. */
  place: Place | null;
  /** It knows more than another run's input can hold; null until that was asked. */
  tooLarge: boolean | null;
  /** It is about to go on as another run: nothing that has to be answered is begun. */
  moving: boolean;
  /** The journal knows that this run goes on; nothing is written to it before. */
  noted: Promise<void>;
  /** The way forward has ended; nobody can steer it any more. */
  over: boolean;
  abort: { by: string; reason: string; leave: boolean } | null;
  /** Who took the world as a hand has put it, until that is carried out. */
  adopt: { by: string; reason: string } | null;
  /** Notices sent, those that last still, and the sending of them. */
  notices: number;
  told: Map<NoticeEvent, { channels: string[]; id: string }>;
  telling: Promise<void>;
  /** What is believed of the watching, and how often that has turned. */
  believes: Beliefs;
  turns: number;
  /** How often a hold or a lease has said: look again. */
  wakes: number;
  /** What is taken back, and how: as recorded, when the journal knows another spec than this run's. */
  parts: PartSpec[];
  approved: boolean;
  /** The wave whose manual gate was passed last. */
  approvedWave: number;
  promote: { by: string; all: boolean; answer: Answer | null } | null;
}

export function newRun(input: ChangeInput, startedMs: number): Run {
  const { spec } = input;
  return {
    input,
    forward: new CancellationScope(),
    status: {
      id: spec.id,
      title: spec.title,
      owner: spec.owner,
      services: spec.services,
      specHash: input.specHash,
      submittedBy: input.submittedBy,
      state: 'planning',
      reason: 'Planning: asking the drivers what this change would touch.',
      startedMs,
      endedMs: null,
      classification: null,
      review: null,
      wave: 0,
      waves: [],
      streams: [],
      waitsFor: null,
      paused: false,
      rollback: null,
      verdict: null,
      acts: [],
      adopted: [],
    },
    planned: [],
    waves: [],
    controls: null,
    settings: null,
    live: null,
    reporting: [],
    epoch: 0,
    touched: [],
    plannedAfter: 0,
    undecided: [],
    onRecord: false,
    caughtUp: false,
    place: null,
    tooLarge: null,
    moving: false,
    noted: Promise.resolve(),
    over: false,
    abort: null,
    adopt: null,
    notices: 0,
    told: new Map(),
    telling: Promise.resolve(),
    believes: { watched: true, source: true },
    turns: 0,
    wakes: 0,
    parts: spec.parts,
    approved: false,
    approvedWave: 0,
    promote: null,
  };
}

/**
 * Says where the change is and why: to the status query, the Temporal UI's card and, when something new can be searched
 * for, the list. One upsert for all of it, for each costs the server a write.
 */
export function say(run: Run, state: ChangeState, reason: string, more: SearchAttributePair[] = []): void {
  const { status } = run;
  status.reason = reason;
  const found = status.state === state ? more : [{ key: attributes.state, value: state }, ...more];
  status.state = state;
  if (found.length > 0) upsertSearchAttributes(found);
  show(run);
}

/** The verdict that counts last, as people search for it. */
export function verdictFound(run: Run): SearchAttributePair[] {
  const kind = run.status.verdict?.verdict.kind;
  return kind ? [{ key: attributes.verdict, value: kind }] : [];
}

/** Redraws the card after a change of the status that `say` did not make. */
export function show(run: Run): void {
  setCurrentDetails(card(run.status));
}

export function waiting(run: Run, waitsFor: Waiting | null): void {
  run.status.waitsFor = waitsFor;
  show(run);
}

export function waveOf(run: Run, index: number): WaveStatus {
  const wave = run.status.waves[index - 1];
  if (!wave) throw new Error(`no wave ${index}`);
  return wave;
}

/** The controls of the level; known from the moment the change is classified. */
export function controlsOf(run: Run): Controls {
  if (!run.controls) throw new Error('the change is not classified yet');
  return run.controls;
}

/** Everything that this change needs for itself. */
export const resourcesOf = (run: Run): string[] =>
  [...new Set(run.planned.flatMap(({ plan }) => plan.resources))].sort();

/** Ids of the targets changed up to a wave. */
export function changedBy(run: Run, wave: number): Set<string> {
  return new Set(run.status.waves.slice(0, wave).flatMap(({ targets }) => targets));
}

/**
 * The arms of a wave: what is changed, and what is not; what a later wave has begun to touch is in neither, and a target
 * that no stream tells of cannot fall silent.
 */
export function armsOf(run: Run, upToWave: number): { canary: string[]; baseline: string[] } {
  const changed = changedBy(run, upToWave);
  const begun = new Set(run.touched.flatMap((touched) => touched.targets));
  const unclear = new Set([...run.status.adopted, ...run.undecided]);
  const reporting = run.reporting.filter((id) => !unclear.has(id));
  return {
    canary: reporting.filter((id) => changed.has(id)),
    baseline: reporting.filter((id) => !changed.has(id) && !begun.has(id)),
  };
}
