import { condition } from '@temporalio/workflow';
import type { ObserveAnswer } from '../activities/types.js';
import type { StreamEvidence } from '../judge/types.js';
import type { NoticeEvent } from '../notify/notice.js';
import { onErrorOf, onInconclusiveOf } from '../policy/controls.js';
import type { PlannedWave } from '../spec/waves.js';
import type { WaitsFor, WaveEnd } from './messages.js';
import { Continued, shouldContinue } from './resume.js';
import { controlsOf, type Run, Stop, say, waiting, waveOf } from './run.js';
import { tell, tellOver } from './telling.js';
import { lookNow, taken, watch } from './watch.js';

/**
 * Watches a wave until it is proven safe, proven harmful, or its bake is over; then does what the level says. The bake
 * clock is the workflow's: extend and promote move it. `fail` always takes the change back, also during a pause.
 */
export async function bake(run: Run, planned: PlannedWave): Promise<void> {
  const wave = waveOf(run, planned.index);
  run.place = { wave: planned.index, at: 'observe' };
  if (wave.phase !== 'observe' || wave.observedFromMs === null) {
    wave.phase = 'observe';
    wave.observedFromMs = Date.now();
    wave.endsAtMs = wave.observedFromMs + wave.bakeMaxSeconds * 1000;
  }
  say(
    run,
    run.status.paused ? 'paused' : 'rolling_out',
    `Wave ${planned.index} of ${run.waves.length} (${planned.name}) is being observed.`,
  );
  wave.how = await decided(run, planned);
  wave.verdict = run.status.verdict?.verdict ?? null;
  wave.phase = 'done';
  run.place = null;
  if (run.status.paused) {
    const limitSeconds = controlsOf(run).waitLimitSeconds;
    await waitFor(run, {
      what: 'resume',
      detail: 'paused after its bake',
      limitSeconds,
      ready: () => !run.status.paused,
    });
  }
}

async function decided(run: Run, planned: PlannedWave): Promise<WaveEnd> {
  const wave = waveOf(run, planned.index);
  if (run.promote?.all) {
    const answer = await lookNow(run, planned.index);
    if (answer !== null) {
      taken(run, planned.index, answer);
      return byHand(run, planned);
    }
    notPromoted(run, 'the look before it could not be made; `promote --all` is given up.');
  }
  const held = new Set<WaitsFor>();
  let holdUntilMs: number | null = null;
  const endsAtMs = () => Math.max(wave.endsAtMs ?? 0, holdUntilMs ?? 0);
  const until = () => (promotePending(run) ? 'look' : 'go on');
  for (;;) {
    const end = await watch(run, planned.index, { endsAtMs, passEnds: true, until });
    if (end.how === 'until') {
      if (end.answer !== null) return byHand(run, planned);
      notPromoted(run, 'the last look before it could not be made; the bake goes on.');
      continue;
    }
    const { verdict } = end.answer;
    if (verdict.kind === 'pass') {
      if (promotePending(run)) return byHand(run, planned);
      noLongerWaits(run);
      return 'proven';
    }
    if (end.endedAtMs < endsAtMs()) continue;
    const next = whatNow(run, end.answer);
    if (next === 'advance') {
      noLongerWaits(run);
      return 'inconclusive';
    }
    const lacks = verdict.kind === 'error' ? 'source' : 'evidence';
    if (next === 'rollback' || held.has(lacks)) {
      throw new Stop('undecided', `Wave ${planned.index} was not proven safe in its time. ${verdict.reason}`);
    }
    // One hold for each: a source that comes back late must not eat the time that evidence is given.
    held.add(lacks);
    holdUntilMs = hold(run, lacks, verdict.reason);
  }
}

/** Advancing without proof needs a level that allows it, exposure seen, and no sign of harm. */
function whatNow(run: Run, { verdict }: ObserveAnswer): 'advance' | 'hold' | 'rollback' {
  const { spec } = run.input;
  const controls = controlsOf(run);
  if (verdict.kind === 'error') return onErrorOf(spec, controls);
  const wanted = onInconclusiveOf(spec, controls);
  if (wanted !== 'advance') return wanted;
  const quiet = verdict.logHarm < verdict.harmBound / 2;
  const seen = run.status.streams.length === 0 || verdict.streams.some(hasSeen);
  return quiet && seen ? 'advance' : 'hold';
}

