import { type Client, WorkflowNotFoundError } from '@temporalio/client';
import type { Scope } from '../policy/scope.js';
import type { ChangeStatus } from '../workflows/messages.js';
import { holdOf } from './holds.js';

/** A hold in force, as people see it. */
export interface HoldView {
  scope: Scope;
  owner: string;
  reason: string;
  sinceMs: number;
  /** It ends by itself then; null for one that was started by hand and does not say. */
  untilMs: number | null;
  /** How many changes wait for it; null when no worker answered for them. */
  waiting: number | null;
}

/** More than these are not asked what they wait for. */
const mostAsked = 200;
const answerWithinMs = 2_000;

/** Holds in force, the oldest first. Found by the list, which may lag by a second or two; each is then described. */
export async function holdsInForce(client: Client): Promise<HoldView[]> {
  const found: HoldView[] = [];
  const query = `WorkflowType = 'hold' AND ExecutionStatus = 'Running'`;
  for await (const { workflowId } of client.workflow.list({ query })) {
    const described = await client.workflow
      .getHandle(workflowId)
      .describe()
      .catch((error: unknown) => {
        if (error instanceof WorkflowNotFoundError) return null;
        throw error;
      });
    if (described?.status.name !== 'RUNNING') continue;
    const { scope, owner, reason, untilMs } = holdOf(workflowId.replace(/^hold\//, ''), described.memo);
    const sinceMs = described.startTime.getTime();
    found.push({ scope, owner, reason, sinceMs, untilMs: untilMs === 0 ? null : untilMs, waiting: null });
  }
  if (found.length > 0) await countWaiting(client, found);
  return found.sort((a, b) => a.sinceMs - b.sinceMs);
}

async function countWaiting(client: Client, holds: HoldView[]): Promise<void> {
  const told = await waitDetails(client);
  if (told === null) return;
  for (const one of holds) {
    one.waiting = told.filter((detail) => detail.includes(`a hold over ${one.scope} by `)).length;
  }
}

/**
 * Asks every change that waits for what: the holds in words, '' for one that waits for something else. One that is
 * missing in the list is not counted; null when one does not answer, or there are too many to ask.
 */
export async function waitDetails(client: Client): Promise<string[] | null> {
  const details: Promise<string | null>[] = [];
  const query = `WorkflowType = 'change' AND ExecutionStatus = 'Running' AND ChangeState IN ('waiting', 'paused')`;
  for await (const { workflowId } of client.workflow.list({ query })) {
    if (details.length >= mostAsked) break;
    const handle = client.workflow.getHandle(workflowId);
    details.push(
      client
        .withDeadline(Date.now() + answerWithinMs, () => handle.query<ChangeStatus>('status'))
        .then(
          ({ waitsFor }) => (waitsFor?.what === 'hold' ? waitsFor.detail : ''),
          () => null,
        ),
    );
  }
  const told = await Promise.all(details);
  const answered = told.filter((detail) => detail !== null);
  return answered.length < told.length || told.length >= mostAsked ? null : answered;
}
