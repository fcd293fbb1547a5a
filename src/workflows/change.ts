import {
  ActivityFailure,
  allHandlersFinished,
  CancellationScope,
  condition,
  continueAsNew,
  DeterminismViolationError,
  isCancellation,
} from '@temporalio/workflow';
import type { PlannedWave } from '../spec/waves.js';
import { notPromoted } from './bake.js';
import { catchUp, settle, takenBack } from './ending.js';
import type { ChangeInput, ChangeStatus, TerminalState, WaveStatus } from './messages.js';
import { attributes } from './names.js';
import { planChange, Refused } from './planning.js';
import { askHead, askRecall } from './record.js';
import { takeRequests } from './requests.js';
import { Continued, goOn, nextInput, takeOver } from './resume.js';
import { review } from './review.js';
import { Behind, newRun, resourcesOf, type Run, Stop, say, show } from './run.js';
import { judgeSettings } from './settings.js';
import { tell, tellAllOver } from './telling.js';
import { rollWave } from './wave.js';

/** Of a resource's name, as it can be searched for. */
const longestResource = 200;

/**
 * The life of a change: classify → review → waves (each gate → apply → verify → observe) → settle; or, from any point
 * after the first touch, roll back → read back → settle. It ends Completed in one of the terminal states, whatever
 * happened, and its result says what is true of the world. An operator, or a cancel from Temporal, can stop it at any
 * moment; what it has touched is then taken back. One with a long history goes on as a new run. A run that finds the journal ahead of it (started again, reset) only
 * restores what is unsettled, or ends as recorded.
 */
export async function change(input: ChangeInput): Promise<ChangeStatus> {
  const run = newRun(input, Date.now());
  const { resume } = input;
  if (resume) takeOver(run, resume);
  takeRequests(run);
  show(run);
  let stopped = await forward(run);
  if (stopped instanceof Continued) {
    run.moving = true;
    let cancelled = false;
    const root = CancellationScope.current();
    root.cancelRequested.catch(() => (cancelled = true));
    await CancellationScope.nonCancellable(async () => {
      await run.telling;
      await condition(allHandlersFinished);
    });
    // Asked meanwhile, it is not left to a run that never heard of it.
    if (!run.abort && !cancelled) return continueAsNew<typeof change>(nextInput(run));
    stopped = aborted(run);
  }
  await CancellationScope.nonCancellable(async () => {
    run.over = true;
    notPromoted(run, stopped?.message ?? 'the change has ended');
    if (stopped === null) await settle(run, 'completed', carriedOut(run));
    else if (stopped instanceof Behind) await catchUp(run, await askRecall(run.input.spec.id), stopped.message);
    else await takenBack(run, stopped);
    tellAllOver(run, run.status.reason);
    tell(run, run.status.state as TerminalState, run.status.reason);
    await run.telling;
    await condition(allHandlersFinished);
  });
  return run.status;
}

/** The way forward; returns what stopped it, or null when the change is through. */
async function forward(run: Run): Promise<Stop | Behind | Continued | null> {
  try {
    await run.forward.run(async () => {
      const { resume } = run.input;
      if (resume) run.noted = goOn(run);
      else await Promise.all([plan(run), isFirst(run)]);
      // Whoever writes to the journal hears of it; nobody may be there to.
      run.noted.catch(() => undefined);
      let place = resume?.place ?? null;
      for (let next = (place?.wave ?? 1) - 1; next < run.waves.length; ) {
        const wave = run.waves[next] as PlannedWave;
        const observed = place?.at === 'observe';
        place = null;
        // Whoever held the resource has changed the world since; only a first wave has to wait.
        if ((await rollWave(run, wave, observed)) === 'waited') await plan(run);
        else next += 1;
      }
    });
    return null;
  } catch (error) {
    // Behind: what is still being planned is of no use.
    run.forward.cancel();
    if (error instanceof Stop || error instanceof Behind || error instanceof Continued) return error;
    if (error instanceof Refused) return new Stop('refused', error.message);
    if (isCancellation(error)) return aborted(run);
    if (error instanceof DeterminismViolationError) throw error;
    // Whatever else it was, and be it a bug of ours: a change that goes no further must be taken back, not hang.
    const cause = error instanceof ActivityFailure ? (error.cause ?? error) : error;
    return new Stop('failed', cause instanceof Error ? cause.message : String(cause));
  }
}

function carriedOut({ status: { adopted } }: Run): string {
  const left = adopted.length > 0 ? ` Left as a hand had put them: ${adopted.join(', ')}.` : '';
  return `Every wave was carried out; see the waves for how each was let through.${left}`;
}

function aborted({ abort }: Run): Stop {
  if (abort === null) return new Stop('aborted', 'Cancelled in Temporal.');
  return new Stop('aborted', `Aborted by ${abort.by}${abort.reason ? `: ${abort.reason}` : ''}.`);
}

/** A run over a world that an earlier run has changed restores at once: it asks no driver, source or person first. */
async function isFirst(run: Run): Promise<void> {
  const entries = await askRecall(run.input.spec.id);
  if (entries.length > 0) throw new Behind('This run was started over a world that an earlier run had changed.');
  // Asked to take back, it never goes forward.
  if (run.input.retry) throw new Stop('refused', 'There is nothing on record of this change to take up again.');
}

async function plan(run: Run): Promise<void> {
  run.plannedAfter = await askHead();
  const { parts, classification, waves, streams, reporting } = await planChange(run.input.spec, run.input.engine);
  const { controls, level } = classification;
  run.planned = parts;
  run.waves = waves;
  run.reporting = reporting;
  run.controls = controls;
  run.settings = judgeSettings(streams, controls);
  Object.assign(run.status, { classification, review: review(), streams, waves: waves.map(waveStatus) });
  const found = [
    { key: attributes.level, value: level },
    { key: attributes.resources, value: resourcesOf(run).map((name) => name.slice(0, longestResource)) },
  ];
  say(run, 'rolling_out', `Classified ${level}; ${waves.length} waves planned.`, found);
}

const waveStatus = (wave: PlannedWave): WaveStatus => ({
  index: wave.index,
  name: wave.name,
  phase: 'ahead',
  targets: Object.values(wave.targets).flat(),
  changedShare: wave.changedShare,
  bakeMinSeconds: wave.bake.minSeconds,
  bakeMaxSeconds: wave.bake.maxSeconds,
  startedMs: null,
  observedFromMs: null,
  endsAtMs: null,
  endedMs: null,
  how: null,
  verdict: null,
});