const hasSeen = ({ canary, level }: StreamEvidence): boolean => canary.exposure > 0 || (level?.intervals ?? 0) > 0;

function hold(run: Run, what: WaitsFor, reason: string): number {
  const controls = controlsOf(run);
  const limitSeconds = what === 'source' ? controls.errorHoldLimitSeconds : controls.inconclusiveHoldLimitSeconds;
  const untilMs = Date.now() + limitSeconds * 1000;
  run.status.waitsFor = {
    what,
    detail: `${reason} Promote, extend or abort; it goes on by itself when proven`,
    sinceMs: Date.now(),
    untilMs,
  };
  say(run, 'waiting', `The bake is over without proof: ${reason}`);
  tell(run, 'waits', `The bake is over without proof: ${reason} Promote, extend or abort.`);
  return untilMs;
}

const promotePending = (run: Run): boolean => run.promote !== null && run.promote.answer === null;

/** Answers a promote that came to nothing, so that nobody waits for it. */
export function notPromoted(run: Run, why: string): void {
  if (run.promote && !run.promote.answer) run.promote.answer = { done: false, text: `Not promoted: ${why}` };
  run.promote = null;
}

/** Answers the promote; a last look was made before it and found no harm, else Stop was thrown. */
function byHand(run: Run, planned: PlannedWave): WaveEnd {
  const { promote, status } = run;
  const kind = status.verdict?.verdict.kind ?? 'inconclusive';
  if (promote && !promote.answer) {
    promote.answer = {
      done: true,
      text: `Wave ${planned.index} promoted by ${promote.by}; the last look said ${kind}.`,
    };
  }
  if (!promote?.all) run.promote = null;
  noLongerWaits(run);
  return 'by_hand';
}

/** Waits that somebody should know of, and as what. */
const asksFor: Partial<Record<WaitsFor, NoticeEvent>> = { approval: 'waits', decision: 'waits', hold: 'held' };

function noLongerWaits(run: Run): void {
  waiting(run, null);
  tellOver(run, 'waits', 'It no longer waits.');
}

interface Wait {
  what: WaitsFor;
  detail: string;
  ready: () => boolean;
  /** After so long the change stops waiting and is taken back. */
  limitSeconds?: number;
  /** When it will be ready by itself. */
  opensMs?: number;
}

/** Waits for something outside. A changed side is watched all the while: harm takes it back. */
export async function waitFor(run: Run, { what, detail, ready, limitSeconds, opensMs }: Wait): Promise<void> {
  const sinceMs = Date.now();
  const untilMs = opensMs ?? (limitSeconds === undefined ? null : sinceMs + limitSeconds * 1000);
  run.status.waitsFor = { what, detail, sinceMs, untilMs };
  say(run, run.status.paused && what !== 'decision' ? 'paused' : 'waiting', `Waits for ${what}: ${detail}.`);
  const endsAtMs = untilMs ?? sinceMs + 365 * 24 * 3600 * 1000;
  const event = asksFor[what];
  if (event) tell(run, event, `Waits for ${what}: ${detail}.`);
  const watched = run.status.waves.filter((wave) => wave.observedFromMs !== null).length;
  if (watched > 0 && (run.live !== null || run.status.streams.length > 0))
    await watchedWait(run, watched, endsAtMs, ready);
  else {
    const leave = (): boolean => ready() || shouldContinue(run);
    await condition(leave, Math.max(1, endsAtMs - Date.now()), { summary: `waits for ${what}` });
    if (!ready() && shouldContinue(run)) throw new Continued();
  }
  run.status.waitsFor = null;
  if (event) tellOver(run, event, `It no longer waits for ${what}.`);
  if (!ready()) throw new Stop('undecided', `waited for ${what} (${detail}) to the end of its time`);
  if (!run.status.paused) say(run, 'rolling_out', `Goes on: it no longer waits for ${what}.`);
}

async function watchedWait(run: Run, wave: number, endsAtMs: number, ready: () => boolean): Promise<void> {
  const until = () => (ready() ? 'look' : 'go on');
  if (!ready()) await watch(run, wave, { endsAtMs: () => endsAtMs, passEnds: false, until });
}
