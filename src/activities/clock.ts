import { activityInfo } from '@temporalio/activity';

/** What time it is for a look, Unix ms; never goes back. */
export interface Clock {
  nowMs(): number;
}

/**
 * The Temporal server's time, as far as this attempt can know it: when the server scheduled the attempt, and what has
 * passed since the attempt began on a clock that nobody can set. The bake is the workflow's, so it is measured by the
 * workflow's clock: with the machine's own, one that is an hour ahead would end it at once, one that is set back an hour
 * would watch that hour twice. It is behind the server's by what the attempt waited in its queue (15 s at most for a
 * watcher) and never ahead, so a bake may end that much late and never early; and no attempt is behind the one before it.
 */
export function serverClock(): Clock {
  const { currentAttemptScheduledTimestampMs } = activityInfo();
  const zeroMs = currentAttemptScheduledTimestampMs - performance.now();
  return { nowMs: () => Math.round(zeroMs + performance.now()) };
}
