/** What stands between a wave and its pass. The list empty is the only way to pass, so a case forgotten here is a hold. */
import { combined, excludedSoFar, gaugeOf, leaning, logGuard, safetyOf, seenInWave } from './evidence.js';
import { leansToHarm } from './level/proof.js';
import { shiftsOf } from './level/wording.js';
import type { JudgeState, StreamState } from './state.js';
import { stillObstacle } from './still.js';
import { harmBound } from './stop.js';
import type { JudgeSettings, StreamSettings } from './types.js';
import { elapsedSeconds, type When } from './when.js';
import { evidence, figure, names, plural } from './wording.js';

/** Each obstacle as a part of a sentence, the plainest first. */
export function obstacles(settings: JudgeSettings, state: JudgeState, when: When): string[] {
  return [
    ...unseen(settings, state, when),
    ...stillObstacle(state),
    ...tooEarly(when),
    ...unproven(settings, state),
    ...adverse(settings, state, when),
  ];
}

/** Why the source is to blame for a wave without data: no good look at all, or a stream with no data; null otherwise. */
export function noData(settings: JudgeSettings, state: JudgeState, when: When): string | null {
  if (!after(state.goodMs, when)) return `the source: no good look in this wave within ${when.maxSeconds} s`;
  const dead = state.streams.filter((stream) => {
    const { canary, baseline } = seenInWave(settings, state, stream);
    return canary === 0 && baseline === 0;
  });
  if (dead.length === 0) return null;
  return `the source: no data in this wave on ${names(dead.map((stream) => stream.stream))}`;
}

/**
 * Whether a look ended after this wave's start. A state of the wave before, asked about a wave that has just begun, has
 * seen traffic, but not of this wave.
 */
function after(endMs: number | null, when: When): boolean {
  return endMs !== null && endMs > when.waveStartedMs;
}

function unseen(settings: JudgeSettings, state: JudgeState, when: When): string[] {
  const open: string[] = [];
  if (settings.streams.length === 0) return open;
  if (!after(state.seenMs, when)) open.push('no look has seen traffic on the changed side in this wave');
  else {
    const blind = state.streams
      .filter((stream) => seenInWave(settings, state, stream).canary === 0)
      .map((stream) => stream.stream);
    if (blind.length > 0) open.push(`no traffic on the changed side in this wave for ${names(blind)}`);
  }
  if (when.control === 'concurrent') {
    const alone = proving(settings, state).filter(({ stream }) => seenInWave(settings, state, stream).baseline === 0);
    if (alone.length > 0) {
      open.push(`no traffic on the unchanged side in this wave for ${names(alone.map(({ its }) => its.name))}`);
    }
  }
  if (when.control === 'concurrent') open.push(...unfinished(settings, state));
  if (state.errorsInARow > 0)
    open.push(`the last ${plural(state.errorsInARow, 'look')} ended in an error of the source`);
  const silent = state.silence.rows.map((row) => row.target);
  if (silent.length > 0) open.push(`${names(silent)} did not report in the last look`);
  return open;
}

/** A gauge without a whole interval in this wave has said nothing of it: its proof would all be carried. */
function unfinished(settings: JudgeSettings, state: JudgeState): string[] {
  return proving(settings, state).flatMap(({ its }) => {
    const gauge = gaugeOf(settings, state, its.name);
    if (gauge === null || (gauge.track?.inWave.seen ?? 0) > 0) return [];
    return [`${its.name} has no whole interval of ${figure(gauge.its.intervalSeconds)} s in this wave yet`];
  });
}

function tooEarly(when: When): string[] {
  const elapsed = elapsedSeconds(when);
  if (when.control === 'none' && elapsed < when.maxSeconds) {
    return [`with no unchanged arm the wave is watched to its end, ${figure(when.maxSeconds - elapsed)} s more`];
  }
  if (elapsed < when.minSeconds) return [`the least bake has ${figure(when.minSeconds - elapsed)} s to go`];
  return [];
}

/** Streams whose safety is not proven, each with what has been excluded so far. */
function unproven(settings: JudgeSettings, state: JudgeState): string[] {
  const bound = -Math.log(settings.beta);
  const open: string[] = [];
  if (settings.streams.length === 0) open.push('no signal is watched, so nothing can be proven');
  else if (proving(settings, state).length === 0) open.push('no signal is asked to be proven, so nothing can be');
  for (const { its, stream } of proving(settings, state)) {
    const log = safetyOf(settings, state, stream);
    if (log >= bound) continue;
    const gauge = gaugeOf(settings, state, its.name);
    if (gauge !== null) {
      open.push(
        `${its.name} is not proven below a shift of ${shiftsOf(gauge.its)} ` +
          `(evidence ${evidence(log)} of ${evidence(bound)})`,
      );
      continue;
    }
    const excluded = excludedSoFar(its, stream, settings.beta);
    const so = excluded === null ? 'no ratio is excluded yet' : `ratios of ${figure(excluded)} and more are excluded`;
    open.push(
      `${its.name} is not proven below ratio ${figure(its.detectRatio)} ` +
        `(evidence ${evidence(log)} of ${evidence(bound)}; ${so})`,
    );
  }
  return open;
}

/**
 * Signs of harm too weak to stop. Halfway to the stop, in nats: a harmless change gets there with chance ≤ √α (10% at
 * α=.01) and then only waits, while a real fault passes it at half its time to detection. And the wave's own cells must
 * lean to safety, so that proof carried from earlier waves does not cover a fault that only this wave shows.
 */
function adverse(settings: JudgeSettings, state: JudgeState, when: When): string[] {
  const half = harmBound(settings) / 2;
  const open: string[] = [];
  const { log, top } = combined(settings, state);
  if (log >= half) {
    const name = settings.streams[top]?.name ?? '';
    open.push(`evidence of harm is ${evidence(log)} on its way to ${evidence(2 * half)}, most of it from ${name}`);
  }
  state.streams.forEach((stream) => {
    const guard = logGuard(stream, state.restarts);
    if (guard >= half) open.push(`${stream.stream} is near its limit (evidence ${evidence(guard)})`);
  });
  if (when.control === 'none') return open;
  const against = proving(settings, state).filter(({ stream }) => leansBadly(settings, state, stream));
  if (against.length > 0) {
    open.push(`this wave's own cells lean to harm on ${names(against.map(({ its }) => its.name))}`);
  }
  return open;
}

function leansBadly(settings: JudgeSettings, state: JudgeState, stream: StreamState): boolean {
  const gauge = gaugeOf(settings, state, stream.stream);
  if (gauge === null) return leaning(stream) < 0;
  return gauge.track !== null && leansToHarm(gauge.its, gauge.track) === true;
}

function proving(settings: JudgeSettings, state: JudgeState): { its: StreamSettings; stream: StreamState }[] {
  return state.streams.flatMap((stream, i) => {
    const its = settings.streams[i];
    return its?.prove === true ? [{ its, stream }] : [];
  });
}
