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

/** A hold that was found not to be there, and when that was asked. */
interface Free {
  askedMs: number;
  held: Promise<boolean>;
}

const known = new WeakMap<Client, Map<string, Free>>();
const mostKept = 2_000;

/**
 * Which of these holds are in force, asked no longer ago than `maxAgeMs`, and when the oldest of the answers was asked
 * for, on the clock of `performance.now()`. Many touches of one moment share one question; that a hold is in force is
 * never remembered. Throws when Temporal does not answer.
 */
export async function heldAmong(
  client: Client,
  ids: readonly string[],
  maxAgeMs: number,
): Promise<{ held: string[]; askedMs: number }> {
  const nowMs = performance.now();
  const kept = known.get(client) ?? new Map<string, Free>();
  known.set(client, kept);
  if (kept.size > mostKept) for (const [id, { askedMs }] of kept) if (nowMs - askedMs > maxAgeMs) kept.delete(id);
  const answers = ids.map((id) => {
    const before = kept.get(id);
    if (before && nowMs - before.askedMs <= maxAgeMs) return { id, ...before };
    const asked: Free = { askedMs: nowMs, held: inForce(client, [id]).then((running) => running.length > 0) };
    kept.set(id, asked);
    const forget = (): void => {
      if (kept.get(id) === asked) kept.delete(id);
    };
    asked.held.then((held) => held && forget(), forget);
    return { id, ...asked };
  });
  const held = await Promise.all(answers.map(async (answer) => ((await answer.held) ? [answer.id] : [])));
  return { held: held.flat(), askedMs: Math.min(...answers.map((answer) => answer.askedMs), nowMs) };
}
