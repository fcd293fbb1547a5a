import type { Grant } from '../drivers/protocol.js';
import { GraywaveError } from '../errors.js';
import type { Journal } from '../journal/port.js';
import { execution } from './execution.js';
import type { GateAnswer, GateRequest } from './types.js';

/**
 * May this wave begin? Takes one journal record for each of its parts, in order, and makes the grants. Asked again
 * under the same keys by the same run it gives the same answer.
 */
export async function gate(journal: Journal, request: GateRequest): Promise<GateAnswer> {
  if (request.wait) return untilFree(journal, request);
  const by = execution().runId;
  const grants: Record<string, Grant> = {};
  let epoch = request.expect;
  for (const record of request.records) {
    const answer = await journal.append(record, epoch, by);
    if (answer.outcome !== 'taken') return answer;
    epoch = answer.epoch;
    const { changeId, key, specHash } = record;
    grants[record.part] = { changeId, key, specHash, epoch, holds: [] };
  }
  return { outcome: 'granted', grants, epoch };
}

/** Takes nothing: what is recorded must have been planned after the holder was through. Throws JOURNAL_BUSY until then. */
async function untilFree(journal: Journal, { changeId, records }: GateRequest): Promise<GateAnswer> {
  const wanted = new Set(records.flatMap((record) => record.resources));
  for (const entry of await journal.unsettled()) {
    const taken = entry.kind === 'touch' && entry.changeId !== changeId ? entry.resources : [];
    const resource = taken.find((name) => wanted.has(name));
    if (resource === undefined) continue;
    throw new GraywaveError('JOURNAL_BUSY', `${resource} is held by change ${entry.changeId}; asking again.`);
  }
  return { outcome: 'free' };
}
