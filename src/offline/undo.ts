import { randomUUID } from 'node:crypto';
import type { Driver } from '../drivers/driver.js';
import { GraywaveError } from '../errors.js';
import type { ActRecord, Entry, Journal, SettleRecord } from '../journal/port.js';
import type { ChangeSpec } from '../spec/types.js';
import { type Recorded, type RecordedTouch, recordedOf } from './recorded.js';
import { restore } from './restore.js';

export interface UndoPorts {
  journal: Journal;
  drivers: ReadonlyMap<string, Driver>;
  /** Asked before anything is recorded or touched. */
  confirm: (plan: UndoPlan) => Promise<boolean>;
  tell: (line: string) => void;
}

export interface UndoRequest {
  changeId: string;
  by: string;
  reason: string;
  /** Aborted, nothing more is begun; the undoing can be run again. */
  signal: AbortSignal;
}

/** What an undoing would do, for whoever has to agree. */
export interface UndoPlan {
  changeId: string;
  title: string;
  owner: string;
  /** In the order in which they are taken back. */
  touches: RecordedTouch[];
  /** Drivers that are not served here: their targets stay as they are. */
  unserved: string[];
  adopted: string[];
  /** Touches that may still be on their way. */
  doubtful: RecordedTouch[];
  /** It was begun before, and not ended. */
  again: boolean;
}

export type Undone =
  /** It had ended before, and nothing was done; `meanwhile`: a live run heard of the undoing, and settled it first. */
  | { outcome: 'ended'; state: string; reason: string; meanwhile: boolean }
  /** Whoever was asked said no; nothing was done. */
  | { outcome: 'declined' }
  | { outcome: 'undone'; state: 'rolled_back' | 'not_restored'; reason: string };

/**
 * Takes a change back with no Temporal at all: by the journal, which knows what was touched and how it was before, and
 * by the drivers in this process. Its record in the journal puts every live run of the change behind, so none of them
 * goes on; they end as recorded here. Safe to be killed and run again. Throws CHANGE_UNKNOWN, DRIVER_UNKNOWN,
 * JOURNAL_BEHIND; nothing was touched then.
 */
export async function undoOffline(ports: UndoPorts, request: UndoRequest): Promise<Undone> {
  const { journal, drivers, tell } = ports;
  const { changeId, signal } = request;
  const entries = await journal.entries(changeId);
  const last = entries.at(-1);
  if (last === undefined) {
    throw new GraywaveError('CHANGE_UNKNOWN', `This journal has no record of a change ${changeId}.`, {
      hint: 'Nothing was touched for it, or its workers keep another journal: check --config, its `state`, and DATABASE_URL.',
    });
  }
  if (last.kind === 'settle') return endedAs(last, false);
  const recorded = recordedOf(entries);
  const spec = specOf(changeId, recorded);
  const plan = planOf(spec, recorded, drivers, last);
  if (!(await ports.confirm(plan))) return { outcome: 'declined' };
  signal.throwIfAborted();

  const by = `offline/${request.by}/${randomUUID()}`;
  const epoch = await begin(journal, request, recorded.epoch, by);
  tell(`on record as epoch ${epoch}: no live run of ${changeId} goes on from here`);
  const restored = await restore({
    changeId,
    specHash: recorded.specHash,
    epoch,
    parts: spec.parts,
    touches: recorded.touches,
    drivers,
    batchShare: spec.rollback.batchShare,
    deadlineSeconds: spec.rollback.deadlineSeconds,
    signal,
    tell,
  });
  const kept = recorded.adopted.length > 0 ? `; left as adopted: ${recorded.adopted.join(', ')}` : '';
  const state = restored.whole ? 'rolled_back' : 'not_restored';
  const reason = `Undone offline by ${request.by}: ${sentence(request.reason)} Rolled back: ${restored.account}${kept}.`;
  return settle(journal, { changeId, state, reason }, epoch, by);
}

function specOf(changeId: string, { spec }: Recorded): ChangeSpec {
  if (spec !== null) return spec;
  throw new GraywaveError('REQUEST_REFUSED', `The journal does not say how change ${changeId} was written.`, {
    hint: 'An older release wrote its records. Start the workers of that release, or take its targets back by hand.',
  });
}

function planOf(
  spec: ChangeSpec,
  { touches, adopted, doubtful }: Recorded,
  drivers: UndoPorts['drivers'],
  last: Entry,
): UndoPlan {
  const unserved = [...new Set(touches.map(({ driver }) => driver))].filter((name) => !drivers.has(name));
  if (touches.length > 0 && touches.every(({ driver }) => unserved.includes(driver))) {
    throw new GraywaveError('DRIVER_UNKNOWN', `Nobody here serves ${unserved.join(', ')}, so nothing can be undone.`, {
      hint: 'Name the worker configuration with --config. A driver of another team needs Temporal, and that team.',
    });
  }
  const order = spec.parts.map(({ name }) => name).reverse();
  const inOrder = [...touches].reverse().sort((a, b) => order.indexOf(a.part) - order.indexOf(b.part));
  const again = last.kind === 'act' && last.act === 'undo';
  return {
    changeId: spec.id,
    title: spec.title,
    owner: spec.owner,
    touches: inOrder,
    unserved,
    adopted,
    doubtful,
    again,
  };
}

/** From here on every live gate of the change is behind. */
async function begin(journal: Journal, request: UndoRequest, expect: number, by: string): Promise<number> {
  const { changeId, reason, by: person } = request;
  const act = { kind: 'act', act: 'undo', changeId, key: `${changeId}/undo/${by}` } as const;
  const record: ActRecord = { ...act, person, reason, targets: [] };
  const answer = await journal.append(record, expect, by);
  if (answer.outcome === 'taken') return answer.epoch;
  throw new GraywaveError('JOURNAL_BEHIND', `The journal has had another record of ${changeId} meanwhile.`, {
    hint: 'Nothing was touched. Run the command again: it shows what is on record now.',
  });
}

async function settle(
  journal: Journal,
  { changeId, state, reason }: { changeId: string; state: 'rolled_back' | 'not_restored'; reason: string },
  expect: number,
  by: string,
): Promise<Undone> {
  const record = { kind: 'settle', changeId, key: `${changeId}/settle`, state, reason } as const;
  const answer = await journal.append(record, expect, by);
  if (answer.outcome === 'taken') return { outcome: 'undone', state, reason };
  // A live run that heard of the undoing restores as well, by the same records: whoever settles first has the word.
  const last = answer.outcome === 'behind' ? answer.last : null;
  if (last?.kind === 'settle') return endedAs(last, true);
  throw new GraywaveError('JOURNAL_BEHIND', `Somebody else is undoing ${changeId} as well; not settled. ${reason}`, {
    hint: 'Let the other one end, then run the command again: it says how the change ended.',
  });
}

const endedAs = ({ state, reason }: SettleRecord, meanwhile: boolean): Undone => ({
  outcome: 'ended',
  state,
  reason,
  meanwhile,
});

const sentence = (text: string): string => (/[.!?]$/.test(text) ? text : `${text}.`);
