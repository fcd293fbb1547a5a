import type { Client, WorkflowExecutionDescription } from '@temporalio/client';
import type { Watching } from '../activities/types.js';
import type { Verdict } from '../judge/types.js';

/** The watcher's last report, read from its heartbeat. */
export interface Live {
  verdict: Verdict;
  lookMs: number;
  /** How old that look is. */
  ageSeconds: number;
}

export function liveOf(described: WorkflowExecutionDescription, client: Client): Live | null {
  const watcher = described.raw.pendingActivities?.find((pending) => pending.activityType?.name === 'observe');
  const payload = watcher?.heartbeatDetails?.payloads?.[0];
  if (!payload) return null;
  const { verdict, live } = client.options.loadedDataConverter.payloadConverter.fromPayload<Watching>(payload);
  return { verdict, lookMs: live.lookMs, ageSeconds: Math.max(0, (Date.now() - live.lookMs) / 1000) };
}
