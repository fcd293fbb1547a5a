/**
 * What the driver and a fleet's supervisor say to each other over HTTP, as JSON. The supervisor owns the fleet's
 * processes; it is the target system, and everything the driver believes is read back from it or from the processes.
 */

/**
 * `running`: alive and routed (if its service is); `crashed`: was started and is dead; `drained`: alive, taken out of
 * the routing table; `stopped`: no process, and nobody expects one.
 */
export type InstanceState = 'running' | 'crashed' | 'drained' | 'stopped';

/** One slot as it really is at the moment of the answer. */
export interface Instance {
  id: string;
  service: string;
  zone: string;
  version: string;
  /** Key of the last touch this slot accepted; null before the first. */
  key: string | null;
  /** Highest epoch this slot has seen; an older one is refused. */
  epoch: number;
  pid: number | null;
  port: number | null;
  state: InstanceState;
  /** Its own health page answers as this instance. */
  healthy: boolean;
  /** RFC 3339, or null when no process was started. */
  startedAt: string | null;
}

/** `GET /fleet`. */
export interface FleetDescription {
  name: string;
  /** The supervisor's own process. */
  pid: number;
  /** False while the fleet starts. */
  ready: boolean;
  services: Record<string, { versions: string[]; instances: string[]; routed: boolean; health: string }>;
}

/** `PUT /instances/:id`. */
export interface PutRequest {
  version: string;
  key: string;
  epoch: number;
  /** Compare-and-set: refused (`changed`) when the slot is neither as expected nor already as wanted. */
  expect?: { version: string; state?: InstanceState } | undefined;
}

/** `POST /instances/:id/drain`. */
export interface DrainRequest {
  key: string;
  epoch: number;
}

export interface TouchAnswer {
  /** `already`: this key was applied before, or the slot is as wanted; nothing was touched, the epoch is remembered. */
  outcome: 'touched' | 'already';
  instance: Instance;
}

/** Why the supervisor did not do it; after each of them the slot is as it was before. */
export type RefusalCode =
  | 'bad_request'
  | 'unknown_instance'
  | 'unknown_version'
  | 'unsupported'
  | 'stale'
  | 'changed'
  | 'start_failed'
  | 'routing_failed'
  | 'stopping'
  | 'internal';

export interface RefusalBody {
  error: { code: RefusalCode; message: string };
}

/** One row of the routing table. */
export interface Route {
  id: string;
  port: number;
  zone: string;
  version: string;
}

export type RoutingTable = Record<string, Route[]>;

/** What a process of a fleet answers on its health page; `instance` and `pid` prove that it is who we think. */
export interface Health {
  service: string;
  instance: string;
  version: string;
  pid: number;
}

/** One line of `applied.ndjson`, the target's own log: one line for each effective touch. */
export interface AppliedEntry {
  at: string;
  instance: string;
  /** Version before. */
  from: string;
  /** Version after; null: out of service. */
  to: string | null;
  key: string;
  epoch: number;
  /** `undo`: a put or drain that the supervisor took back itself, because the edge could not be told. */
  verb: 'put' | 'drain' | 'undo';
}

/** One line of `refused.ndjson`. */
export interface RefusedEntry {
  at: string;
  instance: string;
  verb: 'put' | 'drain';
  key: string;
  epoch: number;
  code: RefusalCode;
  message: string;
}
