/** Which instances run the changed version and which the version before, at the moment of deciding. */
import type { EdgeSeries, Rollout, RolloutInput, UsageSeries } from './types.js';

export interface Arms {
  change: Rollout;
  /** Changed instances, each with the moment from which it may be seen. */
  changed: Map<string, number>;
  /** Instances of the version before that no step has removed: their addresses are given to others at once. */
  unchanged: Set<string>;
  /** Server side of the service's edges (client side of one that nobody calls), and memory, of each arm. */
  served: { changed: EdgeSeries[]; unchanged: EdgeSeries[] };
  used: { changed: UsageSeries[]; unchanged: UsageSeries[] };
}

/** `input` as seen by the moment of deciding. */
export function armsOf(input: RolloutInput, change: Rollout): Arms {
  const changed = new Map<string, number>();
  const unchanged = new Set(change.unchanged);
  change.steps.forEach((step, i) => {
    const since = i === 0 ? change.releasedMs : (step.completeMs ?? input.atMs);
    for (const instance of step.started) changed.set(instance, since);
    for (const instance of step.removed) unchanged.delete(instance);
  });
  const { service } = change;
  const served = input.edges.filter(({ side, callee }) => side === 'server' && callee === service);
  const edges =
    served.length > 0 ? served : input.edges.filter(({ side, caller }) => side === 'client' && caller === service);
  return {
    change,
    changed,
    unchanged,
    served: {
      changed: edges.filter(({ instance }) => changed.has(instance)),
      unchanged: edges.filter(({ instance }) => unchanged.has(instance)),
    },
    used: {
      changed: input.usage.filter(({ instance }) => changed.has(instance)),
      unchanged: input.usage.filter(({ instance }) => unchanged.has(instance)),
    },
  };
}

/** First sample of a changed instance with requests, and the length of the step that it tells of; null: none yet. */
export function firstServed(arms: Arms): { atMs: number; stepMs: number } | null {
  let first: { atMs: number; stepMs: number } | null = null;
  for (const series of arms.served.changed) {
    const since = arms.changed.get(series.instance) ?? Infinity;
    const atMs = series.atMs.find((at, i) => at > since && series.success[i] !== null);
    if (atMs !== undefined && (first === null || atMs < first.atMs)) first = { atMs, stepMs: series.stepMs };
  }
  return first;
}

/** First sample of a changed instance, requests or not; null: nobody has seen one. */
export function firstSeenMs(arms: Arms): number | null {
  const firsts = arms.served.changed.flatMap(({ instance, atMs }) => {
    const since = arms.changed.get(instance) ?? Infinity;
    return atMs.find((at) => at > since) ?? [];
  });
  return firsts.length === 0 ? null : Math.min(...firsts);
}

/** Whether `caller` has asked a changed instance from then on; taken for granted where none was ever seen. */
export function asked(arms: Arms, caller: string, fromMs: number): boolean {
  if (firstSeenMs(arms) === null) return true;
  return arms.served.changed.some((series) => {
    if (series.caller !== caller) return false;
    return series.atMs.some((at, i) => at >= fromMs && series.success[i] !== null);
  });
}
