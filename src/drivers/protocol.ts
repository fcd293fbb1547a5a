import type { Json, PartSpec } from '../spec/types.js';

/**
 * What a driver and the engine say to each other: plain JSON, so that a driver can be written in any language.
 * `docs/driver-protocol.md` is the page for its authors. The four verbs are activities named `plan`, `apply`,
 * `verify` and `revert` on the task queue `graywave.driver.<name>`; `revert`, and the `verify` that follows it, are
 * called on `graywave.driver.<name>.revert`, so that nothing that waits can delay them.
 */
export interface Target {
  id: string;
  /** What waves select by, for example `{ zone: 'a' }`. */
  labels: Record<string, string>;
  /** Share of the part's traffic or users that this target carries; the driver's best knowledge, sums to about 1. */
  share: number;
}

export interface PlanRequest {
  changeId: string;
  part: PartSpec;
}

export interface PlanAnswer {
  targets: Target[];
  /** False: `revert` cannot bring the before-state back. */
  reversible: boolean;
  /** Names of what this part touches, for example `process:example/checkout`; nobody else may touch them meanwhile. */
  resources: string[];
  /** Target id → whatever `revert` needs to restore it, and `apply` to see that nobody changed it meanwhile. */
  before: Record<string, Json>;
  /** Lines for people: what will happen. */
  preview: string[];
}

/** The permission that goes with every touch. Made by the gate, after the journal took the record. */
export interface Grant {
  changeId: string;
  /** `<changeId>/<part>/<wave>/<verb>`: at most one effective application under one key. */
  key: string;
  specHash: string;
  /** Number of the journal record; a target that keeps one refuses an older. The record's revert carries epoch + 1. */
  epoch: number;
  /** Workflow ids that would be holds over this touch, if they run; empty where none can keep it back. */
  holds: string[];
}

export interface ApplyRequest {
  changeId: string;
  part: PartSpec;
  targets: string[];
  before: Record<string, Json>;
  grant: Grant;
}

export type TouchOutcome = 'touched' | 'already';

export interface ApplyAnswer {
  targets: { id: string; outcome: TouchOutcome }[];
}

export interface VerifyRequest {
  changeId: string;
  part: PartSpec;
  targets: string[];
  before: Record<string, Json>;
  /** What the caller hopes to find. */
  expect: 'after' | 'before';
}

/** What is really there: the after-state, the before-state, something else, or nothing that answers. */
export type Found = 'after' | 'before' | 'other' | 'missing';

export interface VerifyAnswer {
  targets: { id: string; found: Found; detail: string }[];
}

export interface RevertRequest {
  changeId: string;
  part: PartSpec;
  targets: string[];
  before: Record<string, Json>;
  grant: Grant;
  /** True: take the targets out of service instead of restoring them; the last resort when restoring failed. */
  drain: boolean;
}

export interface RevertAnswer {
  targets: { id: string; outcome: TouchOutcome }[];
}

/** What a driver's kit puts into the heartbeat that asks for each touch; the next attempt reads the last one. */
export interface Intent {
  target: string;
  key: string;
  epoch: number;
  /** Targets whose touch was reported finished under this key. */
  done: string[];
  /** Targets whose touch was asked for and not reported yet, this one among them. */
  open?: string[];
}

export const driverQueue = (driver: string): string => `graywave.driver.${driver}`;
export const revertQueue = (driver: string): string => `graywave.driver.${driver}.revert`;
