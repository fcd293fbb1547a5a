import type { Client } from '@temporalio/client';
import { inForce } from '../drivers/holds.js';
import type { LeaseState } from '../workflows/lease-messages.js';
import { attributes, leaseWorkflowId } from '../workflows/names.js';

/** Who has a resource, and who waits for it. */
export interface LeaseView {
  resource: string;
  /**
   * `queued`: somebody waits, and the queue tells who is before whom. `unasked`: nobody waits; `holder` runs and needs
   * it, so it holds it or is about to. `unanswered`: there is a queue, and no worker answered for it.
   */
  how: 'queued' | 'unasked' | 'unanswered';
  /** `sinceMs`: since it has the resource; where it is `unasked`, since the change was submitted. */
  holder: { changeId: string; sinceMs: number } | null;
  queue: Place[];
}

export interface Place {
  changeId: string;
  /** 1 = next. */
  place: number;
  sinceMs: number;
}

const answerWithinMs = 3_000;

/** Every resource that a running change has, needs or waits for, by name. */
export async function leasesOf(client: Client): Promise<LeaseView[]> {
  const [queues, needs] = await Promise.all([queuesNow(client), needsNow(client)]);
  const views = [...queues];
  // A resource of which a change says that it needs it is clipped to what can be searched for.
  const clipped = (name: string): string => name.slice(0, 200);
  const contested = new Set(queues.map(({ resource }) => clipped(resource)));
  for (const { resource, changeId, sinceMs } of needs) {
    if (!contested.has(clipped(resource))) {
      views.push({ resource, how: 'unasked', holder: { changeId, sinceMs }, queue: [] });
    }
  }
  return views.sort((a, b) => (a.resource < b.resource ? -1 : a.resource > b.resource ? 1 : 0));
}

async function queuesNow(client: Client): Promise<LeaseView[]> {
  const names: string[] = [];
  for await (const { workflowId } of client.workflow.list({
    query: `WorkflowType = 'lease' AND ExecutionStatus = 'Running'`,
  })) {
    names.push(workflowId.replace(/^lease\//, ''));
  }
  const states = await Promise.all(names.map((resource) => queueOf(client, resource)));
  return names.flatMap((resource, i): LeaseView[] => {
    const state = states[i];
    if (state === 'gone' || state === undefined) return [];
    if (state === 'unanswered') return [{ resource, how: 'unanswered', holder: null, queue: [] }];
    return [{ resource, how: 'queued', holder: state.holder, queue: state.queue.map(placed) }];
  });
}

const placed = ({ changeId, sinceMs }: { changeId: string; sinceMs: number }, i: number): Place => ({
  changeId,
  place: i + 1,
  sinceMs,
});

/** A queue that has ended still answers, of what was: only one that runs counts. */
async function queueOf(client: Client, resource: string): Promise<LeaseState | 'gone' | 'unanswered'> {
  const id = leaseWorkflowId(resource);
  try {
    return await client.withDeadline(Date.now() + answerWithinMs, async () => {
      if ((await inForce(client, [id])).length === 0) return 'gone';
      return client.workflow.getHandle(id).query<LeaseState>('status');
    });
  } catch {
    return 'unanswered';
  }
}

async function needsNow(client: Client): Promise<{ resource: string; changeId: string; sinceMs: number }[]> {
  const found: { resource: string; changeId: string; sinceMs: number }[] = [];
  for await (const { workflowId, typedSearchAttributes, startTime } of client.workflow.list({
    query: `WorkflowType = 'change' AND ExecutionStatus = 'Running'`,
  })) {
    for (const resource of typedSearchAttributes.get(attributes.resources) ?? []) {
      found.push({ resource, changeId: workflowId.replace(/^change\//, ''), sinceMs: startTime.getTime() });
    }
  }
  return found;
}

/** Where a change stands now in the first queue that it waits in; null when it waits in none, or nobody answers. */
export async function placeOf(
  client: Client,
  changeId: string,
  resources: readonly string[],
): Promise<{ resource: string; holder: string | null; place: number; of: number; sinceMs: number } | null> {
  const states = await Promise.all(resources.map((resource) => queueOf(client, resource)));
  for (const [i, state] of states.entries()) {
    if (typeof state !== 'object') continue;
    const at = state.queue.findIndex((waiter) => waiter.changeId === changeId);
    const waiter = state.queue[at];
    const resource = resources[i];
    if (!waiter || resource === undefined) continue;
    const holder = state.holder?.changeId ?? null;
    return { resource, holder, place: at + 1, of: state.queue.length, sinceMs: waiter.sinceMs };
  }
  return null;
}
