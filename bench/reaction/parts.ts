import type { Look } from '../../src/judge/types.js';
import type { ChangeStatus } from '../../src/workflows/messages.js';
import type { Activity } from './history.js';

/** One run's instants, Unix ms, in the order in which they come. */
export interface Instants {
  fault: number;
  /** The look whose verdict was `fail` had read its counters. */
  look: number;
  /** Temporal had that verdict. */
  verdict: number;
  /** A worker began to revert. */
  revert: number;
  /** The first target served the old version again, as the targets' own log says. */
  touch: number;
  /** Every instance serves the old version, as the bench itself saw. */
  back: number;
}

/** Puts together what the history, the looks and the targets' log say of one run. Throws when one of them is missing. */
export function instantsOf(
  { fault, back }: { fault: number; back: number },
  status: ChangeStatus,
  looks: readonly Look[],
  activities: readonly Activity[],
  touches: readonly number[],
): Instants {
  const of = (name: string): Activity[] => activities.filter((activity) => activity.name === name);
  return {
    fault,
    look: there(looks.find(({ seq }) => seq === status.verdict?.seq)?.toMs, 'look that saw it'),
    verdict: there(
      of('observe').findLast(({ scheduledMs }) => scheduledMs < back)?.completedMs,
      'verdict in the history',
    ),
    revert: there(of('revert')[0]?.startedMs, 'revert in the history'),
    touch: there(touches.length === 0 ? null : Math.min(...touches), 'revert in the log of the targets'),
    back,
  };
}

function there(value: number | null | undefined, what: string): number {
  if (value === undefined || value === null) throw new Error(`there is no ${what}`);
  return value;
}

const order = ['fault', 'look', 'verdict', 'revert', 'touch', 'back'] as const;

/** Seconds from the instant before to each of look, verdict, revert, touch and back. */
export const partsOf = (instants: Instants): number[] =>
  order.slice(1).map((name, i) => (instants[name] - instants[order[i] ?? name]) / 1000);

/** Seconds from the fault to the old version fully back. */
export const reactionOf = ({ fault, back }: Instants): number => (back - fault) / 1000;
