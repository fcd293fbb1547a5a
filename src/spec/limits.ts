import type { Controls } from '../policy/controls.js';
import { type Added, type Step, toText } from './steps.js';
import type { Taking } from './taking.js';
import { percentText } from './units.js';

/**
 * Why a wave may not add these targets; null when it may. A wave must add something, must not be larger than the level
 * allows (one target always is: nothing smaller can be changed), and must not count more targets than there are: that
 * is a share that lost its unit.
 */
export function stepFault(step: Step, added: readonly Added[], first: boolean, controls: Controls): string | null {
  const takings = added.map(({ taking }) => taking);
  return (
    countFault(step, takings) ??
    nothingFault(step, added) ??
    added.map((item) => sizeFault(item, first, controls)).find((fault) => fault !== null) ??
    null
  );
}

function countFault({ how }: Step, takings: readonly Taking[]): string | null {
  if (how.kind !== 'wave' || !('count' in how.wave.to)) return null;
  const { count } = how.wave.to;
  const most = Math.max(...takings.map((taking) => taking.fitting(how.wave.where).length));
  if (count <= most || most === 0) return null;
  return `${how.place} counts ${count} targets and there are ${most}; for a share write ${count}%`;
}

function nothingFault({ how }: Step, added: readonly Added[]): string | null {
  if (added.some(({ targets }) => targets.length > 0)) return null;
  if (how.kind !== 'wave') return 'adds nothing';
  const fitting = added.some(({ taking }) => taking.fitting(how.wave.where).length > 0);
  const sizes = added.map(({ taking }) => `${taking.part} has ${taking.order.length}`).join(', ');
  const why = fitting
    ? `earlier waves, rounded up to whole targets, have changed as many (${sizes})`
    : 'no target has these labels';
  return `${how.place} (to ${toText(how.wave)}) adds nothing: ${why}; leave it out, or write waves: auto`;
}

function sizeFault({ taking, targets }: Added, first: boolean, controls: Controls): string | null {
  if (targets.length <= 1) return null;
  if (taking.going === 'last') {
    const all = `changes all ${targets.length} targets of ${taking.part} at once`;
    const why = 'it cannot be taken back and comes after other parts';
    return `${all}, because ${why}; make it the first part, or a change of its own`;
  }
  const share = taking.shareOf(targets);
  const most = first ? controls.maxFirstShare : controls.maxStepShare;
  if (share <= most + 1e-6) return null;
  const size = `${targets.length} of ${taking.order.length} targets of ${taking.part}, ${percentText(share)}`;
  const allowed = `${controls.level} allows ${percentText(most)} in ${first ? 'the first' : 'one'} wave`;
  return `changes ${size}; ${allowed}: write smaller waves, or waves: auto`;
}
