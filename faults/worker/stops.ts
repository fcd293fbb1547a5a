import { setTimeout as sleep } from 'node:timers/promises';
import { Context } from '@temporalio/activity';
import { GraywaveError } from '../../src/errors.js';
import type { Mark, Signs } from '../signs.js';

const pollMs = 20;

/** Where calls of the engine's ports stop when this program says so. */
export class Stops {
  constructor(readonly signs: Signs) {}

  /** Waits here if this is the change's stop, until it is released or this process is dead. */
  async at(changeId: string, stop: string): Promise<void> {
    if (this.signs.stopOf(changeId) !== stop) return;
    this.mark(changeId, stop, 'stopped');
    while (!this.signs.isReleased(changeId)) await sleep(pollMs);
    this.mark(changeId, stop, 'passed');
  }

  /** Runs a call in which the change may stop, and notes how it ended if it did. */
  async around<T>(changeId: string, body: () => Promise<T>): Promise<T> {
    const stop = this.signs.stopOf(changeId);
    if (stop === null) return body();
    const outcome = await body().then(
      (value) => ({ value, code: 'ok' }),
      (error: unknown) => ({ error, code: error instanceof GraywaveError ? error.code : String(error) }),
    );
    const isPass = (mark: Mark): boolean => mark.at === stop && mark.what === 'passed' && mark.pid === process.pid;
    // Only where it stopped itself; others of the same change may have ended long before.
    const stopped = this.signs.marks(changeId).some(isPass);
    if (stopped) this.mark(changeId, stop, 'ended', outcome.code);
    if ('value' in outcome) return outcome.value;
    throw outcome.error;
  }

  mark(changeId: string, at: string, what: Mark['what'], outcome?: string): void {
    const { isLocal } = Context.current().info;
    const mark: Mark = { at, what, pid: process.pid, local: isLocal, ms: Date.now() };
    this.signs.mark(changeId, outcome === undefined ? mark : { ...mark, outcome });
  }
}
