/** Who has a resource, and who waits for it, in order. */
export interface LeaseState {
  resource: string;
  holder: Waiter | null;
  queue: Waiter[];
}

export interface Waiter {
  changeId: string;
  sinceMs: number;
}

export interface AcquireRequest {
  changeId: string;
  /** Whom the journal names as the owner; null when the journal was not asked. */
  holder: string | null;
}

export type LeaseAnswer = { held: true } | { held: false; holder: string; place: number; sinceMs: number };
