import { randomUUID } from 'node:crypto';
import {
  type Client,
  type WorkflowExecutionDescription,
  type WorkflowHandle,
  WorkflowNotFoundError,
} from '@temporalio/client';
import { GraywaveError } from '../errors.js';
import { specHash } from '../spec/hash.js';
import type { ChangeSpec } from '../spec/types.js';
import { engineOf } from '../workflows/engine.js';
import type {
  AbortRequest,
  Answer,
  ChangeInput,
  ChangeStatus,
  ExtendRequest,
  PromoteRequest,
  Request,
} from '../workflows/messages.js';
import { attributes, changeWorkflowId } from '../workflows/names.js';
import { connectClient, type Where, whereTemporalIs } from './connect.js';
import { endedOutside, endOf } from './ended.js';
import { asGraywave, asTyped } from './failure.js';
import { type HoldView, holdsInForce } from './held.js';
import { hold, type HoldAnswer, type HoldRequest, unhold, type UnholdAnswer } from './holds.js';
import { type LeaseView, leasesOf } from './leases.js';
import { type Listed, listed } from './list.js';
import { type Live, liveOf } from './live.js';
import { atPlace } from './place.js';
import { retryRollback, type Retried, type RetryRequest } from './retry.js';
import { startChange } from './start.js';
import { readSubmission } from './submission.js';
import { type WaitOptions, waitFor } from './wait.js';

export interface Submitted {
  id: string;
  workflowId: string;
  /** True when a change of this id and spec was there already: it was joined, or had ended. */
  joined: boolean;
  /** Set when the change has ended. */
  ended: ChangeStatus | null;
}

/** How long a worker may take to answer before the caller is told that none did. */
const answerWithinMs = 15_000;
/** Promote makes a last look at the metric source before it answers. */
const promoteWithinMs = 60_000;

/**
 * Starts and steers changes. Submitting is idempotent by change id: a running change is joined, an ended one returns its
 * end, another spec under the same id is refused (SPEC_DIFFERS).
 *
 * @example
 * const graywave = await GraywaveClient.connect();
 * const { id } = await graywave.submit({ apiVersion: 'graywave/v1', kind: 'Change', id: 'checkout-v2', … });
 * const end = await graywave.wait(id);
 */
export class GraywaveClient {
  constructor(readonly temporal: Client) {}

  /** Connects as Temporal's own environment says (TEMPORAL_ADDRESS, TEMPORAL_PROFILE, TLS, API key, namespace). */
  static async connect(where?: Where): Promise<GraywaveClient> {
    return new GraywaveClient(await connectClient(where ?? (await whereTemporalIs())));
  }

  async close(): Promise<void> {
    await this.temporal.connection.close();
  }

  /**
   * @param change YAML or JSON text, or the same as an object. Throws SpecError with every place that is wrong.
   */
  async submit(change: string | object, options: { by?: string } = {}): Promise<Submitted> {
    return this.submitSpec(readSubmission(change), options.by ?? process.env.USER ?? 'unknown');
  }

  /** Submits a change that was read and checked already. */
  async submitSpec(spec: ChangeSpec, submittedBy: string): Promise<Submitted> {
    const workflowId = changeWorkflowId(spec.id);
    const hash = specHash(spec);
    const input: ChangeInput = { engine: engineOf(spec), spec, specHash: hash, submittedBy };
    const submission = randomUUID();
    await this.refuseOtherSpec(spec.id, hash);
    try {
      await startChange(this.temporal, input, submission);
    } catch (error) {
      throw asGraywave(error, spec.id);
    }
    const described = (await this.refuseOtherSpec(spec.id, hash)) ?? (await this.handle(spec.id).describe());
    const ended = described.status.name === 'COMPLETED' ? await this.status(spec.id) : null;
    return { id: spec.id, workflowId, joined: described.memo?.submission !== submission, ended };
  }

  /**
   * Asked before the start and after it. Before: a change that was terminated may be started again, and under another
   * spec that run could not take back what the first one touched. After: somebody else may have been first.
   */
  private async refuseOtherSpec(id: string, hash: string): Promise<WorkflowExecutionDescription | null> {
    const described = await this.handle(id)
      .describe()
      .catch((error: unknown) => {
        if (error instanceof WorkflowNotFoundError) return null;
        throw asGraywave(error, id);
      });
    const known = described?.memo?.specHash;
    if (described === null || known === hash) return described;
    throw new GraywaveError(
      'SPEC_DIFFERS',
      `Change ${id} was submitted before with another spec (${String(known).slice(0, 12)}, now ${hash.slice(0, 12)}); nothing was started.`,
    );
  }

