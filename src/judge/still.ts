/**
 * A frozen source is the worst liar: it answers, in time, and shows a change without harm. Where counters stand still that
 * by the traffic before could not (cells/stillness.ts has the chance), nothing may pass on them. When all of them stand
 * still the source is to blame; when only the changed side's do, it may as well be that its requests stay away, and the
 * verdict says so.
 */
import type { JudgeState } from './state.js';
import type { JudgeSettings, Look } from './types.js';
import { figure, plural } from './wording.js';

/** Beyond the age that a sample may have: exporters that collect every ten seconds stand still as long between. */
const leastStillMs = 12_000;

/** What a state says of stillness after a look, to be spread into it: nothing when nothing stood still. */
export function stillAfter(look: Look): Pick<JudgeState, 'still'> {
  if (look.still === undefined) return nothing;
  return { still: { ...look.still, seq: look.seq, sinceMs: look.toMs - look.still.ms } };
}

const nothing = {};

/** Why the source is to blame, as a sentence; null when it is not. */
export function frozen(settings: JudgeSettings, state: JudgeState): string | null {
  const still = stillNow(state);
  if (still?.arm !== 'both' || still.looks < settings.silenceLooks || still.ms - still.freshMs < leastStillMs)
    return null;
  return `the source: every counter of both arms has stood still for ${told(still)} were seen before`;
}

/** What it stands in the way of a pass. */
export function stillObstacle(state: JudgeState): string[] {
  const still = stillNow(state);
  if (still === undefined) return [];
  if (still.arm === 'both') return [`no counter of either arm has moved for ${told(still)} were seen before`];
  return [
    `the changed side's counters have stood still for ${told(still)} were seen there before, and the unchanged side's went on`,
  ];
}

const stillNow = (state: JudgeState): JudgeState['still'] => (state.still?.seq === state.seq ? state.still : undefined);

const told = ({ looks, sinceMs, perSecond }: NonNullable<JudgeState['still']>): string =>
  `${plural(looks, 'look')} (since ${new Date(sinceMs).toISOString().slice(11, 19)}Z) though ${figure(perSecond)} requests a second`;
