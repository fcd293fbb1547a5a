/** A freeze over a scope: what it says of itself, in its memo and to the query `status`. */
export interface HoldState {
  scope: string;
  reason: string;
  owner: string;
  sinceMs: number;
  /** It ends by itself then. */
  untilMs: number;
  /** Who ended it, and why; null while it is in force. */
  lifted: { by: string; reason: string } | null;
}

export interface ExtendHoldRequest {
  by: string;
  reason: string;
  untilMs: number;
}

export interface LiftRequest {
  by?: string;
  reason?: string;
}
