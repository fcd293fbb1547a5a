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
import type {
  Answer,
  ChangeInput,
  ChangeStatus,
  ExtendRequest,
  PromoteRequest,
  Request,
} from '../workflows/messages.js';
import { changeWorkflowId } from '../workflows/names.js';
import { connectClient, type Where, whereTemporalIs } from './connect.js';
import { asGraywave } from './failure.js';
import { type Listed, listed } from './list.js';
import { type Live, liveOf } from './live.js';
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
    const input: ChangeInput = { engine: 1, spec, specHash: hash, submittedBy };
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

  /** Where a change is; of an ended one its end, for which no worker is needed. */
  async status(id: string): Promise<ChangeStatus> {
    const handle = this.handle(id);
    try {
      const { status } = await handle.describe();
      if (status.name === 'COMPLETED') return (await handle.result()) as ChangeStatus;
      if (status.name !== 'RUNNING') {
        const text = `Change ${id} was ended outside Graywave (${status.name.toLowerCase()} in Temporal), so what it touched may still be there.`;
        throw new GraywaveError('CHANGE_ENDED', text, {
          hint: 'Submit it again: the new run only restores what is unsettled.',
        });
      }
      return await this.answered(answerWithinMs, () => handle.query<ChangeStatus>('status'));
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

  /** Stops now and rolls back. */
  abort(id: string, request: Request = {}): Promise<Answer> {
    return this.ask(id, 'abort', request);
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
      const handle = this.handle(id);
      const { status } = await handle.describe();
      if (status.name === 'RUNNING') return;
      const how =
        status.name === 'COMPLETED' ? ((await handle.result()) as ChangeStatus).reason : status.name.toLowerCase();
      throw new GraywaveError('CHANGE_ENDED', `Change ${id} has ended: ${how}`);
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
