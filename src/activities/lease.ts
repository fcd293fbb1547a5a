import { type Client, WithStartWorkflowOperation, WorkflowNotFoundError } from '@temporalio/client';
import type { Workflow } from '@temporalio/common';
import { inForce } from '../drivers/holds.js';
import type { Journal } from '../journal/port.js';
import type { AcquireRequest, LeaseAnswer, LeaseState } from '../workflows/lease-messages.js';
import { changeQueue, changeWorkflowId, leaseWorkflowId } from '../workflows/names.js';

/** A change's place in the queue of a resource that another one has. */
export interface Queued {
  resource: string;
  holder: string;
  /** 1 = next. */
  place: number;
  sinceMs: number;
}

/**
 * Asks at each resource that has a queue, in sorted order, for this change's turn; null: nobody is before it. A lease
 * exists only where somebody waits, so a resource that nobody wants costs one look.
 */
export async function inTurn(
  client: Client,
  journal: Journal,
  resources: readonly string[],
  changeId: string,
): Promise<Queued | null> {
  const wanted = await inForce(client, resources.map(leaseWorkflowId));
  return wanted.length === 0 ? null : enqueueAll(client, journal, resources, changeId, null);
}

/**
 * Queues at all resources of a change, one after the other in sorted order, as soon as there is a queue at any: two
 * changes that took only what was busy could each have what the other waits for.
 */
export async function enqueueAll(
  client: Client,
  journal: Journal,
  resources: readonly string[],
  changeId: string,
  busy: { resource: string; holder: string } | null,
): Promise<Queued | null> {
  for (const resource of [...resources].sort()) {
    const holder = resource === busy?.resource ? busy.holder : null;
    const queued = await enqueue(client, journal, resource, changeId, holder);
    if (queued !== null) return queued;
  }
  return null;
}

/**
 * Takes a place in the queue of a resource; null when it is this change's turn. `holder` is whom the journal names: it
 * is the lock, and the queue goes by it.
 */
async function enqueue(
  client: Client,
  journal: Journal,
  resource: string,
  changeId: string,
  holder: string | null,
): Promise<Queued | null> {
  const start = new WithStartWorkflowOperation('lease', {
    workflowId: leaseWorkflowId(resource),
    taskQueue: changeQueue,
    args: [{ resource, holder: null, queue: [] }],
    workflowIdConflictPolicy: 'USE_EXISTING',
    staticSummary: `queue for ${resource}`.slice(0, 200),
  });
  const request: AcquireRequest = { changeId, holder };
  const options = { args: [request] as [AcquireRequest], startWorkflowOperation: start };
  const answer = await client.workflow.executeUpdateWithStart<Workflow, LeaseAnswer, [AcquireRequest]>(
    'acquire',
    options,
  );
  if (answer.held) return null;
  await refuseGone(client, journal, resource, answer.holder, changeId);
  return { resource, holder: answer.holder, place: answer.place, sinceMs: answer.sinceMs };
}

/** A resource at which it is the turn of another change, which runs; null when there is none. */
export async function othersTurn(
  client: Client,
  resources: readonly string[],
  changeId: string,
): Promise<{ resource: string; holder: string } | null> {
  for (const id of await inForce(client, resources.map(leaseWorkflowId))) {
    const { resource, holder } = await client.workflow.getHandle(id).query<LeaseState>('status');
    if (holder === null || holder.changeId === changeId) continue;
    const [runs] = await inForce(client, [changeWorkflowId(holder.changeId)]);
    if (runs !== undefined) return { resource, holder: holder.changeId };
  }
  return null;
}

/** The holder may have settled before there was a queue: nobody would ever wake us. */
async function refuseGone(
  client: Client,
  journal: Journal,
  resource: string,
  holder: string,
  changeId: string,
): Promise<void> {
  if (holder === changeId) return;
  const owners = await journal.unsettled();
  if (owners.some((entry) => entry.changeId === holder)) return;
  const described = await inForce(client, [changeWorkflowId(holder)]);
  if (described.length === 0) await release(client, [resource], holder);
}

/** The same for all that a change may have: what is on record of it, and more. */
export async function releaseAll(
  client: Client,
  journal: Journal,
  changeId: string,
  more: readonly string[] = [],
): Promise<void> {
  const recorded = (await journal.entries(changeId)).flatMap((entry) =>
    entry.kind === 'touch' ? entry.resources : [],
  );
  await release(client, [...new Set([...more, ...recorded])], changeId);
}

/** Gives back what a change has or waits for; where there is no queue there is nothing to give back. */
export async function release(client: Client, resources: readonly string[], changeId: string): Promise<void> {
  await Promise.all(
    resources.map(async (resource) => {
      try {
        await client.workflow.getHandle(leaseWorkflowId(resource)).signal<[string]>('release', changeId);
      } catch (error) {
        if (!(error instanceof WorkflowNotFoundError)) throw error;
      }
    }),
  );
}
