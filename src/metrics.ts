import type { MetricCounter, MetricGauge, MetricMeter } from '@temporalio/common';
import type { ErrorCode } from './errors.js';
import type { VerdictKind } from './judge/types.js';
import { type TerminalState, terminalStates } from './workflows/messages.js';

/**
 * Graywave's own metrics. They go through the meter of Temporal's runtime, so the worker serves them on one page with the
 * SDK's own, under exactly these names: the SDK puts no prefix before them and no suffix behind.
 */
export const metricNames = {
  lastSweep: 'graywave_last_sweep_seconds',
  unsettled: 'graywave_unsettled_changes',
  stuck: 'graywave_stuck_changes',
  held: 'graywave_held_changes',
  oldestLookAge: 'graywave_oldest_look_age_seconds',
  looks: 'graywave_looks_total',
  sourceErrors: 'graywave_source_errors_total',
  ended: 'graywave_changes_ended_total',
  notices: 'graywave_notices_total',
} as const;

/** What the warden saw in one sweep that it completed. */
export interface Sweep {
  atMs: number;
  /** Changes that the journal says are not settled. */
  unsettled: number;
  /** Of those, changes for which nobody decides: their workflow task fails again and again, or waits for a worker. */
  stuck: number;
  /** Changes that wait for a hold to end; null when the sweep did not learn it. */
  held: number | null;
  /** How long ago the watched change was looked at that has waited longest for a look; null when none is watched. */
  oldestLookAgeSeconds: number | null;
}

/** `failed`: one try, and it is tried again; `refused`: nobody was told, and no try follows. */
export type NoticeOutcome = 'sent' | 'failed' | 'refused';

/** To be called where it happens; none of them ever throws, for no change may fail because it was counted. */
export interface Metrics {
  swept(sweep: Sweep): void;
  looked(outcome: VerdictKind): void;
  sourceFailed(source: string, code: ErrorCode): void;
  changeEnded(state: TerminalState): void;
  noticed(channel: string, outcome: NoticeOutcome): void;
}

/** Names from the worker's configuration, the only labels that are not known beforehand. */
export interface Known {
  sources: readonly string[];
  channels: readonly string[];
}

const verdicts: readonly VerdictKind[] = ['pass', 'fail', 'inconclusive', 'error'];
const outcomes: readonly NoticeOutcome[] = ['sent', 'failed', 'refused'];
const usualErrors: readonly ErrorCode[] = ['SOURCE_DOWN', 'SOURCE_ANSWER', 'SIGNAL_EMPTY'];

const nothing = (): void => undefined;
const unserved: Metrics = {
  swept: nothing,
  looked: nothing,
  sourceFailed: nothing,
  changeEnded: nothing,
  noticed: nothing,
};

/**
 * Metrics on the meter of the installed runtime, or without one (no `metrics` in the configuration) metrics that do
 * nothing. Counters begin at 0 for everything that is known, for `increase()` of a series that appears with 1 is 0, and
 * the first rollback that fails would fire no alert. Gauges begin with the first sweep: before it nothing is known.
 */
export function openMetrics(meter: MetricMeter | null, known: Known): Metrics {
  if (meter === null) return unserved;
  const looks = counter(meter, metricNames.looks, 'Looks by the verdict they led to');
  const sourceErrors = counter(meter, metricNames.sourceErrors, 'Readings of a source that failed, by error code');
  const ended = counter(meter, metricNames.ended, 'Changes that ended, by their state');
  const notices = counter(meter, metricNames.notices, 'Tries to tell a channel, by what came of them');
  const lastSweep = gauge(meter, metricNames.lastSweep, 'Unix time of the last completed sweep of the warden');
  const unsettled = gauge(meter, metricNames.unsettled, 'Unsettled changes at the last sweep');
  const stuck = gauge(meter, metricNames.stuck, 'Unsettled changes for which nobody decides, at the last sweep');
  const held = gauge(meter, metricNames.held, 'Changes that wait for a hold, at the last sweep');
  const oldestLook = gauge(meter, metricNames.oldestLookAge, 'Age of the oldest last look at a watched change');

  for (const outcome of verdicts) looks(0, { outcome });
  for (const state of terminalStates) ended(0, { state });
  for (const source of known.sources) for (const code of usualErrors) sourceErrors(0, { source, code });
  for (const channel of known.channels) for (const outcome of outcomes) notices(0, { channel, outcome });

  return {
    swept: (sweep) => {
      unsettled(sweep.unsettled);
      stuck(sweep.stuck);
      held(sweep.held);
      oldestLook(sweep.oldestLookAgeSeconds ?? 0);
      lastSweep(sweep.atMs / 1000);
    },
    looked: (outcome) => looks(1, { outcome }),
    sourceFailed: (source, code) => sourceErrors(1, { source, code }),
    changeEnded: (state) => ended(1, { state }),
    noticed: (channel, outcome) => notices(1, { channel, outcome }),
  };
}

type Labels = Record<string, string>;

function counter(meter: MetricMeter, name: string, description: string): (by: number, labels: Labels) => void {
  const metric: MetricCounter = meter.createCounter(name, '', description);
  return (by, labels) => quietly(() => metric.add(by, labels));
}

/** A number that makes no sense leaves the last one standing; so does null. */
function gauge(meter: MetricMeter, name: string, description: string): (value: number | null) => void {
  const metric: MetricGauge = meter.createGauge(name, 'float', '', description);
  return (value) => {
    if (value !== null && Number.isFinite(value)) quietly(() => metric.set(Math.max(0, value)));
  };
}

function quietly(act: () => void): void {
  try {
    act();
  } catch {
    // The runtime has been shut down: there is nobody to count for.
  }
}
