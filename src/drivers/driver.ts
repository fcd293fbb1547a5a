import type {
  ApplyAnswer,
  ApplyRequest,
  PlanAnswer,
  PlanRequest,
  RevertAnswer,
  RevertRequest,
  VerifyAnswer,
  VerifyRequest,
} from './protocol.js';

/** What the kit gives a driver while it touches the world. */
export interface Kit {
  /**
   * Asks Temporal, directly before `act` and never earlier, whether this attempt may still touch the world; then runs
   * it. Throws TOUCH_REFUSED, with nothing touched, once the change is terminated, reset, cancelled, or another attempt
   * has taken over; HELD, before the first touch of a wave, while a hold of the grant is in force. While Temporal does not answer it waits and touches nothing. Ask again after each wait.
   */
  touch<T>(target: string, act: () => Promise<T>): Promise<T>;
  /** Aborted when the attempt must stop; hand it to everything that waits. */
  readonly signal: AbortSignal;
  /** Targets whose touch under this key was asked for last by an earlier attempt: read them back before touching. */
  readonly doubtful: readonly string[];
}

/**
 * One kind of part on real targets. Under one grant key there is at most one effective application: `apply` and `revert`
 * read the target first, and answer `already` where it shows this key or the wanted state. A target that keeps a number
 * keeps `grant.epoch` and refuses an older one (TOUCH_STALE).
 */
export interface Driver {
  readonly name: string;
  /**
   * True: neither key nor read-back can absorb a second delivery. A target whose touch was asked for and never reported is
   * then not touched again but asked about (OUTCOME_UNKNOWN).
   */
  readonly atMostOnce?: boolean;
  /** Touches nothing. Throws PLAN_REFUSED with a remedy when `with` makes no sense on the real targets. */
  plan(request: PlanRequest, options: { signal: AbortSignal }): Promise<PlanAnswer>;
  /** Brings the targets to the after-state; throws WORLD_CHANGED when one is neither as planned nor already there. */
  apply(request: ApplyRequest, kit: Kit): Promise<ApplyAnswer>;
  /** Reads back what is really there. */
  verify(request: VerifyRequest, options: { signal: AbortSignal }): Promise<VerifyAnswer>;
  /** Brings the targets back to `before`, or with `drain` takes them out of service. */
  revert(request: RevertRequest, kit: Kit): Promise<RevertAnswer>;
}
