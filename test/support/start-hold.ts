import type { Client, WorkflowHandle } from '@temporalio/client';
import type { HoldState } from '../../src/workflows/hold-messages.js';
import { changeQueue, holdWorkflowId } from '../../src/workflows/names.js';

/** A hold as its client starts it, without the wait. */
export function startHold(temporal: Client, scope: string, seconds: number): Promise<WorkflowHandle> {
  const now = Date.now();
  const state: HoldState = {
    scope,
    reason: 'recorded',
    owner: 'ana',
    sinceMs: now,
    untilMs: now + seconds * 1000,
    lifted: null,
  };
  const memo = { ...state };
  return temporal.workflow.start('hold', {
    workflowId: holdWorkflowId(scope),
    taskQueue: changeQueue,
    args: [state],
    memo,
  });
}
