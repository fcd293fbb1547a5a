import { setTimeout as sleep } from 'node:timers/promises';
import { GraywaveError } from '../errors.js';
import { type ChangeStatus, isTerminal } from '../workflows/messages.js';

export interface WaitOptions {
  signal?: AbortSignal;
  /** Called at every new state, reason or wave phase, the first included. */
  onStatus?: (status: ChangeStatus) => void;
  /** Called when the status cannot be had for now; the waiting goes on. */
  onTrouble?: (error: GraywaveError) => void;
  everyMs?: number;
}

/** Errors that waiting outlives: somebody will start the worker or the server again. */
const passing: ReadonlySet<string> = new Set(['NOT_ANSWERED', 'TEMPORAL_UNREACHABLE']);

export async function waitFor(status: () => Promise<ChangeStatus>, options: WaitOptions): Promise<ChangeStatus> {
  const { signal, onStatus, onTrouble, everyMs = 500 } = options;
  let told = '';
  for (;;) {
    signal?.throwIfAborted();
    try {
      const now = await status();
      const text = `${now.state} ${now.reason} ${now.wave} ${now.waves.map((wave) => wave.phase).join()}`;
      if (text !== told) onStatus?.(now);
      told = text;
      if (isTerminal(now.state) && now.endedMs !== null) return now;
    } catch (error) {
      if (!(error instanceof GraywaveError) || !passing.has(error.code)) throw error;
      onTrouble?.(error);
    }
    await sleep(everyMs, undefined, signal ? { signal } : {});
  }
}
