import type { Client } from '@temporalio/client';
import { inForce } from '../drivers/holds.js';
import type { LeaseState } from '../workflows/lease-messages.js';
import { changeWorkflowId } from '../workflows/names.js';
import { release } from './lease.js';

/**
 * Takes leases, and places in their queues, from changes that neither run nor are unsettled; answers `resource change`.
 * The list of leases lags, which does no harm: one that is missing in it now is there at the next sweep.
 */
export async function freeLeases(client: Client, unsettled: ReadonlySet<string>): Promise<string[]> {
  const freed: string[] = [];
  for await (const { workflowId } of client.workflow.list({
    query: `WorkflowType = 'lease' AND ExecutionStatus = 'Running'`,
  })) {
    const state = await client.workflow
      .getHandle(workflowId)
      .query<LeaseState>('status')
      .catch(() => null);
    if (state === null) continue;
    const known = [state.holder, ...state.queue].flatMap((waiter) => (waiter ? [waiter.changeId] : []));
    const maybe = known.filter((changeId) => !unsettled.has(changeId));
    const running = new Set(await inForce(client, maybe.map(changeWorkflowId)));
    for (const changeId of maybe.filter((id) => !running.has(changeWorkflowId(id)))) {
      await release(client, [state.resource], changeId);
      freed.push(`${state.resource} ${changeId}`);
    }
  }
  return freed;
}
