import type { Client } from '@temporalio/client';
import { changeWorkflowId } from '../../src/workflows/names.js';

/** One activity of a workflow, Unix ms; null: it has not come so far. */
export interface Activity {
  name: string;
  scheduledMs: number;
  startedMs: number | null;
  completedMs: number | null;
}

/** When each activity of a change was scheduled, started and completed, as Temporal has it on record. */
export async function activitiesOf(client: Client, changeId: string): Promise<Activity[]> {
  const { events } = await client.workflow.getHandle(changeWorkflowId(changeId)).fetchHistory();
  const byId = new Map<string, Activity>();
  for (const event of events ?? []) {
    const atMs = Number(event.eventTime?.seconds ?? 0) * 1000 + (event.eventTime?.nanos ?? 0) / 1e6;
    const name = event.activityTaskScheduledEventAttributes?.activityType?.name;
    if (name) byId.set(String(event.eventId), { name, scheduledMs: atMs, startedMs: null, completedMs: null });
    const started = byId.get(String(event.activityTaskStartedEventAttributes?.scheduledEventId));
    if (started) started.startedMs = atMs;
    const completed = byId.get(String(event.activityTaskCompletedEventAttributes?.scheduledEventId));
    if (completed) completed.completedMs = atMs;
  }
  return [...byId.values()];
}
