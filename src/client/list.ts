import type { Client } from '@temporalio/client';
import { attributes } from '../workflows/names.js';

export interface Listed {
  id: string;
  title: string;
  /** State of the change; for a run that was ended outside Graywave, what Temporal calls it. */
  state: string;
  level: string | null;
  verdict: string | null;
  owner: string | null;
  services: string[];
  startedMs: number;
  endedMs: number | null;
}

export async function listed(client: Client, options: { query?: string; limit?: number }): Promise<Listed[]> {
  const query = ["WorkflowType = 'change'", ...(options.query ? [`(${options.query})`] : [])].join(' AND ');
  const found: Listed[] = [];
  for await (const execution of client.workflow.list({ query })) {
    const known = execution.typedSearchAttributes;
    const status = execution.status.name;
    const state = status === 'RUNNING' || status === 'COMPLETED' ? known.get(attributes.state) : undefined;
    found.push({
      id: execution.workflowId.replace(/^change\//, ''),
      title: typeof execution.memo?.title === 'string' ? execution.memo.title : '',
      state: state ?? status.toLowerCase(),
      level: known.get(attributes.level) ?? null,
      verdict: known.get(attributes.verdict) ?? null,
      owner: known.get(attributes.owner) ?? null,
      services: known.get(attributes.services) ?? [],
      startedMs: execution.startTime.getTime(),
      endedMs: execution.closeTime?.getTime() ?? null,
    });
    if (found.length >= (options.limit ?? 50)) break;
  }
  return found;
}
