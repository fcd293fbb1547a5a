import type { Stage } from './stage.js';

/** One event of a change's history, as far as tests ask for it. */
export interface Happening {
  atMs: number;
  /** Name of its attributes, for example `workflowExecutionSignaled`. */
  type: string;
  /** Type of the activity, when this event schedules one. */
  schedules: string | null;
}

export async function historyOf(stage: Stage, id: string): Promise<Happening[]> {
  const { events } = await stage.workflow(id).fetchHistory();
  return (events ?? []).map((event) => {
    const attributes = Object.keys(event).find((key) => key.endsWith('EventAttributes')) ?? '';
    return {
      atMs: Number(event.eventTime?.seconds ?? 0) * 1000 + (event.eventTime?.nanos ?? 0) / 1e6,
      type: attributes.replace(/EventAttributes$/, ''),
      schedules: event.activityTaskScheduledEventAttributes?.activityType?.name ?? null,
    };
  });
}

/** Milliseconds from the first event of a type to the first revert that was scheduled after it. */
export async function untilRevertMs(stage: Stage, id: string, type: string): Promise<number> {
  const events = await historyOf(stage, id);
  const asked = events.findIndex((event) => event.type === type);
  const revert = events.findIndex((event, i) => i > asked && event.schedules === 'revert');
  if (asked < 0 || revert < 0) throw new Error(`no ${type}, or no revert after it`);
  return (events[revert]?.atMs ?? Infinity) - (events[asked]?.atMs ?? 0);
}
