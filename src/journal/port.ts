import type { ChangeSpec, Json } from '../spec/types.js';

/**
 * The journal: the append-only record, outside history, of every touch before it happens. It is the lock: a change whose
 * last record is not settled owns its resources. DESIGN §5.8.
 */
export interface TouchRecord {
  kind: 'touch';
  changeId: string;
  /** `<changeId>/<part>/<wave>/<verb>`. */
  key: string;
  /** All resources of the change, named in its first record. */
  resources: string[];
  part: string;
  driver: string;
  targets: string[];
  before: Record<string, Json>;
  specHash: string;
  /**
   * In a change's first record only: the newest epoch when its before-states were about to be read. Who was settled on one
   * of its resources since then may have changed the world after that (`stale`).
   */
  plannedAfter?: number;
  /** In a change's first record only: all that is needed to start it again when Temporal has forgotten it. */
  submitted?: Submitted;
}

/** What a change's workflow was started with. */
export interface Submitted {
  engine: number;
  spec: ChangeSpec;
  submittedBy: string;
}

/**
 * A person or a machine has decided something about the change. `adopt`: these targets are as a hand has put them, and
 * stay so. `leave`: the change ends with the world as it is. `undo`: somebody takes it back without Temporal, so every
 * live gate is behind. `retry`: a change that ended `not_restored` is taken up again. `continue`: the same change goes
 * on as another run.
 */
export interface ActRecord {
  kind: 'act';
  act: 'adopt' | 'leave' | 'undo' | 'retry' | 'continue';
  changeId: string;
  key: string;
  /** Who, as told by the caller. */
  person: string;
  reason: string;
  /** Of `adopt`. */
  targets: string[];
}

export interface SettleRecord {
  kind: 'settle';
  changeId: string;
  key: string;
  /** Terminal state of the change. */
  state: string;
  reason: string;
}

export type JournalRecord = TouchRecord | SettleRecord | ActRecord;

export type AppendAnswer =
  /** Taken, or taken before under the same key by the same run. */
  | { outcome: 'taken'; epoch: number }
  /** The change's last record is not `expect`: the world is ahead of this run. Null: it has no record at all. */
  | { outcome: 'behind'; last: Entry | null }
  /** Another change is unsettled on one of the resources. */
  | { outcome: 'busy'; resource: string; holder: string }
  /** Another change was settled on one of the resources after `plannedAfter`: what was planned may be true no more. */
  | { outcome: 'stale'; resource: string; holder: string };

export type Entry = JournalRecord & { epoch: number; atMs: number; by: string };

export interface Journal {
  /**
   * Takes the record atomically, or refuses it. `expect` is the epoch of the record this run wrote last, 0 for none;
   * `by` names the run (Temporal's run id), so that a run started again is told `behind` and can only restore.
   * Throws GraywaveError JOURNAL_UNWRITABLE; then nothing is known to be taken, and asking again is safe.
   */
  append(record: JournalRecord, expect: number, by: string): Promise<AppendAnswer>;
  /** All records of one change, oldest first. */
  entries(changeId: string): Promise<Entry[]>;
  /** Epoch of the newest record, 0 for none. */
  head(): Promise<number>;
  /** Last record of each change that is not settled, oldest first. */
  unsettled(): Promise<Entry[]>;
  close(): Promise<void>;
}
