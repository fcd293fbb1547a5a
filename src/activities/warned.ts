import { Context } from '@temporalio/activity';
import type { Client } from '@temporalio/client';
import { messageOf } from '../errors.js';
import type { Entry } from '../journal/port.js';
import type { Notice } from '../notify/notice.js';

/** What the warden pages for and what lasts; by its id the notice is found again that is over. */
export interface Warned {
  id: string;
  event: 'stuck' | 'cannot_restore';
  changeId: string;
}

/** Tells people; `ends`: the id of the notice that is over now. */
export type Tell = (notice: Notice, ends?: string) => Promise<void>;

/**
 * What the last sweep has paged for. Found by Temporal's list, which lags by a second or two, and sweeps are half a minute
 * apart; nothing where it cannot be found, and then somebody may be told a second time.
 */
export async function lastWarned(client: Client): Promise<Warned[]> {
  const query = `WorkflowType = 'warden' AND ExecutionStatus = 'Completed'`;
  try {
    for await (const { workflowId, runId } of client.workflow.list({ query, pageSize: 1 })) {
      const { warned: known } = (await client.workflow.getHandle(workflowId, runId).result()) as { warned?: Warned[] };
      return known ?? [];
    }
  } catch (error) {
    Context.current().log.warn('the warden does not know what it has paged for before', { error: messageOf(error) });
  }
  return [];
}

/** The same trouble that the sweep before has found is the same notice: told once, however often it is found. */
export function warned(before: readonly Warned[], event: Warned['event'], changeId: string, nowMs: number): Warned {
  const known = before.find((one) => one.event === event && one.changeId === changeId);
  return known ?? { id: `${changeId}/${event}/${nowMs}`, event, changeId };
}

/** Tells the end of what was found before and is not found any more; one that nobody could ask about goes on. */
export async function tellEnds(
  before: readonly Warned[],
  now: Warned[],
  unasked: ReadonlySet<string>,
  tell: Tell,
): Promise<void> {
  const going = new Set(now.map(({ id }) => id));
  for (const one of before) {
    if (going.has(one.id)) continue;
    if (unasked.has(one.changeId)) now.push(one);
    else await tell({ ...aNotice(one.event, one.changeId, `${one.id}/over`, over[one.event]), over: true }, one.id);
  }
}

export const foundUnsettled = ({ changeId, epoch }: Entry, was: string): Notice => {
  const text = `Nobody ran it (${was}); started again, it only restores.`;
  return aNotice('found_unsettled', changeId, `${changeId}/found_unsettled/${epoch}`, text);
};

export const warning = ({ event, changeId, id }: Warned, text: string): Notice => aNotice(event, changeId, id, text);

const aNotice = (event: keyof typeof titles, changeId: string, id: string, text: string): Notice => ({
  id,
  event,
  urgency: event === 'found_unsettled' ? 'warning' : 'page',
  title: `Change ${changeId}: ${titles[event]}`,
  text,
  changeId,
  owner: null,
  level: null,
  services: [],
  atMs: Date.now(),
  over: false,
});

const titles = {
  stuck: 'its workflow makes no headway',
  cannot_restore: 'unsettled, and nobody can restore it',
  found_unsettled: 'found unsettled, being restored',
} as const;

const over = {
  stuck: 'It makes headway again, or is settled.',
  cannot_restore: 'It is settled, or somebody restores it now.',
} as const;
