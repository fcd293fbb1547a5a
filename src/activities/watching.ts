import type { Client, WorkflowExecutionDescription } from '@temporalio/client';
import type { Watching } from './types.js';

/** What the watcher of a change reported last, read from its pending activity; null when nobody watches or has told yet. */
export function watchingOf(described: WorkflowExecutionDescription, client: Client): Watching | null {
  const watcher = described.raw.pendingActivities?.find((pending) => pending.activityType?.name === 'observe');
  const payload = watcher?.heartbeatDetails?.payloads?.[0];
  return payload ? client.options.loadedDataConverter.payloadConverter.fromPayload<Watching>(payload) : null;
}
