import type { TerminalState } from '../src/workflows/messages.js';
import { aborted, afterwards, drained, left } from './paths/back.js';
import { adopted, continued, decision, followed, observed, through } from './paths/forward.js';
import type { Path } from './paths/path.js';
import { approval, beside, held, paused, queued, unproven, unsourced, window } from './paths/waits.js';

/**
 * What is done to whom. `worker`, `server`, `both`: kill -9. `journal`: kill -9 of its database. `frozen`: the worker
 * stands still, another takes over, and then it goes on. `terminated`: the workflow is ended from outside, the warden
 * finds it, and then whoever had stopped in the middle of it goes on.
 */
export const victims = ['worker', 'server', 'both', 'journal', 'frozen', 'terminated'] as const;
export type Victim = (typeof victims)[number];

/** What must be seen, and not of the worker, so that a change counts as being at its point. */
export interface Proof {
  /** Type of the activity that Temporal shows as pending. */
  pending?: string;
  /** By key without the change's id: is it in the journal? */
  records?: Record<string, boolean>;
  /** By key: how many touches the targets have logged under it. */
  touches?: Record<string, number>;
  /** Is the journal's last record the one that settles? */
  settled?: boolean;
}

/** What has its points together in one round. */
export const groups = ['forward', 'back', 'waits', 'drain', 'beside'] as const;

export interface Point {
  /** Unique; for example `wave 2 image: recorded`. */
  name: string;
  group: (typeof groups)[number];
  path: Path;
  /** Where the worker stops; null where the change waits by itself. */
  stop: string | null;
  proof: Proof;
  victims: readonly Victim[];
  /** How it ends when it was terminated in the middle. */
  endsTerminated?: TerminalState;
}

const waves = [1, 2, 3] as const;
const parts = ['image', 'setting'] as const;
type Part = (typeof parts)[number];

const usual: readonly Victim[] = ['worker', 'server', 'both', 'journal'];
/** Points at which a call is on its way: it may wake up in a world that has gone on. */
const zombie: readonly Victim[] = ['frozen', 'terminated'];
const both: readonly Victim[] = [...usual, ...zombie];

/** Targets of a part that a wave changes, and all up to it. */
const adds = (part: Part, wave: number): number => (part === 'setting' && wave === 3 ? 2 : 1);
const upTo = (part: Part, wave: number): number => (part === 'setting' && wave === 3 ? 4 : wave);

function forwardTouch(part: Part, wave: number): Point[] {
  const key = `${part}/${wave}/apply`;
  const at = `apply ${part}/${wave}`;
  const name = `wave ${wave} ${part}`;
  const base = { group: 'forward' as const, path: through, victims: wave === 2 ? both : usual };
  const [absent, there] = [{ [key]: false }, { [key]: true }];
  const touches = (count: number): Record<string, number> => ({ [key]: count });
  const points: Point[] = [
    {
      ...base,
      name: `${name}: before the record`,
      stop: `record ${part}/${wave}: before`,
      proof: { pending: 'gate', records: absent, touches: touches(0) },
    },
    {
      ...base,
      name: `${name}: recorded, not answered`,
      stop: `record ${part}/${wave}: recorded`,
      proof: { pending: 'gate', records: there, touches: touches(0) },
    },
    {
      ...base,
      name: `${name}: granted, not asked`,
      stop: `${at}: asking`,
      victims: wave === 2 ? zombie : [],
      proof: { pending: 'apply', records: there, touches: touches(0) },
    },
    {
      ...base,
      name: `${name}: between record and touch`,
      stop: `${at}: touching`,
      proof: { pending: 'apply', records: there, touches: touches(0) },
    },
    {
      ...base,
      name: `${name}: touched, not reported`,
      stop: `${at}: touched`,
      proof: { pending: 'apply', records: there, touches: touches(1) },
    },
    {
      ...base,
      name: `${name}: reported`,
      victims: usual,
      stop: `verify ${part}/${upTo(part, wave)}`,
      proof: { pending: 'verify', records: there, touches: touches(adds(part, wave)) },
    },
  ];
  return points.filter((point) => point.victims.length > 0);
}

/** Half of the targets of one touch are changed. */
function secondTarget(): Point[] {
  const base = { group: 'forward' as const, path: through, victims: both };
  const key = 'setting/3/apply';
  const of = (moment: string, stop: string, count: number): Point => ({
    ...base,
    name: `wave 3 setting, second target: ${moment}`,
    stop: `apply setting/3#2: ${stop}`,
    proof: { pending: 'apply', records: { [key]: true }, touches: { [key]: count } },
  });
  return [of('between record and touch', 'touching', 1), of('touched, not reported', 'touched', 2)];
}

/** In the order in which targets go back one by one; what is reported is where the next one asks. */
const backOrder = [...parts].reverse().flatMap((part) => [...waves].reverse().map((wave) => ({ part, wave })));

