import { createHash } from 'node:crypto';
import { matcher } from './pattern.js';
import type { RawCount, RawLevel, Reading, StreamQuery } from './port.js';

/** One sample of one series, from whatever source. */
export interface Series {
  name: string;
  labels: Record<string, string>;
  /** Labels of its target, where the series has none of that name and the source has not added them itself. */
  target?: Record<string, string>;
  value: number;
  /** When it was taken, Unix ms, and on our own monotonic clock where nobody but us said when. */
  atMs: number;
  takenMs?: number;
  /** The process that exposes it; not always the target (the caller counts for the callee). */
  exporter: string;
}

export const startMetric = 'process_start_time_seconds';

export function label({ labels, target }: Series, name: string): string {
  if (Object.hasOwn(labels, name)) return labels[name] ?? '';
  return target !== undefined && Object.hasOwn(target, name) ? (target[name] ?? '') : '';
}

/** Whether a series belongs to a query: its service, its labels, and a target to count for. */
export function belongs(series: Series, query: Pick<StreamQuery, 'service' | 'by' | 'select'>): boolean {
  if (label(series, 'service') !== query.service || label(series, query.by) === '') return false;
  return Object.entries(query.select).every(([name, value]) => label(series, name) === value);
}

/** Names of the series that a query needs. */
export function namesOf(query: StreamQuery): string[] {
  const { measure } = query;
  if (measure.kind === 'ratio') return [measure.counter];
  if (measure.kind === 'gauge') return [measure.gauge];
  return [`${measure.histogram}_bucket`, `${measure.histogram}_count`];
}

/** Every sample there is → one row per stream and target; the same arithmetic for every source. */
export function rowsOf(
  queries: readonly StreamQuery[],
  all: Series[],
  staleAfterMs: number,
): Pick<Reading, 'counts' | 'levels'> {
  const byName = groupByName(all);
  const starts = startsOf(byName.get(startMetric) ?? []);
  const gauges = queries.filter(({ measure }) => measure.kind === 'gauge');
  const counted = queries.filter(({ measure }) => measure.kind !== 'gauge');
  const counts = counted.flatMap((query) =>
    targetsOf(query, byName).flatMap(([target, group]) => {
      const row = rowOf(query, target, group, starts);
      return row === null ? [] : [{ ...row, staleAfterMs }];
    }),
  );
  if (gauges.length === 0) return { counts };
  return { counts, levels: gauges.flatMap((query) => levelRows(query, targetsOf(query, byName), starts)) };
}

function levelRows(
  { stream }: StreamQuery,
  targets: readonly [string, Series[]][],
  starts: Map<string, number>,
): RawLevel[] {
  return targets.flatMap(([target, group]) => {
    const value = sum(group);
    if (!Number.isFinite(value)) return [];
    const begun = group.map(({ exporter }) => starts.get(exporter)).filter((seconds) => seconds !== undefined);
    const atMs = group.reduce((latest, series) => Math.max(latest, series.atMs), -Infinity);
    const startedMs = begun.length === 0 ? null : Math.max(...begun) * 1000;
    return [{ stream, target, value, atMs, startedMs }];
  });
}

/** The newest series of each target of a query. */
function targetsOf(query: StreamQuery, byName: Map<string, Series[]>): [string, Series[]][] {
  const targets = new Map<string, Series[]>();
  for (const series of namesOf(query).flatMap((name) => byName.get(name) ?? [])) {
    if (!belongs(series, query)) continue;
    const target = label(series, query.by);
    const group = targets.get(target);
    if (group === undefined) targets.set(target, [series]);
    else group.push(series);
  }
  return [...targets].map(([target, group]) => [target, newest(group)]);
}

/** A series its exporter no longer shows is not in the exporter's newest sample: it does not count any more. */
function newest(group: Series[]): Series[] {
  const latest = new Map<string, number>();
  for (const { exporter, atMs } of group) latest.set(exporter, Math.max(latest.get(exporter) ?? -Infinity, atMs));
  return group.filter((series) => series.atMs === latest.get(series.exporter));
}

function rowOf(query: StreamQuery, target: string, group: Series[], starts: Map<string, number>): RawCount | null {
  const { measure, stream } = query;
  // One unreadable counter makes the target's sum unknown, not smaller.
  if (group.some(({ value }) => !(value >= 0 && value < Infinity))) return null;
  if (measure.kind === 'gauge') return null;
  const counted = measure.kind === 'ratio' ? ratio(group, measure.bad) : slower(group, measure.histogram, measure.le);
  if (counted === null) return null;
  const atMs = group.reduce((latest, series) => Math.max(latest, series.atMs), -Infinity);
  // NaN as soon as one of them has a time of its own.
  const takenMs = group.reduce((latest, series) => Math.max(latest, series.takenMs ?? Number.NaN), -Infinity);
  const taken = Number.isNaN(takenMs) ? {} : { takenMs };
  return { stream, target, incarnation: incarnationOf(group, starts), atMs, ...taken, ...counted };
}

function ratio(group: Series[], bad: Record<string, string>): { total: number; bad: number } {
  const tests = Object.entries(bad).map(([name, pattern]) => ({ name, match: matcher(pattern) }));
  const isBad = (series: Series): boolean => tests.every(({ name, match }) => match(label(series, name)));
  return { total: sum(group), bad: sum(group.filter(isBad)) };
}

/** null when a histogram has no such bucket: its slow requests are unknown, not all. */
function slower(group: Series[], histogram: string, le: number): { total: number; bad: number } | null {
  const counts = group.filter((series) => series.name === `${histogram}_count`);
  const buckets = group.filter((series) => series.name !== `${histogram}_count` && boundOf(series) === le);
  if (counts.length === 0 || counts.length !== buckets.length) return null;
  const total = sum(counts);
  return { total, bad: Math.max(0, total - sum(buckets)) };
}

/** Bucket bounds are compared as numbers: `1`, `1.0` and `1e+00` are one. */
export function boundOf(series: Series): number {
  const le = label(series, 'le');
  return le === '+Inf' ? Infinity : le === '' ? Number.NaN : Number(le);
}

function sum(group: Series[]): number {
  return group.reduce((total, series) => total + series.value, 0);
}

/**
 * The start time of the process that counts. Where several processes count for one target (callers), a hash over all of
 * them and their starts: one that restarts, vanishes or joins makes the sum another counter, never an increase.
 */
function incarnationOf(group: Series[], starts: Map<string, number>): string {
  const exporters = [...new Set(group.map((series) => series.exporter))].sort();
  const started = exporters.map((exporter) => String(starts.get(exporter) ?? ''));
  if (exporters.length === 1) return started[0] ?? '';
  const text = exporters.map((exporter, index) => `${exporter}@${started[index]}`).join('\n');
  return `h${createHash('sha256').update(text).digest('hex').slice(0, 12)}`;
}

function startsOf(series: Series[]): Map<string, number> {
  const starts = new Map<string, { value: number; atMs: number }>();
  for (const { exporter, value, atMs } of series) {
    const known = starts.get(exporter);
    if (Number.isFinite(value) && (known === undefined || known.atMs < atMs)) starts.set(exporter, { value, atMs });
  }
  return new Map([...starts].map(([exporter, { value }]) => [exporter, value]));
}

function groupByName(all: Series[]): Map<string, Series[]> {
  const groups = new Map<string, Series[]>();
  for (const series of all) {
    const group = groups.get(series.name);
    if (group === undefined) groups.set(series.name, [series]);
    else group.push(series);
  }
  return groups;
}
