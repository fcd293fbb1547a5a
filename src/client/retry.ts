import { randomUUID } from 'node:crypto';
import type { Client } from '@temporalio/client';
import { GraywaveError } from '../errors.js';
import { changeWorkflowId } from '../workflows/names.js';
import { endOf } from './ended.js';
import { asGraywave } from './failure.js';
import { inputOf, startChange } from './start.js';

export interface RetryRequest {
  reason: string;
  by?: string;
}

export interface Retried {
  id: string;
  workflowId: string;
  /** Somebody else had taken it up again already. */
  joined: boolean;
}

/**
 * Takes up again a change that ended not restored: it starts as it was submitted, finds in the journal what it has
 * touched, and takes that back. Throws REQUEST_REFUSED for every other change.
 */
export async function retryRollback(client: Client, id: string, { reason, by }: RetryRequest): Promise<Retried> {
  const workflowId = changeWorkflowId(id);
  const handle = client.workflow.getHandle(workflowId);
  try {
    if (!reason?.trim()) throw new GraywaveError('USAGE', 'To take a change up again needs a reason.');
    const described = await handle.describe();
    const input = await inputOf(client, described);
    if (described.status.name === 'RUNNING' && input.retry) return { id, workflowId, joined: true };
    if (described.status.name === 'RUNNING') {
      throw new GraywaveError('REQUEST_REFUSED', `Change ${id} runs: it is taken back by \`graywave abort ${id}\`.`);
    }
    // One that was ended in Temporal may be an earlier retry; what is to be done with it, the journal knows.
    const end = described.status.name === 'COMPLETED' ? await endOf(client, described) : null;
    if (end !== null && end.state !== 'not_restored') {
      const text = `Change ${id} ended ${end.state.replaceAll('_', ' ')}, so there is nothing to take up again: ${end.reason}`;
      throw new GraywaveError('REQUEST_REFUSED', text);
    }
    // What an earlier run was told beside, a retry or where to go on, was for that run alone.
    const { resume: _resume, ...submitted } = input;
    const submission = randomUUID();
    const person = (by ?? process.env.USER ?? 'unknown').slice(0, 100);
    await startChange(
      client,
      { ...submitted, retry: { by: person, reason: reason.trim().slice(0, 500) } },
      submission,
      'ALLOW_DUPLICATE',
    );
    const now = await handle.describe();
    return { id, workflowId, joined: now.memo?.submission !== submission };
  } catch (error) {
    throw asGraywave(error, id);
  }
}
