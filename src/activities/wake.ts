import type { Client } from '@temporalio/client';
import { Context } from '@temporalio/activity';
import { inForce } from '../drivers/holds.js';
import { GraywaveError } from '../errors.js';

const atOnce = 50;

/**
 * Tells every change that waits to look again, once the hold is over; answers how many were told. Who is missing in the
 * list, which lags, looks by itself within a minute. Throws HELD_STILL (asked again) while the hold runs.
 */
export async function wake(holdId: string): Promise<number> {
  const { client } = Context.current();
  const running = await inForce(client, [holdId]);
  if (running.length > 0) throw new GraywaveError('HELD_STILL', `${holdId} has not ended yet.`);
  const query = `WorkflowType = 'change' AND ExecutionStatus = 'Running' AND ChangeState = 'waiting'`;
  const told: Promise<boolean>[] = [];
  let count = 0;
  for await (const { workflowId } of client.workflow.list({ query })) {
    told.push(tell(client, workflowId));
    if (told.length < atOnce) continue;
    count += (await Promise.all(told.splice(0))).filter(Boolean).length;
  }
  return count + (await Promise.all(told)).filter(Boolean).length;
}

/** One that has ended meanwhile needs no waking. */
const tell = (client: Client, workflowId: string): Promise<boolean> =>
  client.workflow
    .getHandle(workflowId)
    .signal('wake')
    .then(
      () => true,
      () => false,
    );
