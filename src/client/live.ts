import type { Client, WorkflowExecutionDescription } from '@temporalio/client';
import { watchingOf } from '../activities/watching.js';
import type { Verdict } from '../judge/types.js';

/** The watcher's last report, read from its heartbeat. */
export interface Live {
  verdict: Verdict;
  lookMs: number;
  /** How old that look is. */
  ageSeconds: number;
}

export function liveOf(described: WorkflowExecutionDescription, client: Client): Live | null {
  const watching = watchingOf(described, client);
  if (!watching) return null;
  const { verdict, live } = watching;
  return { verdict, lookMs: live.lookMs, ageSeconds: Math.max(0, (Date.now() - live.lookMs) / 1000) };
}
