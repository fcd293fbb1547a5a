import { combined, evidenceOf, gaugeOf, guardPart, harmPart, logGuard, logHarm } from './evidence.js';
import { levelEvidenceOf } from './level/proof.js';
import { comparisonOfLevel } from './level/wording.js';
import { type Silence, silenceOf } from './silence.js';
import type { JudgeState, Stop } from './state.js';
import type { JudgeSettings } from './types.js';
import { chance, comparison, evidence, names, percent, plural } from './wording.js';

/** ln(1/α): by Ville's inequality the combined e-process passes it with chance ≤ α when there is no harm, ever. */
export function harmBound(settings: JudgeSettings): number {
  return -Math.log(settings.alpha);
}

/** Whether harm is proven by the evidence so far, or by silence; null when not. */
export function stopOf(settings: JudgeSettings, state: JudgeState): Stop | null {
  if (settings.levels !== undefined || mayPass(state, harmBound(settings))) {
    const { log, top } = combined(settings, state);
    if (log >= harmBound(settings)) return evidenceStop(settings, state, log, top);
  }
  const silence = silenceOf(settings, state.silence);
  return silence.kind === 'changed' ? silenceStop(settings, state, silence) : null;
}

/**
 * Whether the combined e-value can be at the bound at all: it is an average of started components plus at most ½ waiting,
 * so one component must be above half the bound (1/α ≥ 2). Spares 40 exponentials at nearly every look.
 */
function mayPass(state: JudgeState, bound: number): boolean {
  const least = bound - Math.LN2;
  for (const { harm, guard } of state.streams) {
    for (const log of harm) if (log >= least) return true;
    for (const log of guard) if (log >= least) return true;
  }
  return false;
}

function silenceStop(settings: JudgeSettings, state: JudgeState, silence: Silence & { kind: 'changed' }): Stop {
  const share =
    silence.against === 'unchanged'
      ? `at most ${percent(silence.share)} of the unchanged ones were silent`
      : `the other changed ones report`;
  const reason =
    `silence: ${plural(silence.targets.length, 'changed target')} of ${state.silence.targets} ` +
    `(${names(silence.targets)}) did not report for ${plural(settings.silenceLooks, 'look')} in a row, while ${share}`;
  const { log } = combined(settings, state);
  return { seq: state.seq, wave: state.wave, culprit: 'silence', logHarm: log, silent: silence.targets, reason };
}

function evidenceStop(settings: JudgeSettings, state: JudgeState, log: number, top: number): Stop | null {
  const its = settings.streams[top];
  const stream = state.streams[top];
  if (its === undefined || stream === undefined) return null;
  const bound = `evidence ${evidence(log)} passed the bound ${evidence(harmBound(settings))} (α=${chance(settings.alpha)})`;
  const stop = { seq: state.seq, wave: state.wave, culprit: its.name, logHarm: log, silent: [] };
  const gauge = gaugeOf(settings, state, its.name);
  if (gauge !== null && gauge.track !== null) {
    const told = comparisonOfLevel(gauge.its, levelEvidenceOf(gauge.its, gauge.track));
    return { ...stop, reason: `${its.name}: ${told}; ${bound}` };
  }
  const harm = logHarm(stream, state.restarts) + Math.log(harmPart);
  const byGuard = its.limit < 1 && logGuard(stream, state.restarts) + Math.log(guardPart) > harm;
  const { canary, baseline, ratio } = evidenceOf(stream, state.restarts);
  const what = byGuard
    ? `${comparison({ canary, baseline, ratio })}; a share of ${percent(canary.bad / canary.exposure)} is held against ` +
      `the limit ${percent(its.limit)}`
    : comparison({ canary, baseline, ratio });
  return { ...stop, reason: `${its.name}: ${what}; ${bound}` };
}
