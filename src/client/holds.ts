import { setTimeout as sleep } from 'node:timers/promises';
import { type Client, WorkflowExecutionAlreadyStartedError, WorkflowNotFoundError } from '@temporalio/client';
import { TypedSearchAttributes } from '@temporalio/common';
import { inForce } from '../drivers/holds.js';
import { holdBarrierMs } from '../drivers/permission.js';
import { GraywaveError } from '../errors.js';
import { readScope, type Scope, scopeExamples } from '../policy/scope.js';
import type { ExtendHoldRequest, HoldState, LiftRequest } from '../workflows/hold-messages.js';
import { attributes, changeQueue, holdWorkflowId } from '../workflows/names.js';
import { asTyped, isUnanswered } from './failure.js';

/** Why, by whom and for how long; 4 hours where nothing is said of it. */
export interface HoldRequest {
  reason: string;
  by?: string;
  /** At most 30 days. */
  forSeconds?: number;
  untilMs?: number;
}

export interface HoldAnswer {
  scope: Scope;
  owner: string;
  reason: string;
  /** It ends by itself then. */
  untilMs: number;
  /** It was there already, and ends later now than it would have. */
  extended: boolean;
}

export interface UnholdAnswer {
  scope: Scope;
  /** False: no worker answered. The end is on record; the hold stays in force until one runs. */
  over: boolean;
  text: string;
}

const usualSeconds = 4 * 3600;
const longestSeconds = 30 * 24 * 3600;
/** A worker that runs answers in milliseconds. */
const answerWithinMs = 3_000;
const tries = 3;

/**
 * Freezes a scope. It binds as soon as Temporal has it, with or without a worker; when this returns, no wave begins in
 * the scope any more. One that is there already is made longer, never shorter (HOLD_THERE).
 */
export async function hold(client: Client, scopeText: string, request: HoldRequest): Promise<HoldAnswer> {
  const scope = scopeOf(scopeText);
  const wanted = newHold(scope, request);
  try {
    for (let left = tries; left > 0; left--) {
      const started = await begin(client, wanted);
      const extended = started ? false : await extend(client, wanted);
      if (extended === 'ended') continue;
      await sleep(holdBarrierMs);
      const now = await found(client, scope);
      if (now === null && started) break;
      if (now !== null) return { scope, owner: now.owner, reason: now.reason, untilMs: now.untilMs, extended };
    }
  } catch (error) {
    throw asTyped(error, `the hold over ${scope}`);
  }
  throw new GraywaveError('REQUEST_REFUSED', `The hold over ${scope} was ended by somebody at the same moment.`, {
    hint: '`graywave holds` shows what is in force; ask again if it is still wanted.',
  });
}

/** Ends a hold; who waited for it goes on within seconds. Throws HOLD_UNKNOWN where there is none. */
export async function unhold(client: Client, scopeText: string, request: LiftRequest): Promise<UnholdAnswer> {
  const scope = scopeOf(scopeText);
  const handle = client.workflow.getHandle(holdWorkflowId(scope));
  try {
    if ((await found(client, scope)) === null) throw unknown(scope);
    try {
      const call = (): Promise<HoldState> =>
        handle.executeUpdate<HoldState, [LiftRequest]>('lift', { args: [request] });
      await client.withDeadline(Date.now() + answerWithinMs, call);
    } catch (error) {
      if (!isUnanswered(error)) throw error;
      await handle.signal<[LiftRequest]>('lift', request);
      const text = `No worker runs, so the hold over ${scope} is still in force. Its end is on record: it is over as soon as a worker runs.`;
      return { scope, over: false, text };
    }
    const over = await isOver(client, scope);
    const text = over
      ? `The hold over ${scope} is over; who waited for it goes on.`
      : `The hold over ${scope} is about to end.`;
    return { scope, over, text };
  } catch (error) {
    // Over meanwhile, by itself or by somebody else, is as well.
    if (error instanceof WorkflowNotFoundError) return { scope, over: true, text: `The hold over ${scope} is over.` };
    throw asTyped(error, `the hold over ${scope}`);
  }
}

function scopeOf(text: string): Scope {
  const read = readScope(text);
  if ('scope' in read) return read.scope;
  throw new GraywaveError('USAGE', `${read.problem}.`, { hint: `A hold covers one scope: ${scopeExamples}.` });
}

