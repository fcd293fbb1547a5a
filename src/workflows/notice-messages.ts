import type { Notice } from '../notify/notice.js';

export interface NoticeInput {
  notice: Notice;
  /** Names of channels that the worker's configuration knows. */
  channels: string[];
  /** Workflow id of the notice that this one ends: it must not be told after its end. */
  ends: string | null;
}

export interface NoticeEnd {
  delivered: string[];
  /** Channel → why it did not take the notice to the end of its time. */
  failed: Record<string, string>;
}
