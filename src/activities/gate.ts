import { Context } from '@temporalio/activity';
import type { Grant } from '../drivers/protocol.js';
import type { Journal } from '../journal/port.js';
import { execution } from './execution.js';
import { heldBy } from './holds.js';
import { enqueue, inTurn } from './lease.js';
import type { GateAnswer, GateRequest } from './types.js';

/**
 * May this wave begin? Not under a hold; not before its turn at each resource; then takes one journal record for each
 * of its parts, in order, and makes the grants. Asked again under the same keys by the same run it gives the same answer.
 */
export async function gate(journal: Journal, request: GateRequest): Promise<GateAnswer> {
  const { client } = Context.current();
  const { changeId, records, onBusy } = request;
  const [first] = records;
  const turnless = request.expect === 0 && first !== undefined && onBusy === 'wait';
  const [holds, queued] = await Promise.all([
    heldBy(client, request.holds),
    turnless ? inTurn(client, journal, first.resources, changeId) : null,
  ]);
  if (holds.length > 0) return { outcome: 'held', holds };
  if (queued !== null) return { outcome: 'queued', ...queued };
  const by = execution().runId;
  const grants: Record<string, Grant> = {};
  let epoch = request.expect;
  for (const [i, record] of records.entries()) {
    const answer = await journal.append(record, epoch, by);
    if (answer.outcome === 'busy' && onBusy === 'wait') {
      const place = await enqueue(client, journal, answer.resource, changeId, answer.holder);
      return { outcome: 'queued', ...(place ?? { ...answer, place: 1, sinceMs: Date.now() }) };
    }
    if (answer.outcome !== 'taken') return answer;
    epoch = answer.epoch;
    const { key, specHash } = record;
    // Once its first part is touched a wave is carried to its end, under a hold too: half a wave is no safe place.
    grants[record.part] = { changeId, key, specHash, epoch, holds: i === 0 ? request.holds : [] };
  }
  return { outcome: 'granted', grants, epoch };
}
