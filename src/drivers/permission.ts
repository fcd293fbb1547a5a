import { Context } from '@temporalio/activity';
import { GraywaveError } from '../errors.js';
import { askTemporal } from './heartbeat.js';
import { heldAmong } from './holds.js';
import type { Intent } from './protocol.js';

/**
 * The longest time between asking for the holds and touching. `hold` answers only after a longer wait, so that what it
 * says is true: no wave begins any more.
 */
export const checkToTouchMs = 400;

/** How long `hold` waits before it answers: whoever found no hold before it was there has touched, or asks again. */
export const holdBarrierMs = checkToTouchMs + 200;

const patienceMs = 2_000;
/** Touches that come within this time of a question share its answer; well within the time from check to touch. */
const sharedMs = 150;

/**
 * Returns when this attempt may touch, at once: Temporal still wants it, and none of the holds is in force. Throws
 * TOUCH_REFUSED or HELD with nothing touched; while Temporal does not answer, or answers too slowly to be true still,
 * it asks again.
 */
export async function mayTouch(intent: Intent, holds: readonly string[], signal: AbortSignal): Promise<void> {
  if (holds.length === 0) return askTemporal(intent, signal);
  for (;;) {
    const [{ held, askedMs }] = await Promise.all([heldBy(holds, signal), askTemporal(intent, signal)]);
    if (held.length > 0) throw new GraywaveError('HELD', `Held by ${held.join(', ')}; nothing more was touched.`);
    if (performance.now() - askedMs < checkToTouchMs) return;
  }
}

async function heldBy(holds: readonly string[], signal: AbortSignal): Promise<{ held: string[]; askedMs: number }> {
  const { client } = Context.current();
  for (let pauseMs = 50; ; pauseMs = Math.min(pauseMs * 2, 2_000)) {
    try {
      return await client.withDeadline(Date.now() + patienceMs, () => heldAmong(client, holds, sharedMs));
    } catch {
      // Nobody knows, so nothing is touched; whether this attempt is wanted at all is asked beside.
      if (signal.aborted) throw new GraywaveError('TOUCH_REFUSED', 'Touch refused: this attempt was told to stop.');
    }
    await new Promise((resolve) => setTimeout(resolve, pauseMs));
  }
}
