import { Context } from '@temporalio/activity';
import type { Journal } from '../journal/port.js';
import { execution } from './execution.js';
import { releaseAll } from './lease.js';
import type { SettleAnswer, SettleRequest } from './types.js';

/**
 * The change's last record: the world is as told, its resources are free, and whoever waits for them is next. A gate
 * that was cancelled may have left a record which its run never heard of; nothing was touched under it, so the settling
 * goes after it.
 */
export async function settle(journal: Journal, request: SettleRequest): Promise<SettleAnswer> {
  const by = execution().runId;
  const { changeId, state, reason } = request;
  const record = { kind: 'settle', changeId, key: `${changeId}/settle`, state, reason } as const;
  for (let expect = request.expect; ; ) {
    const answer = await journal.append(record, expect, by);
    if (answer.outcome === 'busy' || answer.outcome === 'stale')
      throw new Error(`a settle record cannot wait for ${answer.resource}`);
    if (answer.outcome === 'taken') {
      await releaseAll(Context.current().client, journal, changeId, request.resources);
      return { outcome: 'settled', epoch: answer.epoch };
    }
    if (answer.last?.by !== by || answer.last.kind === 'settle') return answer;
    expect = answer.last.epoch;
  }
}
