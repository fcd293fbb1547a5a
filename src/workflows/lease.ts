import {
  allHandlersFinished,
  condition,
  continueAsNew,
  defineQuery,
  defineSignal,
  defineUpdate,
  getExternalWorkflowHandle,
  setCurrentDetails,
  setHandler,
  workflowInfo,
} from '@temporalio/workflow';
import type { AcquireRequest, LeaseAnswer, LeaseState } from './lease-messages.js';
import { changeWorkflowId } from './names.js';

export const acquireUpdate = defineUpdate<LeaseAnswer, [AcquireRequest]>('acquire');
export const releaseSignal = defineSignal<[string]>('release');
export const leaseQuery = defineQuery<LeaseState>('status');

/**
 * The queue for one resource, for as long as somebody waits for it: who holds it, who is next. It is the order, not the
 * lock: the lock is the journal, so a lease that is terminated costs places and never safety. A change asks by update
 * (`acquire`), gives back by signal (`release`), and is woken by the signal `wake` when its turn comes; one that cannot
 * be woken has ended, and is skipped. Ends when nobody holds and nobody waits.
 */
export async function lease(state: LeaseState): Promise<void> {
  let given: string[] = [];
  setHandler(leaseQuery, () => state, { description: 'Who holds the resource, and who waits for it.' });
  setHandler(acquireUpdate, (request) => acquire(state, request));
  setHandler(releaseSignal, (changeId) => void given.push(changeId));
  for (;;) {
    show(state);
    await condition(() => given.length > 0 || isEmpty(state) || workflowInfo().continueAsNewSuggested);
    const back = given;
    given = [];
    for (const changeId of back) await takeBack(state, changeId);
    if (given.length > 0) continue;
    await condition(allHandlersFinished);
    if (given.length > 0) continue;
    if (isEmpty(state)) return;
    if (workflowInfo().continueAsNewSuggested) await continueAsNew<typeof lease>(state);
  }
}

const isEmpty = (state: LeaseState): boolean => state.holder === null && state.queue.length === 0;

function acquire(state: LeaseState, { changeId, holder }: AcquireRequest): LeaseAnswer {
  const now = Date.now();
  const mine = state.holder?.changeId === changeId;
  if (holder !== null && state.holder?.changeId !== holder) {
    // The journal names another: it came while nobody queued, and this change is next after it.
    state.queue = state.queue.filter((waiter) => waiter.changeId !== holder);
    if (state.holder !== null) state.queue.unshift(state.holder);
    state.holder = { changeId: holder, sinceMs: now };
  } else if (mine) return { held: true };
  if (state.holder === null && state.queue.length === 0) {
    state.holder = { changeId, sinceMs: now };
    return { held: true };
  }
  if (!state.queue.some((waiter) => waiter.changeId === changeId)) state.queue.push({ changeId, sinceMs: now });
  const place = state.queue.findIndex((waiter) => waiter.changeId === changeId);
  const before = state.holder?.changeId ?? state.queue[0]?.changeId ?? '';
  show(state);
  return { held: false, holder: before, place: place + 1, sinceMs: state.queue[place]?.sinceMs ?? now };
}

/** A holder that gives back makes room for the first that can be woken; one that waits only leaves the queue. */
async function takeBack(state: LeaseState, changeId: string): Promise<void> {
  state.queue = state.queue.filter((waiter) => waiter.changeId !== changeId);
  if (state.holder?.changeId !== changeId) return;
  for (;;) {
    const next = state.queue.shift() ?? null;
    state.holder = next === null ? null : { changeId: next.changeId, sinceMs: Date.now() };
    if (next === null) return;
    try {
      await getExternalWorkflowHandle(changeWorkflowId(next.changeId)).signal('wake');
      return;
    } catch {
      // It has ended, or was terminated: whoever is next.
    }
  }
}

function show(state: LeaseState): void {
  const time = (ms: number): string => `${new Date(ms).toISOString().slice(0, 19)}Z`;
  const holder = state.holder ? `${state.holder.changeId} since ${time(state.holder.sinceMs)}` : 'nobody';
  const waiting = state.queue.map(({ changeId, sinceMs }, i) => `${i + 1}. ${changeId} since ${time(sinceMs)}`);
  setCurrentDetails(
    [`**Held by** ${holder}`, '', '**Waiting**', '', ...(waiting.length > 0 ? waiting : ['nobody'])].join('\n'),
  );
}
