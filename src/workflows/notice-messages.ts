import type { Notice } from '../notify/notice.js';

export interface NoticeInput {
  notice: Notice;
  /** Names of channels that the worker's configuration knows. */
  channels: string[];
}

export interface NoticeEnd {
  delivered: string[];
  /** Channel → why it did not take the notice to the end of its time. */
  failed: Record<string, string>;
}
