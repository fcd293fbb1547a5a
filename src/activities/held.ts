import type { Client } from '@temporalio/client';
import { waitDetails } from '../client/held.js';

/** How many changes wait for a hold to end; null when there are too many to ask, or one does not answer. */
export async function changesHeld(client: Client): Promise<number | null> {
  const { count } = await client.workflow.count(`WorkflowType = 'hold' AND ExecutionStatus = 'Running'`);
  if (count === 0) return 0;
  const details = await waitDetails(client);
  return details && details.filter((detail) => detail !== '').length;
}
