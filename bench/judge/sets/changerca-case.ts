/** A case of ChangeRCA's public data as the judge of rollouts reads it. */
import type { EdgeSeries, EdgeView, Rollout, RolloutInput, UsageSeries } from '../../../src/judge/rollout/types.js';

export interface Case {
  case: string;
  step_s: number;
  alert_ts: number;
  changes: { id: string; service: string; release_ts: number; steps: Step[] }[];
  topology: [string, string][];
  pods: Record<string, { service: string; version: string }>;
  edge_series: Record<string, { t: number[]; success_pct: (number | null)[]; latency_s: (number | null)[] }>;
  pod_series: Record<string, { t: number[]; mem_pct: (number | null)[] }>;
  edge_success: Record<'success_seen_by_callee' | 'success_seen_by_caller', View>;
}

interface Step {
  complete_ts: number | null;
  new_pods: string[];
  removed_pods: string[];
}

interface View {
  t: number[];
  edges: Record<string, (number | null)[]>;
}

/** Everything of the case, whenever it was seen: the judge itself uses only what is not later than `atMs`. */
export function inputOf(one: Case): Omit<RolloutInput, 'atMs'> {
  const stepMs = one.step_s * 1000;
  return {
    changes: one.changes.map(
      (change): Rollout => ({
        change: change.id,
        service: change.service,
        releasedMs: change.release_ts * 1000,
        unchanged: Object.entries(one.pods)
          .filter(([, { service, version }]) => service === change.service && version === 'v1')
          .map(([pod]) => pod),
        steps: change.steps.map((step) => ({
          completeMs: step.complete_ts === null ? null : step.complete_ts * 1000,
          started: step.new_pods,
          removed: step.removed_pods,
        })),
      }),
    ),
    calls: one.topology,
    edges: Object.entries(one.edge_series).map(([key, series]): EdgeSeries => {
      const [instance = '', edge = ''] = key.split('|');
      const [caller = '', callee = ''] = edge.split('>');
      const side = one.pods[instance]?.service === callee ? 'server' : 'client';
      return {
        instance,
        caller,
        callee,
        side,
        stepMs,
        atMs: milliseconds(series.t),
        success: shares(series.success_pct),
        latencySeconds: series.latency_s,
      };
    }),
    usage: Object.entries(one.pod_series).map(
      ([instance, series]): UsageSeries => ({ instance, atMs: milliseconds(series.t), memory: series.mem_pct }),
    ),
    views: [
      ...views(one.edge_success.success_seen_by_callee, 'server', stepMs),
      ...views(one.edge_success.success_seen_by_caller, 'client', stepMs),
    ],
  };
}

function views(view: View, side: EdgeView['side'], stepMs: number): EdgeView[] {
  const atMs = milliseconds(view.t);
  return Object.entries(view.edges).map(([edge, success]) => {
    const [caller = '', callee = ''] = edge.split('>');
    return { caller, callee, side, stepMs, atMs, success: shares(success) };
  });
}

const milliseconds = (seconds: readonly number[]): number[] => seconds.map((second) => second * 1000);
const shares = (percents: readonly (number | null)[]): (number | null)[] =>
  percents.map((percent) => (percent === null ? null : percent / 100));
