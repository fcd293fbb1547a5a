import { type Client, type WorkflowExecutionDescription, WorkflowNotFoundError } from '@temporalio/client';
import { inputOf, startChange } from '../client/start.js';
import { messageOf } from '../errors.js';
import type { Entry, Journal, SettleRecord } from '../journal/port.js';
import type { ChangeInput, ChangeStatus } from '../workflows/messages.js';
import { changeWorkflowId } from '../workflows/names.js';
import { releaseAll } from './lease.js';

export type Brought =
  | { kind: 'restarted'; was: string }
  | { kind: 'settled' }
  | { kind: 'running' }
  | { kind: 'lost'; why: string };

/** A change is unsettled and does not run: has it run again, or writes down the end that it had. */
export async function bringBack(client: Client, journal: Journal, last: Entry): Promise<Brought> {
  const handle = client.workflow.getHandle(changeWorkflowId(last.changeId));
  const described = await handle.describe().catch((error: unknown) => {
    if (error instanceof WorkflowNotFoundError) return null;
    throw error;
  });
  if (described?.status.name === 'RUNNING') return { kind: 'running' };
  if (described?.status.name === 'COMPLETED') return settleAsEnded(client, journal, last, described);
  const input = (await inputOnRecord(journal, last)) ?? (described && (await inputInHistory(client, described)));
  if (!input) {
    const why = 'neither the journal nor Temporal knows its spec any more; take it back with `graywave undo --offline`';
    return { kind: 'lost', why };
  }
  // What was told to one run was for that run alone.
  const { retry: _retry, resume: _resume, ...again } = input;
  await startChange(client, again, 'warden');
  return { kind: 'restarted', was: described ? described.status.name.toLowerCase() : 'not found in Temporal' };
}

/** It ended by itself and could not write to the journal: what it said of the world is true since then. */
async function settleAsEnded(
  client: Client,
  journal: Journal,
  last: Entry,
  described: WorkflowExecutionDescription,
): Promise<Brought> {
  const { workflowId, runId } = described;
  const end = (await client.workflow.getHandle(workflowId, runId).result()) as ChangeStatus;
  if ((end.endedMs ?? 0) < last.atMs) {
    return { kind: 'lost', why: `it ended ${end.state}, and the journal has a later record of it` };
  }
  const { changeId } = last;
  const record: SettleRecord = {
    kind: 'settle',
    changeId,
    key: `${changeId}/settle`,
    state: end.state,
    reason: end.reason,
  };
  const answer = await journal.append(record, last.epoch, `warden/${runId}`);
  if (answer.outcome !== 'taken') return { kind: 'running' };
  await releaseAll(client, journal, changeId);
  return { kind: 'settled' };
}

async function inputOnRecord(journal: Journal, { changeId }: Entry): Promise<ChangeInput | null> {
  for (const entry of await journal.entries(changeId)) {
    if (entry.kind !== 'touch' || !entry.submitted) continue;
    const { engine, spec, submittedBy } = entry.submitted;
    return { engine: engine as ChangeInput['engine'], spec, specHash: entry.specHash, submittedBy };
  }
  return null;
}

/** Of a change whose first record an older release wrote. */
async function inputInHistory(client: Client, described: WorkflowExecutionDescription): Promise<ChangeInput> {
  try {
    return await inputOf(client, described);
  } catch (error) {
    throw new Error(`its history cannot be read (${messageOf(error)})`, { cause: error });
  }
}
