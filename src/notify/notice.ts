import type { Level } from '../spec/types.js';

/** What happened. `events` says what each of them is to whoever is told. */
export type NoticeEvent =
  | 'waits'
  | 'held'
  | 'unwatched'
  | 'source_down'
  | 'rolling_back'
  | 'completed'
  | 'intercepted'
  | 'rolled_back'
  | 'not_restored'
  | 'cancelled'
  | 'found_unsettled'
  | 'stuck'
  | 'cannot_restore'
  | 'hold_begun'
  | 'hold_ended';

export type Urgency = 'info' | 'warning' | 'page';

/** One thing to tell people. Plain JSON. Title and text may hold words of a spec, so nothing in them is trusted. */
export interface Notice {
  /** The same notice sent again has the same id; the notice that ends it has another. */
  id: string;
  event: NoticeEvent;
  urgency: Urgency;
  title: string;
  text: string;
  /** Null when it is about no single change, for example about a hold. */
  changeId: string | null;
  owner: string | null;
  level: Level | null;
  services: string[];
  atMs: number;
  /**
   * True when it ends an earlier notice. A pager knows that one by event, change, owner and services, so all four have
   * to be as they were; otherwise the alert goes on until its time is up.
   */
  over: boolean;
}

/**
 * For each event: how urgent it is when nothing else is known, and whether it lasts until a notice says that it is
 * over. What does not last is told once.
 */
export const events: Readonly<Record<NoticeEvent, { urgency: Urgency; lasts: boolean }>> = {
  waits: { urgency: 'warning', lasts: true },
  held: { urgency: 'info', lasts: true },
  unwatched: { urgency: 'page', lasts: true },
  source_down: { urgency: 'warning', lasts: true },
  rolling_back: { urgency: 'warning', lasts: true },
  completed: { urgency: 'info', lasts: false },
  intercepted: { urgency: 'warning', lasts: false },
  rolled_back: { urgency: 'warning', lasts: false },
  not_restored: { urgency: 'page', lasts: true },
  cancelled: { urgency: 'info', lasts: false },
  found_unsettled: { urgency: 'warning', lasts: false },
  stuck: { urgency: 'page', lasts: true },
  cannot_restore: { urgency: 'page', lasts: true },
  hold_begun: { urgency: 'info', lasts: true },
  hold_ended: { urgency: 'info', lasts: false },
};

export const noticeEvents = Object.keys(events) as readonly NoticeEvent[];
