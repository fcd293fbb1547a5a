import type { Client } from '@temporalio/client';
import type { ChangeStatus } from '../workflows/messages.js';
import { placeOf } from './leases.js';

/**
 * The status of a change that waits for a resource, with its place in the queue as of now: the change itself knows only
 * where it stood when it asked.
 */
export async function atPlace(
  client: Client,
  status: ChangeStatus,
  resources: readonly string[],
): Promise<ChangeStatus> {
  const { waitsFor } = status;
  if (waitsFor?.what !== 'resource') return status;
  const now = await placeOf(client, status.id, resources);
  if (now === null) return status;
  const { resource, holder, place, of, sinceMs } = now;
  const since = `${new Date(sinceMs).toISOString().slice(0, 19)}Z`;
  const has = holder === null ? 'is about to be given on' : `is held by change ${holder}`;
  const detail = `${resource} ${has}; place ${place} of ${of} in the queue since ${since}`;
  return {
    ...status,
    reason: status.reason.replace(waitsFor.detail, () => detail),
    waitsFor: { ...waitsFor, detail },
  };
}
