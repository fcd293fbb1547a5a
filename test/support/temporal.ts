import { type Client, isGrpcServiceError, WorkflowNotFoundError, type WorkflowHandle } from '@temporalio/client';
import type { temporal } from '@temporalio/proto';
import { eventually } from './engine.js';

type Event = temporal.api.history.v1.IHistoryEvent;

/** Deletes a workflow as an operator would, and waits until it is really gone. */
export async function deleted(client: Client, workflowId: string): Promise<void> {
  await client.workflowService.deleteWorkflowExecution({
    namespace: client.options.namespace,
    workflowExecution: { workflowId },
  });
  await eventually(
    `${workflowId} is gone`,
    () =>
      client.workflow
        .getHandle(workflowId)
        .describe()
        .then(
          () => 'there',
          (error: unknown) => {
            if (error instanceof WorkflowNotFoundError || isGrpcServiceError(error)) return 'gone';
            throw error;
          },
        ),
    (state) => state === 'gone',
    // The server deletes at its leisure.
    90_000,
  );
}

/** Resets a workflow to the end of the workflow task before the first event that is asked for. */
export async function resetTo(
  client: Client,
  handle: WorkflowHandle,
  wanted: (event: Event) => boolean,
): Promise<void> {
  const { events } = await handle.fetchHistory();
  let task: Event['eventId'] = null;
  for (const event of events ?? []) {
    if (event.workflowTaskCompletedEventAttributes) task = event.eventId;
    else if (task !== null && wanted(event)) break;
  }
  await client.workflowService.resetWorkflowExecution({
    namespace: client.options.namespace,
    workflowExecution: { workflowId: handle.workflowId },
    reason: 'test',
    requestId: `${handle.workflowId}-${String(task)}`,
    workflowTaskFinishEventId: task ?? null,
  });
}
