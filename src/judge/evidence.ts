/** From a stream's state to its e-values. */
import { levelEvidenceOf, logHarmOfLevel, logSafeOfLevel } from './level/proof.js';
import type { LevelTrack } from './level/track.js';
import { harmRatios } from './relative.js';
import { logAdd, logMean } from './logs.js';
import { logMixture } from './restart.js';
import type { JudgeState, StreamState } from './state.js';
import type { JudgeSettings, LevelSettings, StreamEvidence, StreamSettings } from './types.js';

/** Parts of a stream's weight: relative harm, and the absolute guard where the stream has a limit. */
export const harmPart = 0.75;
export const guardPart = 0.25;

/**
 * ln e against "no harm": ratio ≤ 1 + tolerance, or changed share ≤ floor. The lesser of an e-process against each half is
 * an e-process against both; without a floor it is the relative one alone.
 */
export function logHarm(state: StreamState, restarts: number): number {
  const relative = logMixture(state.harm, restarts);
  return state.above.length === 0 ? relative : Math.min(relative, logMixture(state.above, restarts));
}

/** ln e against "changed share ≤ limit"; 0 without a limit. */
export function logGuard(state: StreamState, restarts: number): number {
  return state.guard.length === 0 ? 0 : logMixture(state.guard, restarts);
}

/** ln e against "ratio ≥ detectRatio and changed share ≥ floor": either half is enough, so their mean is one. */
export function logSafe(state: StreamState): number {
  const relative = logMean(state.safe);
  return state.under.length === 0 ? relative : logAdd(relative, logMean(state.under)) - Math.LN2;
}

/**
 * Which way this wave's own cells lean on a stream, in nats: ≥ 0 for safety. Proof carried from an earlier wave must not
 * cover a wave that itself looks like harm.
 */
export function leaning(state: StreamState): number {
  const { before } = state;
  const since = (logs: number[], then: number[]) => logMean(logs.map((log, i) => log - (then[i] ?? 0)));
  const relative = since(state.safe, before.safe);
  return state.under.length === 0 ? relative : Math.max(relative, since(state.under, before.under));
}

/**
 * The least ratio of the grid that is excluded at level β together with every larger one; null when none is. The
 * likelihood ratio of 1 + tolerance against r is e⁻¹ of the harm process at r, so this costs no statistic of its own;
 * because larger ones must be excluded too, a true ratio is missed with chance ≤ β.
 */
export function excludedSoFar(settings: StreamSettings, state: StreamState, beta: number): number | null {
  const bound = -Math.log(beta);
  let least: number | null = null;
  for (let i = harmRatios.length - 1; i >= 0; i--) {
    if (-(state.plain[i] ?? 0) < bound) break;
    least = (1 + settings.tolerance) * (harmRatios[i] ?? 1);
  }
  return least;
}

/** A stream that is a gauge: what it is judged by, and what is known of it; null for a counted one. */
export function gaugeOf(
  settings: JudgeSettings,
  state: JudgeState,
  stream: string,
): { its: LevelSettings; track: LevelTrack | null } | null {
  const its = settings.levels?.find(({ name }) => name === stream);
  return its === undefined ? null : { its, track: state.levels?.find((one) => one.stream === stream) ?? null };
}

/** ln of what the stream at `i` adds to the combined e-value; a gauge nothing is known of adds its weight, times 1. */
export function shareOf(settings: JudgeSettings, state: JudgeState, i: number): number {
  const [its, stream] = [settings.streams[i], state.streams[i]];
  if (its === undefined || stream === undefined) return -Infinity;
  const gauge = gaugeOf(settings, state, its.name);
  if (gauge === null) return logShare(its, stream, state.restarts);
  return Math.log(its.weight) + (gauge.track === null ? 0 : logHarmOfLevel(gauge.its, gauge.track));
}

/** ln e against "as bad as must be detected", of whatever kind the stream is. */
export function safetyOf(settings: JudgeSettings, state: JudgeState, stream: StreamState): number {
  const gauge = gaugeOf(settings, state, stream.stream);
  if (gauge === null) return logSafe(stream);
  return gauge.track === null ? 0 : logSafeOfLevel(gauge.its, gauge.track);
}

/** What this wave has seen of a stream in each arm: exposure, or looks at a gauge; 0 is nothing. */
export function seenInWave(
  settings: JudgeSettings,
  state: JudgeState,
  { stream, inWave }: StreamState,
): { canary: number; baseline: number } {
  const gauge = gaugeOf(settings, state, stream);
  return gauge === null ? inWave : (gauge.track?.inWave ?? nothing);
}

const nothing = { canary: 0, baseline: 0 };

/** ln of what a stream adds to the combined e-value: weight × (¾ harm + ¼ guard), or weight × harm without a limit. */
export function logShare(settings: StreamSettings, state: StreamState, restarts: number): number {
  const harm = logHarm(state, restarts);
  const mixed =
    state.guard.length === 0
      ? harm
      : logAdd(harm + Math.log(harmPart), logGuard(state, restarts) + Math.log(guardPart));
  return Math.log(settings.weight) + mixed;
}

/**
 * ln E of the weighted average over streams, and the index of the stream that adds most. An average of e-processes is an
 * e-process under any dependence between them (systems.md §A4), so it is held against 1/α as it is.
 */
export function combined(settings: JudgeSettings, state: JudgeState): { log: number; top: number } {
  let log = state.streams.length === 0 ? 0 : -Infinity;
  let most = -Infinity;
  let top = 0;
  for (let i = 0; i < state.streams.length; i++) {
    const share = shareOf(settings, state, i);
    if (share > most) {
      most = share;
      top = i;
    }
    log = i === 0 ? share : logAdd(log, share);
  }
  return { log, top };
}

/** What a verdict shows of one stream, of whatever kind. */
export function shownOf(settings: JudgeSettings, state: JudgeState, stream: StreamState): StreamEvidence {
  const shown = evidenceOf(stream, state.restarts);
  const gauge = gaugeOf(settings, state, stream.stream);
  if (gauge === null || gauge.track === null) return shown;
  const { its, track } = gauge;
  return {
    ...shown,
    logHarm: logHarmOfLevel(its, track),
    logSafe: logSafeOfLevel(its, track),
    level: levelEvidenceOf(its, track),
  };
}

/** What a verdict shows of one counted stream. */
export function evidenceOf(state: StreamState, restarts: number): StreamEvidence {
  const { canary, baseline } = state;
  const known = canary.exposure > 0 && baseline.bad > 0;
  return {
    stream: state.stream,
    canary,
    baseline,
    ratio: known ? canary.bad / canary.exposure / (baseline.bad / baseline.exposure) : null,
    logHarm: logHarm(state, restarts),
    logSafe: logSafe(state),
    logGuard: logGuard(state, restarts),
  };
}
