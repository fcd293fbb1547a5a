/** The SDK for services: submit a change, wait for its end, steer it. */
export { type ErrorCode, GraywaveError, type Place } from '../errors.js';
export { SpecError } from '../spec/error.js';
export type { ChangeSpec, Level } from '../spec/types.js';
export type { StreamEvidence, Verdict, VerdictKind } from '../judge/types.js';
export type {
  AbortRequest,
  Answer,
  ChangeState,
  ChangeStatus,
  ExtendRequest,
  PromoteRequest,
  Request,
  TerminalState,
  WaveStatus,
} from '../workflows/messages.js';
export { GraywaveClient, type Submitted } from './client.js';
export { type Where, whereTemporalIs } from './connect.js';
export type { HoldView } from './held.js';
export type { HoldAnswer, HoldRequest, UnholdAnswer } from './holds.js';
export type { LeaseView, Place as QueuePlace } from './leases.js';
export type { Listed } from './list.js';
export type { Live } from './live.js';
export type { Retried, RetryRequest } from './retry.js';
export type { WaitOptions } from './wait.js';
