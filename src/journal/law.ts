import type { AppendAnswer, Entry, JournalRecord } from './port.js';

/** What the journal's rules need to know of the records taken so far. */
export interface Law {
  /** Epoch of the record taken last; epochs step by two, the odd one in between belongs to a record's revert. */
  lastEpoch: number;
  /** Records taken, by change, oldest first. */
  byChange: Map<string, Entry[]>;
  /** Resource → change that is unsettled on it. */
  owners: Map<string, string>;
  /** Resource → change that was settled on it last, and when. */
  settled: Map<string, { changeId: string; epoch: number }>;
}

export const emptyLaw = (): Law => ({ lastEpoch: 0, byChange: new Map(), owners: new Map(), settled: new Map() });

/**
 * Decides one record against the records taken before it. The same rules for the file and for PostgreSQL:
 * 1. the same key again, asked by the same run, gets the same answer;
 * 2. `expect` must be the epoch of the change's last record, else the world is ahead of the caller (`behind`);
 * 3. a settled change takes no further record, but a `retry` of one that ended not restored;
 * 4. no other change may be unsettled on a resource of the change (`busy`);
 * 5. nor have been settled on one since the change's first record was planned (`stale`).
 */
export function decide(law: Law, record: JournalRecord, expect: number, by: string): AppendAnswer {
  const own = law.byChange.get(record.changeId) ?? [];
  const same = own.find((entry) => entry.key === record.key && entry.by === by);
  if (same) return { outcome: 'taken', epoch: same.epoch };
  const last = own.at(-1);
  const closed = last?.kind === 'settle' && !(isRetry(record) && last.state === 'not_restored');
  const misplaced = isRetry(record) && last?.kind !== 'settle';
  if ((last?.epoch ?? 0) !== expect || closed || misplaced) return { outcome: 'behind', last: last ?? null };
  for (const resource of claimedBy(record, own)) {
    const holder = law.owners.get(resource);
    if (holder !== undefined && holder !== record.changeId) return { outcome: 'busy', resource, holder };
  }
  const since = record.kind === 'touch' && own.length === 0 ? record.plannedAfter : undefined;
  for (const resource of since === undefined ? [] : claimedBy(record, own)) {
    const other = law.settled.get(resource);
    if (other && other.epoch > (since ?? 0)) return { outcome: 'stale', resource, holder: other.changeId };
  }
  return { outcome: 'taken', epoch: law.lastEpoch + 2 };
}

const isRetry = (record: JournalRecord): boolean => record.kind === 'act' && record.act === 'retry';

/** Resources that a record takes for its change, if nobody else has them. */
export function claimedBy(record: JournalRecord, own: readonly Entry[]): string[] {
  if (record.kind === 'touch') return record.resources;
  return isRetry(record) ? own.flatMap((entry) => (entry.kind === 'touch' ? entry.resources : [])) : [];
}

/** Enters a record that `decide` took. */
export function enter(law: Law, entry: Entry): void {
  const own = law.byChange.get(entry.changeId) ?? [];
  for (const resource of claimedBy(entry, own)) law.owners.set(resource, entry.changeId);
  own.push(entry);
  law.byChange.set(entry.changeId, own);
  law.lastEpoch = entry.epoch;
  if (entry.kind !== 'settle') return;
  const { changeId, epoch } = entry;
  for (const [resource, holder] of law.owners) {
    if (holder !== changeId) continue;
    law.owners.delete(resource);
    law.settled.set(resource, { changeId, epoch });
  }
}

/** Last record of each change that is not settled, oldest first. */
export function unsettledOf(law: Law): Entry[] {
  const lasts = [...law.byChange.values()].map((own) => own.at(-1)).filter((entry) => entry !== undefined);
  return lasts.filter((entry) => entry.kind !== 'settle').sort((a, b) => a.epoch - b.epoch);
}
