import {
  ActivityFailure,
  ApplicationFailure,
  CancellationScope,
  condition,
  isCancellation,
  sleep,
  TimeoutFailure,
} from '@temporalio/workflow';
import type { Live, News, ObserveAnswer, ObserveRequest, Watching } from '../activities/types.js';
import { begin } from '../judge/judge.js';
import { lookSoon, observer } from './proxies.js';
import { Continued, shouldContinue } from './resume.js';
import { armsOf, controlsOf, type Run, Stop, say, show, waveOf } from './run.js';
import { tell, tellOver } from './telling.js';

/** The watcher makes its last look at the end by itself; one that does not is timed out so much later. */
const graceMs = 15_000;
/** A source that comes and goes for ever must not fill the history. */
const mostTurns = 50;

export interface WatchOptions {
  /** May move while watching. */
  endsAtMs: () => number;
  passEnds: boolean;
  /**
   * Ends the watch from outside; `look`: after one last look, made while the watcher still holds the latest state. The
   * answer is then null only if that look could not be made.
   */
  until: () => 'go on' | 'end' | 'look';
}

/** `endedAtMs`: the end that the watcher was told; an extension after that means that it is not over yet. */
export type Watch =
  | { how: 'verdict'; answer: ObserveAnswer; endedAtMs: number }
  | { how: 'until'; answer: ObserveAnswer | null };

interface Attempt {
  answer: ObserveAnswer | null;
  failure: unknown;
  done: boolean;
}

/**
 * Somebody is always looking: one watcher activity after the other, each from the state of the last, until a verdict,
 * the end, or `until`. Throws Stop on harm, and when nobody could look for longer than the level allows.
 */
export async function watch(run: Run, wave: number, options: WatchOptions): Promise<Watch> {
  const sinceMs = Date.now();
  for (let failures = 0; ; ) {
    if (shouldContinue(run)) throw new Continued();
    const attempt: Attempt = { answer: null, failure: null, done: false };
    const endedAtMs = options.endsAtMs();
    const scope = new CancellationScope();
    const watching = scope.run(() => attend(run, wave, options, attempt));
    const asked = () => options.until() !== 'go on';
    await condition(() => attempt.done || asked() || shouldContinue(run));
    let last: ObserveAnswer | null = null;
    // The state that the watcher holds must not be lost with it.
    const hand = options.until() === 'look' || shouldContinue(run);
    if (attempt.answer === null && hand) last = await lookNow(run, wave);
    const { failure } = attempt;
    scope.cancel();
    await watching;
    if (attempt.answer?.news && !asked()) {
      learn(run, wave, attempt.answer, attempt.answer.news);
      failures = 0;
      continue;
    }
    const answer = attempt.answer?.verdict.kind === 'fail' ? attempt.answer : (last ?? attempt.answer);
    if (answer !== null) taken(run, wave, answer);
    if (asked()) return { how: 'until', answer };
    if (shouldContinue(run)) throw new Continued();
    if (answer !== null) return { how: 'verdict', answer, endedAtMs };
    failures = await survived(run, failure, failures, sinceMs);
  }
}

async function attend(run: Run, wave: number, options: WatchOptions, attempt: Attempt): Promise<void> {
  try {
    const request = requestOf(run, wave, options.endsAtMs(), options.passEnds);
    const startToCloseTimeout = Math.max(0, request.bake.endsAtMs - Date.now()) + graceMs;
    const summary = `wave ${wave}: watch until proven, or until the bake is over`;
    attempt.answer = await observer.observe.executeWithOptions({ summary, startToCloseTimeout }, [request]);
  } catch (error) {
    attempt.failure = error;
  } finally {
    attempt.done = true;
  }
}

/** Takes over what the last watcher left, and decides whether there has been nobody for too long. */
async function survived(run: Run, failure: unknown, failures: number, sinceMs: number): Promise<number> {
  if (isCancellation(failure)) throw failure;
  const left = detailsOf(failure);
  if (left && run.live && left.live.seq >= run.live.seq) run.live = left.live;
  // Before this watch nobody was asked to look: an apply may take its time.
  const lookMs = Math.min(run.live?.lookMs ?? 0, Date.now());
  const lastLookMs = Math.max(lookMs, sinceMs);
  const limitSeconds = controlsOf(run).unwatchedLimitSeconds;
  const unwatchedSeconds = Math.round((Date.now() - lastLookMs) / 1000);
  if (unwatchedSeconds > limitSeconds) {
    throw new Stop(
      'unwatched',
      `nobody could look for ${unwatchedSeconds} s, and the level allows ${limitSeconds} s: ${tellOf(failure)}`,
    );
  }
  if (failure === null || isHandOver(failure)) return 0;
  if (run.believes.watched) tell(run, 'unwatched', `Nobody has looked for ${unwatchedSeconds} s: ${tellOf(failure)}`);
  run.believes = { ...run.believes, watched: false };
  run.status.reason = `Nobody has looked for ${unwatchedSeconds} s; trying again: ${tellOf(failure)}`;
  show(run);
  const isBug = failure instanceof ActivityFailure && failure.cause instanceof ApplicationFailure;
  if (isBug) await sleep(Math.min(2 ** failures, 10) * 1000, { summary: 'watching failed; again in a moment' });
  return failures + 1;
}

