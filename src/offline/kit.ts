import type { Kit } from '../drivers/driver.js';

/**
 * What a driver gets where there is no Temporal to ask: every touch is made. That nobody else touches at the same time
 * is seen to beforehand, by the journal's record of the undoing, and by targets that refuse an older epoch.
 */
export const unaskedKit = (signal: AbortSignal): Kit => ({
  signal,
  doubtful: [],
  async touch(_target, act) {
    signal.throwIfAborted();
    return act();
  },
});
