import type { RawCount, Reading } from './port.js';

/** undefined share: no target has the series at all; null: no events yet. Rate over the targets, null when unknown. */
export interface Traffic {
  share: number | null | undefined;
  eventsPerSecond: number | null;
}

/**
 * Traffic of one stream over the targets from two readings. The share is since each process's start: two seconds hold too
 * few bad events. The rate is between the readings where a new sample came, else over the process's life.
 */
export function measured(stream: string, targets: Set<string>, first: Reading[], second: Reading[]): Traffic {
  const pick = (readings: Reading[]): Map<string, RawCount> => {
    const rows = readings.flatMap(({ counts }) => counts);
    const mine = rows.filter((row) => row.stream === stream && targets.has(row.target));
    return new Map(mine.map((row) => [row.target, row]));
  };
  const before = pick(first);
  const after = pick(second);
  // A target that answered only once is no less there.
  const rows = [...new Map([...before, ...after]).values()];
  if (rows.length === 0) return { share: undefined, eventsPerSecond: null };
  const total = rows.reduce((sum, row) => sum + row.total, 0);
  const bad = rows.reduce((sum, row) => sum + row.bad, 0);
  const rates = rows.flatMap((row) => rateOf(before.get(row.target), row) ?? []);
  const perTarget = rates.length === 0 ? null : rates.reduce((sum, rate) => sum + rate, 0) / rates.length;
  return {
    share: total > 0 ? Math.min(1, bad / total) : null,
    eventsPerSecond: perTarget === null ? null : perTarget * rows.length,
  };
}

function rateOf(before: RawCount | undefined, row: RawCount): number | null {
  const sameProcess = before !== undefined && before.incarnation === row.incarnation && row.total >= before.total;
  if (sameProcess && row.atMs > before.atMs) return ((row.total - before.total) * 1000) / (row.atMs - before.atMs);
  const startedMs = row.incarnation === '' ? Number.NaN : Number(row.incarnation) * 1000;
  return row.atMs > startedMs ? (row.total * 1000) / (row.atMs - startedMs) : null;
}
