import { type Client, isGrpcServiceError } from '@temporalio/client';

/** `temporal.api.enums.v1.WorkflowExecutionStatus` and gRPC's NOT_FOUND. */
const running = 1;
const notFound = 5;

/**
 * Which of these holds are in force: a hold is a running workflow, and describing it by its id is answered from the
 * server's own record, never from the list, which lags. Throws when Temporal does not answer: then nobody knows.
 */
export async function inForce(client: Client, ids: readonly string[]): Promise<string[]> {
  const { namespace } = client.options;
  const asked = ids.map(async (workflowId) => {
    try {
      const described = await client.workflowService.describeWorkflowExecution({
        namespace,
        execution: { workflowId },
      });
      return (described.workflowExecutionInfo?.status as number | undefined) === running ? [workflowId] : [];
    } catch (error) {
      if (isGrpcServiceError(error) && Number(error.code) === notFound) return [];
      throw error;
    }
  });
  return (await Promise.all(asked)).flat();
}