function newHold(scope: Scope, { reason, by, forSeconds = usualSeconds, untilMs }: HoldRequest): HoldState {
  const hint = 'Say why, and for how long: `graywave hold service/checkout --reason "incident 4711" --for 2h`.';
  const sinceMs = Date.now();
  const endMs = untilMs ?? sinceMs + forSeconds * 1000;
  if (!(endMs > sinceMs && endMs <= sinceMs + longestSeconds * 1000)) {
    throw new GraywaveError('USAGE', 'A hold lasts at least a moment and at most 30 days.', { hint });
  }
  if (typeof reason !== 'string' || reason.trim() === '') {
    throw new GraywaveError('USAGE', 'A hold needs a reason: whoever waits for it reads it.', { hint });
  }
  const owner = (by ?? process.env.USER ?? 'unknown').slice(0, 100);
  return { scope, reason: reason.trim().slice(0, 500), owner, sinceMs, untilMs: endMs, lifted: null };
}

/** False: there is one already. */
async function begin(client: Client, state: HoldState): Promise<boolean> {
  try {
    await client.workflow.start('hold', {
      workflowId: holdWorkflowId(state.scope),
      taskQueue: changeQueue,
      args: [state],
      memo: { ...state },
      typedSearchAttributes: new TypedSearchAttributes([{ key: attributes.owner, value: state.owner }]),
      workflowIdConflictPolicy: 'FAIL',
      workflowIdReusePolicy: 'ALLOW_DUPLICATE',
      staticSummary: `hold over ${state.scope}: ${state.reason}`.slice(0, 200),
    });
    return true;
  } catch (error) {
    if (error instanceof WorkflowExecutionAlreadyStartedError) return false;
    throw error;
  }
}

/** `ended`: it was over meanwhile. False where it lasts exactly as long already. */
async function extend(client: Client, wanted: HoldState): Promise<boolean | 'ended'> {
  const { scope, untilMs, reason, owner: by } = wanted;
  const there = await found(client, scope);
  if (there === null) return 'ended';
  if (there.untilMs === untilMs) return false;
  if (there.untilMs > untilMs) {
    const text = `A hold over ${scope} by ${there.owner} (${there.reason}) is in force until ${time(there.untilMs)}, later than ${time(untilMs)}.`;
    throw new GraywaveError('HOLD_THERE', text);
  }
  const handle = client.workflow.getHandle(holdWorkflowId(scope));
  const request: ExtendHoldRequest = { by, reason, untilMs };
  try {
    const call = (): Promise<HoldState> =>
      handle.executeUpdate<HoldState, [ExtendHoldRequest]>('extend', { args: [request] });
    await client.withDeadline(Date.now() + answerWithinMs, call);
    return true;
  } catch (error) {
    if (error instanceof WorkflowNotFoundError) return 'ended';
    if (!isUnanswered(error)) throw error;
    const text = `A hold over ${scope} by ${there.owner} is in force until ${time(there.untilMs)}; no worker answered to make it longer.`;
    throw new GraywaveError('NOT_ANSWERED', text, { hint: 'Start a worker, and ask again.', cause: error });
  }
}

/** What a hold says of itself, by description and never by the list, which lags; null when none is in force. */
async function found(client: Client, scope: Scope): Promise<HoldState | null> {
  try {
    const { status, memo } = await client.workflow.getHandle(holdWorkflowId(scope)).describe();
    return status.name === 'RUNNING' ? holdOf(scope, memo) : null;
  } catch (error) {
    if (error instanceof WorkflowNotFoundError) return null;
    throw error;
  }
}

/** One that somebody started without our SDK is in force as well, and says nothing of itself. */
export function holdOf(scope: Scope, memo: Record<string, unknown> | undefined): HoldState {
  const nothing = { reason: 'no reason given', owner: 'somebody', sinceMs: 0, untilMs: 0, lifted: null };
  return { ...nothing, ...(memo as Partial<HoldState> | undefined), scope };
}

async function isOver(client: Client, scope: Scope): Promise<boolean> {
  for (const endMs = Date.now() + answerWithinMs; ; await sleep(20)) {
    if ((await inForce(client, [holdWorkflowId(scope)])).length === 0) return true;
    if (Date.now() > endMs) return false;
  }
}

const unknown = (scope: Scope): GraywaveError =>
  new GraywaveError('HOLD_UNKNOWN', `There is no hold over ${scope} in force.`);

const time = (ms: number): string => `${new Date(ms).toISOString().slice(0, 19)}Z`;
