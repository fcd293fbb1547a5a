import { GraywaveError } from '../errors.js';
import type { Notice } from './notice.js';

/** A way to tell people: one try, safe to repeat. */
export interface Channel {
  /** Throws GraywaveError NOTICE_FAILED (time may cure it) or NOTICE_REFUSED, and the signal's reason once it is aborted. */
  send(notice: Notice, signal: AbortSignal): Promise<void>;
}

/** What is common to all channels once their configuration is read. */
export interface Named {
  /** The name that routes use; the only thing about a channel that may stand in any message. */
  name: string;
  timeoutMs: number;
}

export const failed = (channel: string, what: string): GraywaveError =>
  new GraywaveError('NOTICE_FAILED', `channel ${JSON.stringify(channel)}: ${what}`);

export const refused = (channel: string, what: string, hint?: string): GraywaveError =>
  new GraywaveError(
    'NOTICE_REFUSED',
    `channel ${JSON.stringify(channel)}: ${what}`,
    hint === undefined ? {} : { hint },
  );
