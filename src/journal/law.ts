import type { AppendAnswer, Entry, JournalRecord } from './port.js';

/** What the journal's rules need to know of the records taken so far. */
export interface Law {
  /** Epoch of the record taken last; epochs step by two, the odd one in between belongs to a record's revert. */
  lastEpoch: number;
  /** Records taken, by change, oldest first. */
  byChange: Map<string, Entry[]>;
  /** Resource → change that is unsettled on it. */
  owners: Map<string, string>;
}

export const emptyLaw = (): Law => ({ lastEpoch: 0, byChange: new Map(), owners: new Map() });

/**
 * Decides one record against the records taken before it. The same rules for the file and for PostgreSQL:
 * 1. the same key again, asked by the same run, gets the same answer;
 * 2. `expect` must be the epoch of the change's last record, else the world is ahead of the caller (`behind`);
 * 3. a settled change takes no further record;
 * 4. no other change may be unsettled on a resource of the change (`busy`).
 */
export function decide(law: Law, record: JournalRecord, expect: number, by: string): AppendAnswer {
  const own = law.byChange.get(record.changeId) ?? [];
  const same = own.find((entry) => entry.key === record.key && entry.by === by);
  if (same) return { outcome: 'taken', epoch: same.epoch };
  const last = own.at(-1);
  if ((last?.epoch ?? 0) !== expect || last?.kind === 'settle') return { outcome: 'behind', last: last ?? null };
  if (record.kind === 'touch') {
    for (const resource of record.resources) {
      const holder = law.owners.get(resource);
      if (holder !== undefined && holder !== record.changeId) return { outcome: 'busy', resource, holder };
    }
  }
  return { outcome: 'taken', epoch: law.lastEpoch + 2 };
}

/** Enters a record that `decide` took. */
export function enter(law: Law, entry: Entry): void {
  const own = law.byChange.get(entry.changeId);
  if (own) own.push(entry);
  else law.byChange.set(entry.changeId, [entry]);
  law.lastEpoch = entry.epoch;
  if (entry.kind === 'touch') {
    for (const resource of entry.resources) law.owners.set(resource, entry.changeId);
  } else {
    for (const [resource, holder] of law.owners) if (holder === entry.changeId) law.owners.delete(resource);
  }
}

/** Last record of each change that is not settled, oldest first. */
export function unsettledOf(law: Law): Entry[] {
  const lasts = [...law.byChange.values()].map((own) => own.at(-1)).filter((entry) => entry !== undefined);
  return lasts.filter((entry) => entry.kind === 'touch').sort((a, b) => a.epoch - b.epoch);
}
