import { setTimeout as sleep } from 'node:timers/promises';
import { GraywaveError } from '../../src/errors.js';
import type { Mark } from '../../src/report/record.js';
import type { ChangeSpec } from '../../src/spec/types.js';
import { type ChangeStatus, isTerminal } from '../../src/workflows/messages.js';
import { type Applied, appliedSince } from './logs.js';
import type { Stage } from './stage.js';
import type { Teller } from './tell.js';

/** Why there is no status for now, and may be one again. */
const passing: readonly string[] = ['NOT_ANSWERED', 'TEMPORAL_UNREACHABLE', 'CHANGE_ENDED'];

function noneNow(error: unknown): null {
  if (error instanceof GraywaveError && passing.includes(error.code)) return null;
  throw error;
}

/** A story's script needs the change to be somewhere, and it has ended before. */
class Missed extends Error {
  override readonly name = 'Missed';
}

/** What a story's script acts on while its change runs, and how it says what it has done and seen. */
export class Scene {
  readonly marks: Mark[] = [];
  readonly problems: string[] = [];

  constructor(
    readonly stage: Stage,
    readonly spec: ChangeSpec,
    private readonly teller: Teller,
    readonly startedMs: number,
    /** Aborted when the change has ended, or the demo: nothing is left to act on. */
    readonly signal: AbortSignal,
  ) {}

  /** Something that happened beside the change: told now, and a line in every chart of the report. */
  mark(text: string, told = text): void {
    this.marks.push({ atMs: Date.now(), text });
    this.teller.line(told);
  }

  /** Something that the audience should know. */
  tell(text: string): void {
    this.teller.line(text);
  }

  /** Notes a problem unless it holds; the story is then not as it should be. */
  expect(holds: boolean, problem: string): void {
    if (!holds) this.problems.push(problem);
  }

  /** The targets' own log of what was applied since the story began. */
  applied(): Applied[] {
    return appliedSince(this.stage.appliedFile, this.startedMs);
  }

  /** Waits for a condition of the world; looks as often as a race with the engine needs. */
  async until<T>(look: () => T | Promise<T>, holds: (value: T) => boolean, everyMs = 5): Promise<T> {
    for (;;) {
      this.signal.throwIfAborted();
      const value = await look();
      if (holds(value)) return value;
      await sleep(everyMs, undefined, { signal: this.signal });
    }
  }

  /**
   * Waits until the change is where the script wants it, also while no worker answers, or its workflow has been ended by
   * hand. Throws when the change ends without having been there.
   */
  async untilStatus(what: string, holds: (status: ChangeStatus) => boolean): Promise<ChangeStatus> {
    const status = await this.until(
      () => this.stage.client.status(this.spec.id).catch(noneNow),
      (now) => now !== null && (holds(now) || isTerminal(now.state)),
      100,
    );
    if (status === null || !holds(status)) throw new Missed(`it ended ${status?.state} before ${what}`);
    return status;
  }

  /** Waits until the watcher has told of so many more looks. */
  async untilLooks(count: number): Promise<void> {
    const seen = new Set<number>();
    await this.until(
      async () => {
        const live = await this.stage.client.live(this.spec.id);
        if (live !== null) seen.add(live.lookMs);
        return seen.size;
      },
      (size) => size > count,
      200,
    );
  }

  /** Sends the change a bare signal, as `temporal workflow signal` and the Temporal UI do. */
  async signalChange(name: 'pause' | 'resume' | 'abort'): Promise<void> {
    const workflowId = `change/${this.spec.id}`;
    await this.stage.client.temporal.workflow.getHandle(workflowId).signal(name);
    this.mark(`${name} by signal`, `temporal workflow signal --workflow-id ${workflowId} --name ${name}`);
  }
}
