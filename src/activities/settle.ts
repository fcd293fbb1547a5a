import { execution } from './execution.js';
import type { Journal } from '../journal/port.js';
import type { SettleAnswer, SettleRequest } from './types.js';

/** The change's last record: the world is as told, its resources are free. */
export async function settle(journal: Journal, request: SettleRequest): Promise<SettleAnswer> {
  const by = execution().runId;
  const { changeId, expect, state, reason } = request;
  const record = { kind: 'settle', changeId, key: `${changeId}/settle`, state, reason } as const;
  const answer = await journal.append(record, expect, by);
  if (answer.outcome === 'taken') return { outcome: 'settled', epoch: answer.epoch };
  if (answer.outcome === 'behind') return answer;
  throw new Error(`a settle record cannot wait for ${answer.resource}`);
}
