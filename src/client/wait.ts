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
  /**
   * How long a change that was ended outside Graywave is waited for: the warden starts it again within a minute, unless
   * it had touched nothing. Then CHANGE_ENDED. Default: 120.
   */
  endedForSeconds?: number;
}

/** Errors that waiting outlives: somebody will start the worker or the server again. */
const passing: ReadonlySet<string> = new Set(['NOT_ANSWERED', 'TEMPORAL_UNREACHABLE']);

export async function waitFor(status: () => Promise<ChangeStatus>, options: WaitOptions): Promise<ChangeStatus> {
  const { signal, onStatus, onTrouble, everyMs = 500, endedForSeconds = 120 } = options;
  let told = '';
  let goneMs: number | null = null;
  for (;;) {
    signal?.throwIfAborted();
    try {
      const now = await status();
      goneMs = null;
      const text = `${now.state} ${now.reason} ${now.wave} ${now.waves.map((wave) => wave.phase).join()}`;
      if (text !== told) onStatus?.(now);
      told = text;
      if (isTerminal(now.state) && now.endedMs !== null) return now;
    } catch (error) {
      if (!(error instanceof GraywaveError)) throw error;
      // Deleted with its history counts as well, where it was there before.
      const gone = error.code === 'CHANGE_ENDED' || (error.code === 'CHANGE_UNKNOWN' && told !== '');
      if (!gone && !passing.has(error.code)) throw error;
      if (!gone || goneMs === null) onTrouble?.(error);
      if (gone) goneMs ??= Date.now();
      if (goneMs !== null && Date.now() - goneMs > endedForSeconds * 1000) throw error;
    }
    await sleep(everyMs, undefined, signal ? { signal } : {});
  }
}
