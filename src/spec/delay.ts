import type { RollbackSpec } from './types.js';

/** What passes between harm that could be seen and harm undone, besides the gathering of evidence. In seconds. */
export interface Delay {
  /** Distance of the looks: harm is decided on at the next one. */
  lookSeconds: number;
  /** To take everything back, batch after batch. */
  undoSeconds: number;
  /** Both. */
  seconds: number;
}

/** Distance of the looks where no worker has told its pace. */
const usualLookSeconds = 10;

/** One batch: new processes up, old ones out of the routing. To be learnt from the journal; until then this. */
const batchSeconds = 10;

/** Taken back by the deadline at the latest. */
export function delayOf({ batchShare, deadlineSeconds }: RollbackSpec, lookSeconds = usualLookSeconds): Delay {
  const undoSeconds = Math.min(deadlineSeconds, Math.ceil(1 / batchShare - 1e-9) * batchSeconds);
  return { lookSeconds, undoSeconds, seconds: lookSeconds + undoSeconds };
}
