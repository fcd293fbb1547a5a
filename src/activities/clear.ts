import { Context } from '@temporalio/activity';
import { GraywaveError } from '../errors.js';
import type { Journal } from '../journal/port.js';
import { heldBy } from './holds.js';
import { othersTurn } from './lease.js';
import type { ClearRequest } from './types.js';

/**
 * Nothing stands in the way any more; throws HELD_STILL or JOURNAL_BUSY until then, and is asked again, ever more
 * rarely. Who waits is woken by hold and lease; this finds out what happens when those were terminated.
 */
export async function clear(journal: Journal, { changeId, holds, resources }: ClearRequest): Promise<void> {
  const { client } = Context.current();
  const [held] = await heldBy(client, holds);
  if (held) throw new GraywaveError('HELD_STILL', `A hold over ${held.scope} is in force; asking again.`);
  const wanted = new Set(resources);
  for (const entry of await journal.unsettled()) {
    if (entry.changeId === changeId) continue;
    const records = entry.kind === 'touch' ? [entry] : await journal.entries(entry.changeId);
    const taken = records.flatMap((one) => (one.kind === 'touch' ? one.resources : []));
    const resource = taken.find((name) => wanted.has(name));
    if (resource === undefined) continue;
    throw new GraywaveError('JOURNAL_BUSY', `${resource} is held by change ${entry.changeId}; asking again.`);
  }
  // Whose turn it is need not be on record yet, for example while it is paused.
  const turn = await othersTurn(client, resources, changeId);
  if (turn)
    throw new GraywaveError(
      'JOURNAL_BUSY',
      `It is the turn of change ${turn.holder} at ${turn.resource}; asking again.`,
    );
}
