import {
  condition,
  defineQuery,
  defineSignal,
  defineUpdate,
  ParentClosePolicy,
  setCurrentDetails,
  setHandler,
  startChild,
  upsertMemo,
  workflowInfo,
} from '@temporalio/workflow';
import type { ExtendHoldRequest, HoldState, LiftRequest } from './hold-messages.js';
import { own } from './proxies.js';

export const liftSignal = defineSignal<[LiftRequest?]>('lift');
export const liftUpdate = defineUpdate<HoldState, [LiftRequest?]>('lift');
export const extendHoldUpdate = defineUpdate<HoldState, [ExtendHoldRequest]>('extend');
export const holdQuery = defineQuery<HoldState>('status');

/**
 * A hold: while this workflow runs, no wave begins in its scope; that is asked by describing it, so it binds with no
 * worker at all. It ends when it is lifted, or by itself at its end, and leaves behind who wakes those that wait.
 * Terminated, it is over too, and they find out within a minute.
 */
export async function hold(state: HoldState): Promise<HoldState> {
  setHandler(holdQuery, () => state, { description: 'Who holds what, why, and until when.' });
  const lift = (request?: LiftRequest): HoldState => {
    state.lifted ??= { by: request?.by || 'somebody (no name given)', reason: request?.reason ?? '' };
    return state;
  };
  setHandler(liftSignal, (request) => void lift(request), { description: 'End the hold.' });
  setHandler(liftUpdate, lift);
  setHandler(extendHoldUpdate, ({ by, reason, untilMs }) => {
    state.untilMs = Math.max(state.untilMs, untilMs);
    state.reason = `${state.reason}; ${by}: ${reason}`.slice(0, 500);
    upsertMemo({ ...state });
    show(state);
    return state;
  });
  show(state);
  while (state.lifted === null && Date.now() < state.untilMs) {
    const untilMs = state.untilMs;
    await condition(() => state.lifted !== null || state.untilMs !== untilMs, untilMs - Date.now(), {
      summary: 'the hold ends by itself',
    });
  }
  show(state);
  await startChild(wake, {
    workflowId: `wake/${state.scope}/${workflowInfo().runId}`,
    args: [workflowInfo().workflowId],
    parentClosePolicy: ParentClosePolicy.ABANDON,
  });
  return state;
}

/** Wakes the changes that wait, once the hold is over; woken while it still ran, they would find it in force. */
export async function wake(holdId: string): Promise<number> {
  return own.wake.executeWithOptions(
    { summary: `wake what waited for ${holdId}`, scheduleToCloseTimeout: '10 minutes' },
    [holdId],
  );
}

function show({ scope, reason, owner, untilMs, lifted }: HoldState): void {
  const time = `${new Date(untilMs).toISOString().slice(0, 19)}Z`;
  const over = lifted ? `Lifted by ${text(lifted.by)}. ${text(lifted.reason)}` : `Until ${time} at the latest.`;
  setCurrentDetails(
    `### Hold over ${text(scope)}\n\n${text(reason)} (${text(owner)})\n\n${over}\n\n**To end it** send the signal \`lift\`.`,
  );
}

const text = (value: string): string =>
  value.replace(/[\\`*_{}[\]()#+!|<>~]/g, (char) => `\\${char}`).replace(/\s+/g, ' ');
