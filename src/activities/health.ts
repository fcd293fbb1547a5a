import { type Client, WorkflowNotFoundError } from '@temporalio/client';
import { changeWorkflowId } from '../workflows/names.js';
import { watchingOf } from './watching.js';

/** How a change's workflow is, by description. */
export interface Health {
  running: boolean;
  /** Why it makes no headway; null when it does. */
  stuck: string | null;
  lookAgeSeconds: number | null;
}

/** A workflow task that failed so often, or waits so long, is stuck: nobody decides for this change any more. */
const stuckAttempts = 3;
const stuckSeconds = 60;

export async function healthOf(client: Client, changeId: string): Promise<Health> {
  try {
    const described = await client.workflow.getHandle(changeWorkflowId(changeId)).describe();
    if (described.status.name !== 'RUNNING') return { running: false, stuck: null, lookAgeSeconds: null };
    const { pendingWorkflowTask: task } = described.raw;
    const sinceMs = Number(task?.originalScheduledTime?.seconds ?? 0) * 1000;
    const waitedSeconds = sinceMs > 0 ? Math.round((Date.now() - sinceMs) / 1000) : 0;
    const attempts = Number(task?.attempt ?? 0);
    const isStuck = attempts >= stuckAttempts || waitedSeconds >= stuckSeconds;
    const why = `its workflow task is at attempt ${attempts}, ${waitedSeconds} s after it was first scheduled`;
    const watching = watchingOf(described, client);
    return {
      running: true,
      stuck: isStuck ? why : null,
      lookAgeSeconds: watching ? Math.max(0, Math.round((Date.now() - watching.live.lookMs) / 1000)) : null,
    };
  } catch (error) {
    if (error instanceof WorkflowNotFoundError) return { running: false, stuck: null, lookAgeSeconds: null };
    throw error;
  }
}