  /**
   * Where a change is, and in which place of a queue now; of an ended one its end, for which no worker is needed.
   * CHANGE_ENDED where it was ended outside Graywave: what it did to the world is not known then.
   */
  async status(id: string): Promise<ChangeStatus> {
    const handle = this.handle(id);
    try {
      const described = await handle.describe();
      const { status, typedSearchAttributes } = described;
      if (status.name === 'COMPLETED') return await endOf(this.temporal, described);
      if (status.name !== 'RUNNING') throw endedOutside(id, status.name);
      const told = await this.answered(answerWithinMs, () => handle.query<ChangeStatus>('status'));
      return await atPlace(this.temporal, told, typedSearchAttributes.get(attributes.resources) ?? []);
    } catch (error) {
      throw asGraywave(error, id);
    }
  }

  /** What the watcher of a running change saw last, with its age; null when nobody watches now. */
  async live(id: string): Promise<Live | null> {
    try {
      return liveOf(await this.handle(id).describe(), this.temporal);
    } catch (error) {
      throw asGraywave(error, id);
    }
  }

  /** Waits until the change has ended, through restarts of workers and of Temporal. Rejects only when `signal` aborts. */
  async wait(id: string, options: WaitOptions = {}): Promise<ChangeStatus> {
    return waitFor(() => this.status(id), options);
  }

  /** Changes, the newest first; `query` is a Temporal list filter to add, for example `ChangeState = 'paused'`. */
  list(options: { query?: string; limit?: number } = {}): Promise<Listed[]> {
    return listed(this.temporal, options);
  }

  pause(id: string, request: Request = {}): Promise<Answer> {
    return this.ask(id, 'pause', request);
  }

  resume(id: string, request: Request = {}): Promise<Answer> {
    return this.ask(id, 'resume', request);
  }

  /** Passes the manual gate that the change waits for. */
  approve(id: string, request: Request = {}): Promise<Answer> {
    return this.ask(id, 'approve', request);
  }

  /** Ends the current bake as if passed (`all`: the rest too), unless one last look proves harm. */
  promote(id: string, request: PromoteRequest = {}): Promise<Answer> {
    return this.ask(id, 'promote', request, promoteWithinMs);
  }

  /** Lengthens the current bake. */
  extend(id: string, request: ExtendRequest): Promise<Answer> {
    return this.ask(id, 'extend', request);
  }

  /** Stops now and rolls back; with `leave`, which needs a reason, the world stays as it is: `not_restored`. */
  abort(id: string, request: AbortRequest = {}): Promise<Answer> {
    return this.ask(id, 'abort', request);
  }

  /** Takes what a hand has changed as it is, and goes on with the rest; only for a change that asks what to do. */
  adopt(id: string, request: Request & { reason: string }): Promise<Answer> {
    return this.ask(id, 'adopt', request);
  }

  /** Takes up again a change that ended `not_restored`; waits for nothing. */
  retryRollback(id: string, request: RetryRequest): Promise<Retried> {
    return retryRollback(this.temporal, id, request);
  }

  /** Freezes a scope: when this returns, no wave begins in it any more. Rollbacks pass. Needs no worker. */
  hold(scope: string, request: HoldRequest): Promise<HoldAnswer> {
    return hold(this.temporal, scope, request);
  }

  /** Ends a hold, or puts its end on record where no worker runs. */
  unhold(scope: string, request: Request = {}): Promise<UnholdAnswer> {
    return unhold(this.temporal, scope, request);
  }

  /** The holds in force. */
  async holds(): Promise<HoldView[]> {
    return holdsInForce(this.temporal).catch((error: unknown) => Promise.reject(asTyped(error, 'the holds')));
  }

  /** Who has which resource, and who waits for it. */
  async leases(): Promise<LeaseView[]> {
    return leasesOf(this.temporal).catch((error: unknown) => Promise.reject(asTyped(error, 'the leases')));
  }

  private async ask(id: string, update: string, request: Request, withinMs = answerWithinMs): Promise<Answer> {
    try {
      const handle = this.handle(id);
      await this.refuseEnded(id);
      return await this.answered(withinMs, () => handle.executeUpdate<Answer, [Request]>(update, { args: [request] }));
    } catch (error) {
      // It may have ended between the two calls: Temporal then knows no such running workflow.
      if (error instanceof WorkflowNotFoundError) await this.refuseEnded(id);
      throw asGraywave(error, id);
    }
  }

  private async refuseEnded(id: string): Promise<void> {
    try {
      const described = await this.handle(id).describe();
      const { name } = described.status;
      if (name === 'RUNNING') return;
      if (name !== 'COMPLETED') throw endedOutside(id, name);
      const { reason } = await endOf(this.temporal, described);
      throw new GraywaveError('CHANGE_ENDED', `Change ${id} has ended: ${reason}`);
    } catch (error) {
      throw asGraywave(error, id);
    }
  }

  private answered<T>(withinMs: number, call: () => Promise<T>): Promise<T> {
    return this.temporal.withDeadline(Date.now() + withinMs, call);
  }

  private handle(id: string): WorkflowHandle {
    return this.temporal.workflow.getHandle(changeWorkflowId(id));
  }
}
