import { combined, gaugeOf, safetyOf, seenInWave, shownOf } from './evidence.js';
import { checkState } from './fold.js';
import { noData, obstacles } from './obstacles.js';
import { silenceOf } from './silence.js';
import type { JudgeState } from './state.js';
import { frozen } from './still.js';
import { harmBound } from './stop.js';
import type { JudgeSettings, Verdict, VerdictKind } from './types.js';
import { checkWhen, isOver, type When } from './when.js';
import { shiftsOf } from './level/wording.js';
import { chance, evidence, figure, names, percent, plural } from './wording.js';

/**
 * The verdict on the evidence so far. Harm proven comes first and stays; then a broken source; then safety proven; anything
 * else is `inconclusive`, and at the end of the bake says what was missing. Nothing seen is never `pass`.
 *
 * @throws RangeError when the times are no times, or the state was begun with other settings.
 */
export function verdict(settings: JudgeSettings, state: JudgeState, when: When): Verdict {
  checkState(settings, state);
  checkWhen(when);
  const proving = state.streams.filter((_, i) => settings.streams[i]?.prove === true);
  const bothArms = proving.every((stream) => {
    const { canary, baseline } = seenInWave(settings, state, stream);
    return canary > 0 && baseline > 0;
  });
  const { kind, reason, culprit } = decide(settings, state, when);
  return {
    kind,
    reason,
    culprit,
    logHarm: Math.max(state.stopped?.logHarm ?? -Infinity, combined(settings, state).log),
    harmBound: harmBound(settings),
    logSafe: proving.length === 0 ? 0 : Math.min(...proving.map((stream) => safetyOf(settings, state, stream))),
    safeBound: -Math.log(settings.beta),
    silent: silentTargets(settings, state),
    control: when.control === 'concurrent' && bothArms ? 'concurrent' : 'none',
    streams: state.streams.map((stream) => shownOf(settings, state, stream)),
    looks: state.looks,
    asOf: when,
    judge: 1,
  };
}

interface Decision {
  kind: VerdictKind;
  reason: string;
  culprit: string | null;
}

function decide(settings: JudgeSettings, state: JudgeState, when: When): Decision {
  if (state.stopped !== null) return { kind: 'fail', reason: state.stopped.reason, culprit: state.stopped.culprit };
  const broken = brokenSource(settings, state, when);
  if (broken !== null) return { kind: 'error', reason: broken, culprit: null };
  const open = obstacles(settings, state, when);
  if (open.length === 0) return { kind: 'pass', reason: passReason(settings, state), culprit: null };
  const over = isOver(when);
  const lead = over ? `the bake of ${when.maxSeconds} s is over` : 'still looking';
  return { kind: 'inconclusive', reason: `${lead}: ${open.join('; ')}`, culprit: null };
}

/** Why the source, not the change, is to blame; null when it is not. */
function brokenSource(settings: JudgeSettings, state: JudgeState, when: When): string | null {
  const standing = frozen(settings, state);
  if (standing !== null) return standing;
  if (state.errorsInARow >= settings.silenceLooks) {
    return `the source: ${plural(state.errorsInARow, 'look')} in a row ended in an error`;
  }
  const silence = silenceOf(settings, state.silence);
  if (silence.kind === 'alike') {
    return (
      `the source: ${plural(silence.targets.length, 'changed target')} of ${state.silence.targets} ` +
      `(${names(silence.targets)}) did not report, and others did not either`
    );
  }
  return isOver(when) && settings.streams.length > 0 ? noData(settings, state, when) : null;
}

function passReason(settings: JudgeSettings, state: JudgeState): string {
  let least = Infinity;
  let text = '';
  settings.streams.forEach((its, i) => {
    const stream = state.streams[i];
    if (stream === undefined || !its.prove || safetyOf(settings, state, stream) >= least) return;
    least = safetyOf(settings, state, stream);
    const gauge = gaugeOf(settings, state, its.name);
    if (gauge !== null) {
      text = `a shift of ${shiftsOf(gauge.its)} is excluded on ${its.name}`;
      return;
    }
    const above = its.floor > 0 ? ` at a share of ${percent(its.floor)} or more` : '';
    text = `a ratio of ${figure(its.detectRatio)} or more${above} is excluded on ${its.name}`;
  });
  const bound = evidence(-Math.log(settings.beta));
  return `safe: ${text}, the least proven stream: evidence ${evidence(least)} passed the bound ${bound} (β=${chance(settings.beta)})`;
}

function silentTargets(settings: JudgeSettings, state: JudgeState): string[] {
  const now = silenceOf(settings, state.silence);
  if (now.kind !== 'none') return now.targets;
  return state.stopped?.silent ?? [];
}
