/** What had been seen at the moment of deciding. Everything else works on this, so nothing later can leak in. */
import type { Rollout, RolloutInput } from './types.js';

/** The input without samples later than `atMs`, without later steps not complete by then. */
export function seenBy(input: RolloutInput): RolloutInput {
  const { atMs } = input;
  return {
    ...input,
    changes: input.changes.map((change) => seenSteps(change, atMs)),
    edges: input.edges.map((series) => cut(series, ['success', 'latencySeconds'], atMs)),
    usage: input.usage.map((series) => cut(series, ['memory'], atMs)),
    views: input.views.map((series) => cut(series, ['success'], atMs)),
  };
}

function seenSteps(change: Rollout, atMs: number): Rollout {
  const complete = (ms: number | null): boolean => ms !== null && ms <= atMs;
  const steps = change.steps
    .filter((step, i) => i === 0 || complete(step.completeMs))
    .map((step) => (complete(step.completeMs) ? step : { ...step, completeMs: null }));
  return { ...change, steps };
}

function cut<K extends string, S extends { atMs: number[] } & Record<K, (number | null)[]>>(
  series: S,
  columns: readonly K[],
  atMs: number,
): S {
  let end = series.atMs.length;
  while (end > 0 && (series.atMs[end - 1] ?? 0) > atMs) end--;
  if (end === series.atMs.length) return series;
  const shorter = columns.map((column) => [column, series[column].slice(0, end)]);
  return { ...series, ...Object.fromEntries(shorter), atMs: series.atMs.slice(0, end) };
}
