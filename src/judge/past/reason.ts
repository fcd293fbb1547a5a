/** The verdict in words: what decided it, and what it could not have seen. */
import type { VerdictKind } from '../types.js';
import { figure } from '../wording.js';
import type { Control, LearntPast } from './types.js';

export interface Facts {
  learnt: LearntPast;
  ratio: number | null;
  bound: number;
  failedMinute: number | null;
  seenMinutes: number;
  detectable: number | null;
  /** Share of the steps after the change that have a value. */
  knownShare: number;
  /** No value in the last widest window. */
  gone: boolean;
  /** The whole horizon was seen. */
  complete: boolean;
}

export function reasonOf(facts: Facts): { kind: VerdictKind; reason: string } {
  const { learnt, ratio, bound, failedMinute, seenMinutes } = facts;
  if (learnt.controls.length === 0)
    return { kind: 'inconclusive', reason: `too little past: ${learnt.missing.join('; ')}` };
  if (ratio === null) {
    return { kind: 'inconclusive', reason: 'not enough values in the hour before the change, or none after it' };
  }
  const strayed = `strayed ${figure(ratio)} times as far as most fake changes did (${against(learnt.controls)})`;
  if (failedMinute !== null) {
    return {
      kind: 'fail',
      reason: `${strayed}; ${figure(bound)} times is a fail, reached after ${figure(failedMinute)} min`,
    };
  }
  if (facts.gone)
    return { kind: 'inconclusive', reason: `the series has no values any more; until then it ${strayed}` };
  if (facts.knownShare < 0.5) {
    return { kind: 'inconclusive', reason: `more than half of the values after the change are missing; it ${strayed}` };
  }
  if (!facts.complete) {
    return {
      kind: 'inconclusive',
      reason: `${strayed} in the ${figure(seenMinutes)} min seen so far; ${figure(bound)} times is a fail`,
    };
  }
  return {
    kind: 'pass',
    reason: `${strayed} in ${figure(seenMinutes)} min, less than the ${figure(bound)} times of a fail`,
  };
}

export function blindOf(facts: Facts): string[] {
  const { learnt, detectable } = facts;
  const blind = [...learnt.missing];
  if (detectable !== null && detectable > 0) blind.push(`a lasting shift of less than ${figure(detectable)}`);
  if (detectable === 0) blind.push('anything that does not last: the past never moved, so no size is usual');
  if (learnt.onset === 'near' && learnt.controls.length > 0) {
    blind.push('a slow or late effect: a deviation counts for less the later it comes');
  }
  return blind;
}

function against(controls: readonly Control[]): string {
  return controls
    .map(({ kind, fakes, days }) =>
      kind === 'hours' ? `${fakes} in the hours just before` : `${fakes} at this time of ${days} past days`,
    )
    .join(' and ');
}
