import { beginTracks, enterWave, foldTrack, type LevelTrack } from './level/track.js';
import { checkLook } from './look.js';
import { foldSilence } from './silence.js';
import { stillAfter } from './still.js';
import type { JudgeState, StreamState } from './state.js';
import { stopOf } from './stop.js';
import { foldCell, restartStream, startWave } from './stream.js';
import type { JudgeSettings, LevelSettings, Look, StreamSettings } from './types.js';

/**
 * Folds one look; returns a new state and leaves the old one as it was. A look that is not newer than the state is ignored,
 * so a look delivered twice counts once. A look with `error` counts as a look, and none of its numbers do. A look of a
 * new wave, and every `restartSeconds` of look time, restarts a component of the harm mixture; both depend on clocks
 * only, never on counts, else the bound would not hold.
 *
 * @throws GraywaveError SOURCE_ANSWER for counts that are not counts, naming stream and number; RangeError for a state
 *   of other settings, and for waves or times that run backwards.
 */
export function fold(settings: JudgeSettings, state: JudgeState, look: Look): JudgeState {
  if (look.seq <= state.seq) return state;
  checkState(settings, state);
  checkLook(settings, state, look);
  // Written out, for a spread of the whole state would carry on what stood still before, and costs a third of a fold.
  const next: JudgeState = {
    version: 1,
    seq: look.seq,
    wave: state.wave,
    looks: state.looks + 1,
    errorsInARow: state.errorsInARow,
    good: state.good,
    goodMs: state.goodMs,
    seenMs: state.seenMs,
    restarts: state.restarts,
    restartedMs: state.restartedMs,
    streams: state.streams,
    silence: state.silence,
    stopped: state.stopped,
    ...stillAfter(look),
  };
  // A state that was handed on by a release that knows no gauges begins them anew.
  if (settings.levels !== undefined) next.levels = state.levels ?? beginTracks(settings.levels);
  if (look.wave !== state.wave) enter(settings, next, look);
  if (look.error !== null) {
    next.errorsInARow = state.errorsInARow + 1;
    return next;
  }
  next.errorsInARow = 0;
  next.good += 1;
  next.goodMs = look.toMs;
  if (next.restartedMs === null) next.restartedMs = look.fromMs;
  else if (look.fromMs - next.restartedMs >= settings.restartSeconds * 1000)
    startComponent(settings, next, look.fromMs);
  next.streams = foldCells(settings, next.streams, look);
  next.silence = foldSilence(settings, state.silence, look);
  if (next.levels !== undefined) {
    next.levels = eachTrack(settings, next.levels, (its, track) => foldTrack(its, track, look));
  }
  if (look.cells.some((cell) => cell.canary.exposure > 0) || look.levels?.some(({ canary }) => canary.n > 0))
    next.seenMs = look.toMs;
  next.stopped = state.stopped ?? stopOf(settings, next);
  return next;
}

/** Refuses a state that was begun with other streams: folding on would mix up evidence. */
export function checkState(settings: JudgeSettings, state: JudgeState): void {
  const version: number = state.version;
  if (version !== 1)
    throw new RangeError(`judge state has version ${version}; this judge folds version 1, refold the looks`);
  const same =
    state.streams.length === settings.streams.length &&
    state.streams.every((stream, i) => stream.stream === settings.streams[i]?.name) &&
    (state.levels === undefined ||
      (state.levels.length === (settings.levels?.length ?? 0) &&
        state.levels.every((track, i) => track.stream === settings.levels?.[i]?.name)));
  if (!same) throw new RangeError('judge state and settings have different streams; refold the looks');
}

/** `next` is fresh here and in the functions below: not yet seen by anybody. */
function enter(settings: JudgeSettings, next: JudgeState, look: Look): void {
  const first = next.wave === 0;
  next.wave = look.wave;
  next.good = 0;
  next.goodMs = null;
  next.seenMs = null;
  if (!first) startComponent(settings, next, look.fromMs);
  next.streams = next.streams.map(startWave);
  if (next.levels !== undefined) {
    next.levels = eachTrack(settings, next.levels, (its, track) => enterWave(its, track, look.fromMs));
  }
}

function eachTrack(
  settings: JudgeSettings,
  tracks: readonly LevelTrack[],
  act: (its: LevelSettings, track: LevelTrack) => LevelTrack,
): LevelTrack[] {
  return tracks.map((track, i) => {
    const its = settings.levels?.[i];
    return its === undefined ? track : act(its, track);
  });
}

function startComponent(settings: JudgeSettings, next: JudgeState, atMs: number): void {
  next.restarts += 1;
  next.restartedMs = atMs;
  next.streams = next.streams.map((stream) => restartStream(stream, next.restarts, settings.beta));
}

function foldCells(settings: JudgeSettings, streams: StreamState[], look: Look): StreamState[] {
  const next = streams.slice();
  for (const cell of look.cells) {
    const i = indexOf(settings.streams, cell.stream);
    const stream = next[i];
    const its = settings.streams[i];
    if (stream !== undefined && its !== undefined) next[i] = foldCell(its, stream, cell);
  }
  return next;
}

function indexOf(streams: readonly StreamSettings[], name: string): number {
  for (let i = 0; i < streams.length; i++) if (streams[i]?.name === name) return i;
  return -1;
}
