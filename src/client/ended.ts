import type { Client } from '@temporalio/client';
import { GraywaveError } from '../errors.js';
import type { ChangeStatus } from '../workflows/messages.js';

/** A change was terminated, timed out or failed in Temporal itself, so its end says nothing of the world. */
export const endedOutside = (id: string, how: string): GraywaveError =>
  new GraywaveError(
    'CHANGE_ENDED',
    `Change ${id} was ended outside Graywave (${how.toLowerCase().replaceAll('_', ' ')} in Temporal), so what it touched may still be there; if it touched anything, the warden finds it within a minute and has it restored.`,
    { hint: `\`graywave watch ${id}\` waits for that; submitting the change again does the same at once.` },
  );

/** How a run ended that has completed: that very run, for one that was started since is still to end. */
export const endOf = (
  client: Client,
  { workflowId, runId }: { workflowId: string; runId: string },
): Promise<ChangeStatus> => client.workflow.getHandle(workflowId, runId).result() as Promise<ChangeStatus>;
