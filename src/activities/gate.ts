import { Context } from '@temporalio/activity';
import type { Grant } from '../drivers/protocol.js';
import type { Entry, Journal } from '../journal/port.js';
import { execution } from './execution.js';
import { heldBy } from './holds.js';
import { enqueueAll, inTurn, othersTurn } from './lease.js';
import type { GateAnswer, GateRequest } from './types.js';

/**
 * May this wave begin? Not under a hold; not before its turn at each resource; then takes one journal record for each
 * of its parts, in order, and makes the grants. Asked again under the same keys by the same run it gives the same answer.
 */
export async function gate(journal: Journal, request: GateRequest): Promise<GateAnswer> {
  const { client } = Context.current();
  const { changeId, records, onBusy } = request;
  const [first] = records;
  const by = execution().runId;
  const resources = request.expect === 0 ? (first?.resources ?? []) : [];
  const [holds, queued] = await Promise.all([
    heldBy(client, request.holds),
    onBusy === 'wait' ? inTurn(client, journal, resources, changeId) : null,
  ]);
  // What an earlier try has on record already, unheard of by its run, is not planned anew.
  const inTheWay = holds.length > 0 || queued !== null;
  const unheard = (one: Entry): boolean => one.key === first?.key && one.by === by && one.epoch > request.expect;
  const onRecord = inTheWay && (await journal.entries(changeId)).some(unheard);
  if (holds.length > 0 && !onRecord) return { outcome: 'held', holds };
  if (queued !== null && !onRecord) return { outcome: 'queued', ...queued };
  if (onBusy === 'refuse') {
    const turn = await othersTurn(client, resources, changeId);
    if (turn) return { outcome: 'busy', ...turn };
  }
  const grants: Record<string, Grant> = {};
  let epoch = request.expect;
  for (const record of records) {
    const answer = await journal.append(record, epoch, by);
    if (answer.outcome === 'busy' && onBusy === 'wait') {
      const place = await enqueueAll(client, journal, record.resources, changeId, answer);
      return { outcome: 'queued', ...(place ?? { ...answer, place: 1, sinceMs: Date.now() }) };
    }
    if (answer.outcome !== 'taken') return answer;
    epoch = answer.epoch;
    const { key, specHash } = record;
    grants[record.part] = { changeId, key, specHash, epoch, holds: request.holds };
  }
  return { outcome: 'granted', grants, epoch };
}
