import { workflowInfo } from '@temporalio/workflow';
import type { Beliefs, Live } from '../activities/types.js';
import type { JudgeSettings } from '../judge/types.js';
import type { NoticeEvent } from '../notify/notice.js';
import type { Controls } from '../policy/controls.js';
import type { PlannedWave } from '../spec/waves.js';
import type { ChangeInput, ChangeStatus } from './messages.js';
import type { PlannedPart } from './planning.js';
import { askNote } from './record.js';
import { Behind, type Run, type Touched } from './run.js';

/** Where a change can go on as another run: before a wave is granted, or while it is observed. */
export interface Place {
  wave: number;
  at: 'gate' | 'observe';
}

/** All that the next run of a change needs to go on where this one stopped. */
export interface Resume {
  place: Place;
  status: ChangeStatus;
  planned: PlannedPart[];
  waves: PlannedWave[];
  controls: Controls | null;
  settings: JudgeSettings | null;
  live: Live | null;
  reporting: string[];
  epoch: number;
  touched: Touched[];
  approved: boolean;
  approvedWave: number;
  promote: { by: string; all: boolean } | null;
  believes: Beliefs;
  turns: number;
  notices: number;
  told: [NoticeEvent, { channels: string[]; id: string }][];
}

/** Temporal takes 2 MiB; a change that knows more stays the run it is. */
const largestInput = 1_500_000;

/** The history has grown long, and the change goes on as a new run; thrown where that is safe. */
export class Continued extends Error {
  override readonly name = 'Continued';
}

/** True when the server asks for a new run and the change stands where it can be taken up. */
export function shouldContinue(run: Run): boolean {
  if (run.place === null || !workflowInfo().continueAsNewSuggested) return false;
  if (run.promote !== null && run.promote.answer === null) return false;
  run.tooLarge ??= JSON.stringify(nextInput(run)).length > largestInput;
  return !run.tooLarge;
}

export function nextInput(run: Run): ChangeInput {
  const { status, planned, waves, controls, settings, live, reporting, epoch, touched, approved, approvedWave } = run;
  if (run.place === null) throw new Error('the change stands nowhere that it could be taken up from');
  const { retry: _retry, ...input } = run.input;
  const resume: Resume = {
    place: run.place,
    status,
    planned,
    waves,
    controls,
    settings,
    live,
    reporting,
    epoch,
    touched,
    approved,
    approvedWave,
    promote: run.promote && { by: run.promote.by, all: run.promote.all },
    believes: run.believes,
    turns: run.turns,
    notices: run.notices,
    told: [...run.told],
  };
  return { ...input, resume };
}

/** Takes over what the run before left; before anybody can ask anything of this one. */
export function takeOver(run: Run, resume: Resume): void {
  const { status, promote, told, place, ...rest } = resume;
  Object.assign(run.status, status);
  Object.assign(run, rest);
  run.promote = promote && { ...promote, answer: { done: true, text: '' } };
  run.told = new Map(told);
  run.place = place;
  run.onRecord = run.touched.length > 0;
}

/**
 * Puts on record that this run goes on, so that the journal tells it from every other. Watching does not wait for it,
 * only what writes to the journal does. Throws Behind when somebody has written since.
 */
export async function goOn(run: Run): Promise<void> {
  if (run.touched.length === 0) return;
  const changeId = run.input.spec.id;
  const { runId } = workflowInfo();
  const key = `${changeId}/continue/${runId}`;
  const act = { kind: 'act', act: 'continue', changeId, key, person: 'graywave', targets: [] as string[] } as const;
  const record = { ...act, reason: 'the history had grown long' };
  const answer = await askNote({ record, expect: run.epoch });
  if (answer.outcome !== 'taken') throw new Behind('Another run of this change has written to the journal meanwhile.');
  run.epoch = answer.epoch;
}