/** A belief was wrong, and is put right; the watching goes on. */
function learn(run: Run, wave: number, answer: ObserveAnswer, news: News): void {
  run.live = answer.live;
  if (news !== 'watched') run.turns += 1;
  switch (news) {
    case 'watched':
      believeWatched(run);
      break;
    case 'source_down':
      run.believes = { ...run.believes, source: false };
      tell(run, 'source_down', answer.verdict.reason);
      break;
    case 'source_back':
      run.believes = { ...run.believes, source: true };
      tellOver(run, 'source_down', 'The source answers again.');
      break;
  }
  say(run, run.status.state, `Wave ${wave}: ${said[news]}. ${answer.verdict.reason}`);
}

const said: Record<News, string> = {
  watched: 'somebody looks again',
  source_down: 'the source gives nothing to judge by, so it neither passes nor rolls back for that',
  source_back: 'the source answers again, and the bake goes on',
};

function believeWatched(run: Run): void {
  if (run.believes.watched) return;
  run.believes = { ...run.believes, watched: true };
  tellOver(run, 'unwatched', 'Somebody looks again.');
}

/** A worker that stops says so, and another takes over: nobody was missing. */
const isHandOver = (failure: unknown): boolean =>
  failure instanceof ActivityFailure &&
  failure.cause instanceof ApplicationFailure &&
  failure.cause.type === 'WORKER_STOPPING';

function detailsOf(failure: unknown): Watching | null {
  const cause = failure instanceof ActivityFailure ? failure.cause : undefined;
  if (cause instanceof TimeoutFailure) return (cause.lastHeartbeatDetails as Watching | undefined) ?? null;
  if (cause instanceof ApplicationFailure && cause.type === 'WORKER_STOPPING') {
    return (cause.details?.[0] as Watching | undefined) ?? null;
  }
  return null;
}

const tellOf = (failure: unknown): string => {
  const cause = failure instanceof ActivityFailure ? (failure.cause ?? failure) : failure;
  return cause instanceof Error ? cause.message : String(cause);
};

/** One look for an operator who promotes, from the latest state that any watcher has; null when it cannot be made. */
export async function lookNow(run: Run, wave: number): Promise<ObserveAnswer | null> {
  try {
    const request = requestOf(run, wave, Date.now(), true);
    return await lookSoon.look.executeWithOptions({ summary: `wave ${wave}: one last look` }, [request]);
  } catch (error) {
    if (isCancellation(error)) throw error;
    return null;
  }
}

/** Takes over a verdict. Throws Stop when it is harm. */
export function taken(run: Run, wave: number, answer: ObserveAnswer): void {
  const { live, verdict, cellsHash } = answer;
  believeWatched(run);
  run.live = live;
  run.status.verdict = { wave, seq: live.seq, cellsHash, verdict };
  waveOf(run, wave).verdict = verdict;
  if (verdict.kind === 'fail') {
    throw new Stop('harm', verdict.reason);
  }
  say(run, run.status.state, `Wave ${wave}: ${verdict.kind}. ${verdict.reason}`);
}

function requestOf(run: Run, index: number, endsAtMs: number, passEnds: boolean): ObserveRequest {
  const wave = waveOf(run, index);
  const { settings } = run;
  if (!settings) throw new Error('no judge settings');
  const live: Live = run.live ?? { seq: 0, judge: begin(settings), counters: null, lookMs: Date.now() };
  run.live = live;
  const startedMs = wave.observedFromMs ?? Date.now();
  return {
    changeId: run.input.spec.id,
    wave: index,
    streams: run.status.streams,
    settings,
    live,
    arms: armsOf(run, index),
    bake: { startedMs, minSeconds: wave.bakeMinSeconds, overAtMs: wave.endsAtMs ?? endsAtMs, endsAtMs },
    passEnds,
    believes: run.turns < mostTurns ? run.believes : null,
  };
}
