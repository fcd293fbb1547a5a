import { setTimeout as sleep } from 'node:timers/promises';
import { type ChangeStatus, isTerminal } from '../../src/workflows/messages.js';
import { changeWorkflowId } from '../../src/workflows/names.js';
import type { Facts } from '../examine/facts.js';
import type { Lane } from '../lane/lane.js';

type End = Facts['end'];

const pollMs = 1_000;

/** How each of these changes ended; null for those that have no end when the time is over. */
export async function endsOf(lane: Lane, ids: string[], withinMs: number): Promise<Map<string, End>> {
  const ends = new Map<string, End>(ids.map((id) => [id, null]));
  const endMs = Date.now() + withinMs;
  for (;;) {
    lane.options.signal.throwIfAborted();
    const open = ids.filter((id) => ends.get(id) === null);
    await Promise.all(
      open.map(async (id) => {
        ends.set(id, await endOf(lane, id).catch(() => null));
      }),
    );
    if ([...ends.values()].every((end) => end !== null) || Date.now() > endMs) return ends;
    await sleep(pollMs, undefined, { signal: lane.options.signal });
  }
}

/** As Temporal keeps it; of one that was ended from outside after it had settled, as the journal does. */
async function endOf(lane: Lane, id: string): Promise<End> {
  const handle = lane.client.temporal.workflow.getHandle(changeWorkflowId(id));
  const { name } = (await handle.describe()).status;
  if (name === 'COMPLETED') {
    const status = (await handle.result()) as ChangeStatus;
    return isTerminal(status.state) ? { state: status.state, reason: status.reason, status } : null;
  }
  if (name === 'RUNNING') return null;
  const last = (await lane.journal.entries(id)).at(-1);
  if (last?.kind !== 'settle' || !isTerminal(last.state)) return null;
  return { state: last.state, reason: last.reason, status: null };
}