function backTouch(part: Part, wave: number, next: { part: Part; wave: number } | undefined): Point[] {
  const key = `${part}/${wave}/revert`;
  const at = `revert ${part}/${wave}`;
  const name = `back, wave ${wave} ${part}`;
  const base = { group: 'back' as const, path: aborted('all'), victims: wave === 2 ? both : usual };
  const of = (moment: string, stop: string, count: number): Point => ({
    ...base,
    name: `${name}: ${moment}`,
    stop: `${at}: ${stop}`,
    proof: { pending: 'revert', touches: { [key]: count } },
  });
  return [
    of('not asked', 'asking', 0),
    of('allowed, not touched', 'touching', 0),
    of('touched, not reported', 'touched', 1),
    {
      ...base,
      name: `${name}: reported`,
      path: aborted('one'),
      victims: usual,
      stop: next ? `revert ${next.part}/${next.wave}: asking` : 'read back image',
      proof: {
        pending: next ? 'revert' : 'verify',
        touches: { [key]: adds(part, wave), ...(next ? { [`${next.part}/${next.wave}/revert`]: 0 } : {}) },
      },
    },
  ];
}

function drain(part: Part): Point[] {
  const key = `${part}/1/drain`;
  const of = (moment: string, stop: string, count: number): Point => ({
    group: 'drain',
    name: `drain ${part}: ${moment}`,
    path: drained,
    stop: `drain ${part}/1: ${stop}`,
    victims: usual,
    proof: { pending: 'revert', touches: { [key]: count } },
  });
  return [
    of('not asked', 'asking', 0),
    of('allowed, not touched', 'touching', 0),
    of('touched, not reported', 'touched', 1),
  ];
}

/** A record of the journal that is no touch: before it, and when it is there and nobody knows. */
function act(
  name: string,
  what: 'settle' | 'leave' | 'adopt' | 'continue',
  path: Path,
  more: Partial<Point> = {},
): Point[] {
  const of = (moment: 'before' | 'recorded'): Point => ({
    name: `${name}: ${moment === 'before' ? 'before the record' : 'recorded, not answered'}`,
    group: 'waits',
    path,
    stop: `${what}: ${moment}`,
    victims: usual,
    proof: {
      pending: what === 'settle' ? 'settle' : 'note',
      ...(what === 'settle' ? { settled: moment === 'recorded' } : {}),
    },
    ...more,
  });
  return [of('before'), of('recorded')];
}

const during = (name: string, path: Path, stop: string | null, pending?: string): Point => ({
  name,
  group: 'waits',
  path,
  stop,
  victims: usual,
  proof: pending === undefined ? {} : { pending },
});

/** Asked beside the workflow task, where the usual way is one event and the moment is short. */
function besideTask(): Point[] {
  const of = (name: string, what: 1 | 2 | 3 | 'settle', moment: 'before' | 'recorded'): Point => {
    const key = `image/${what}/apply`;
    const recorded = moment === 'recorded';
    return {
      name: `${name}, beside its task: ${recorded ? 'recorded, not answered' : 'before the record'}`,
      group: 'beside',
      path: beside(what),
      stop: what === 'settle' ? `settle: ${moment}` : `record image/${what}: ${moment}`,
      victims: ['worker', 'server', 'both'],
      proof: what === 'settle' ? { settled: recorded } : { records: { [key]: recorded }, touches: { [key]: 0 } },
    };
  };
  const moments = ['before', 'recorded'] as const;
  return moments.flatMap((moment) => [
    ...waves.map((wave) => of(`wave ${wave} gate`, wave, moment)),
    of('settling completed', 'settle', moment),
  ]);
}

/** Every state of a change, forward and back, at every moment of it: enumerated, not drawn. */
export const points: readonly Point[] = [
  during('planning: asks what is on record', through, 'recall', 'recall'),
  during('planning: a driver plans', through, 'plan image', 'plan'),
  during('planning: freezes what is watched', through, 'freeze', 'freeze'),
  during('waits for its window', window, null),
  during('waits for approval, nothing touched', approval(1), null),
  during('waits for approval, one wave changed', approval(2), null),
  during('waits under a hold, nothing touched', held(1), null),
  during('waits under a hold, one wave changed', held(2), null),
  during('waits in the queue of a resource', queued, null),
  during('waits to be resumed', paused, null),
  during('waits for evidence', unproven, null),
  during('waits for its source', unsourced, null),
  during('waits for a decision', decision, null),
  ...waves.flatMap((wave) => parts.flatMap((part) => forwardTouch(part, wave))),
  ...secondTarget(),
  ...waves.map((wave) => during(`wave ${wave} observed`, observed(wave), null, 'observe')),
  ...act('going on as a new run', 'continue', continued, { victims: ['worker', 'server', 'both'] }),
  ...act('adopting', 'adopt', adopted),
  ...act('settling completed', 'settle', followed),
  ...backOrder.flatMap(({ part, wave }, i) => backTouch(part, wave, backOrder[i + 1])),
  during('back, the last part is read back', aborted('all'), 'read back setting', 'verify'),
  during('back, watched afterwards', afterwards, null, 'observe'),
  ...parts.flatMap(drain),
  ...act('leaving', 'leave', left),
  ...act('settling rolled back', 'settle', aborted('all', true), { group: 'back' }),
  ...act('settling, terminated', 'settle', through, { victims: ['terminated'] }).map((point) => ({
    ...point,
    endsTerminated: point.stop === 'settle: recorded' ? ('completed' as const) : ('rolled_back' as const),
  })),
  ...besideTask(),
];

/** How a change at this point should end when this was done. */
export const endOf = (point: Point, victim: Victim): TerminalState =>
  victim === 'terminated' ? (point.endsTerminated ?? 'rolled_back') : point.path.ends;
