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
  const by = execution().runId;
  const grants: Record<string, Grant> = {};
  let epoch = request.expect;
  for (const record of request.records) {
    const answer = await journal.append(record, epoch, by);
    if (answer.outcome === 'busy' && request.wait) {
      throw new GraywaveError('JOURNAL_BUSY', `${answer.resource} is held by change ${answer.holder}; asking again.`);
    }
    if (answer.outcome !== 'taken') return answer;
    epoch = answer.epoch;
    const { changeId, key, specHash } = record;
    grants[record.part] = { changeId, key, specHash, epoch, holds: [] };
  }
  return { outcome: 'granted', grants, epoch };
}
