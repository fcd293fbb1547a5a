import { type Client, WorkflowExecutionAlreadyStartedError, type WorkflowIdReusePolicy } from '@temporalio/client';
import { TypedSearchAttributes } from '@temporalio/common';
import type { ChangeInput } from '../workflows/messages.js';
import { attributes, changeQueue, changeWorkflowId } from '../workflows/names.js';

/**
 * Starts a change as everybody does, person or warden: who comes second joins, and one that has completed is left
 * alone. Never an argument about who restores: whichever run it becomes, it looks into the journal first. `submission`
 * is kept with the run, so that its starter can tell whether it was the one.
 */
export async function startChange(
  client: Client,
  input: ChangeInput,
  submission: string,
  reuse: WorkflowIdReusePolicy = 'ALLOW_DUPLICATE_FAILED_ONLY',
): Promise<void> {
  const { spec, specHash } = input;
  try {
    await client.workflow.start('change', {
      workflowId: changeWorkflowId(spec.id),
      taskQueue: changeQueue,
      args: [input],
      workflowIdReusePolicy: reuse,
      workflowIdConflictPolicy: 'USE_EXISTING',
      memo: { specHash, submission, title: spec.title },
      staticSummary: spec.title.slice(0, 200),
      typedSearchAttributes: new TypedSearchAttributes([
        { key: attributes.state, value: 'planning' },
        { key: attributes.owner, value: spec.owner },
        { key: attributes.services, value: spec.services },
      ]),
    });
  } catch (error) {
    if (!(error instanceof WorkflowExecutionAlreadyStartedError)) throw error;
  }
}

/** What a run was started with, from its history; also of one that has ended. */
export async function inputOf(
  client: Client,
  { workflowId, runId }: { workflowId: string; runId: string },
): Promise<ChangeInput> {
  const { history } = await client.workflowService.getWorkflowExecutionHistory({
    namespace: client.options.namespace,
    execution: { workflowId, runId },
    maximumPageSize: 1,
  });
  const payload = history?.events?.[0]?.workflowExecutionStartedEventAttributes?.input?.payloads?.[0];
  if (!payload) throw new Error(`the history of ${workflowId} does not say what it was started with`);
  return client.options.loadedDataConverter.payloadConverter.fromPayload<ChangeInput>(payload);
}
