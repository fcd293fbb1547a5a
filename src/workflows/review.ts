import type { Review } from './messages.js';

/** The step between classification and the first gate. There is no reviewer yet, and it says so rather than `pass`. */
export const review = (): Review => ({
  outcome: 'none',
  reason: 'No reviewer is configured; the change itself was not inspected.',
});
