import {
  closeSync,
  existsSync,
  fsyncSync,
  mkdirSync,
  openSync,
  readdirSync,
  readFileSync,
  renameSync,
  writeSync,
} from 'node:fs';
import { join } from 'node:path';
import type { AppliedEntry } from '../wire.js';

/** A process we started; `birth` tells it from a later one with the same pid. */
export interface ProcessRecord {
  pid: number;
  port: number;
  birth: string | null;
  startedAt: string;
}

/** A new process that does not serve yet; found after a crash of the supervisor, it is stopped. */
export interface PendingRecord {
  pid: number | null;
  port: number;
  birth: string | null;
}

/** One place for one process, and everything that must survive the supervisor's death. */
export interface Slot {
  id: string;
  service: string;
  zone: string;
  version: string;
  /** Key and verb of the last touch that took effect or found its work done. */
  key: string | null;
  verb: 'put' | 'drain' | null;
  epoch: number;
  /** False: taken out of service. */
  serving: boolean;
  process: ProcessRecord | null;
  pending: PendingRecord | null;
  /** The process this one replaced, still finishing its requests. */
  leaving: ProcessRecord | null;
  /** An effect that is decided but may not be in `applied.ndjson` yet. */
  unlogged: AppliedEntry | null;
}

export function newSlot(id: string, service: string, zone: string, version: string): Slot {
  const none = { key: null, verb: null, process: null, pending: null, leaving: null, unlogged: null };
  return { id, service, zone, version, epoch: 0, serving: true, ...none };
}

/** Slots in files of their own, replaced whole: after a power cut a file is the old one or the new one. */
export interface SlotStore {
  readAll(): Slot[];
  /** Takes the changes over into the slot after they are on disk. */
  save(slot: Slot, changes: Partial<Slot>): void;
}

export function slotStore(stateDir: string): SlotStore {
  const folder = join(stateDir, 'slots');
  mkdirSync(folder, { recursive: true });
  return {
    readAll: () =>
      readdirSync(folder)
        .filter((name) => name.endsWith('.json'))
        .map((name) => JSON.parse(readFileSync(join(folder, name), 'utf8')) as Slot),
    save(slot, changes) {
      writeWhole(join(folder, `${slot.id}.json`), { ...slot, ...changes });
      Object.assign(slot, changes);
    },
  };
}

/** Writes a JSON file so that a reader, or a crash, sees the old content or the new one and nothing between. */
export function writeWhole(file: string, content: unknown): void {
  const next = `${file}.next`;
  const handle = openSync(next, 'w');
  try {
    writeSync(handle, `${JSON.stringify(content)}\n`);
    fsyncSync(handle);
  } finally {
    closeSync(handle);
  }
  renameSync(next, file);
}

export function readWhole(file: string): unknown {
  return existsSync(file) ? JSON.parse(readFileSync(file, 'utf8')) : undefined;
}
