import {
  ActivityFailure,
  allHandlersFinished,
  CancellationScope,
  condition,
  DeterminismViolationError,
  isCancellation,
} from '@temporalio/workflow';
import type { Entry } from '../journal/port.js';
import type { PlannedWave } from '../spec/waves.js';
import { afterwards } from './afterwards.js';
import type { ChangeInput, ChangeStatus, TerminalState, WaveStatus } from './messages.js';
import { notPromoted } from './bake.js';
import { attributes } from './names.js';
import { planChange, Refused } from './planning.js';
import { askRecall, askSettle } from './record.js';
import { runName, takeRequests } from './requests.js';
import { review } from './review.js';
import { rollBack } from './rollback.js';
import { Behind, newRun, type Run, Stop, say, show, type Touched, verdictFound } from './run.js';
import { judgeSettings } from './settings.js';
import { rollWave } from './wave.js';

/** How long the end waits for a journal that does not answer; pending in the Temporal UI all the while. */
const settleLimitMs = 24 * 3600 * 1000;

/**
 * The life of a change: classify → review → waves (each gate → apply → verify → observe) → settle; or, from any point
 * after the first touch, roll back → read back → settle. It ends Completed in one of the terminal states, whatever
 * happened, and its result says what is true of the world. An operator, or a cancel from Temporal, can stop it at any
 * moment; what it has touched is then taken back. A run that finds the journal ahead of it (started again, reset) only
 * restores what is unsettled, or ends as recorded.
 */
export async function change(input: ChangeInput): Promise<ChangeStatus> {
  const run = newRun(input, Date.now());
  takeRequests(run);
  show(run);
  const stopped = await forward(run);
  await CancellationScope.nonCancellable(async () => {
    run.over = true;
    notPromoted(run, stopped?.message ?? 'the change has ended');
    if (stopped === null)
      await settle(run, 'completed', 'Every wave was carried out; see the waves for how each was let through.');
    else if (stopped instanceof Behind) await catchUp(run, await recall(run), stopped.message);
    else await takenBack(run, stopped);
    await condition(allHandlersFinished);
  });
  return run.status;
}

/** The way forward; returns what stopped it, or null when the change is through. */
async function forward(run: Run): Promise<Stop | Behind | null> {
  try {
    await run.forward.run(async () => {
      await Promise.all([plan(run), isFirst(run)]);
      for (let next = 0; next < run.waves.length; ) {
        const wave = run.waves[next] as PlannedWave;
        // Whoever held the resource has changed the world since; only a first wave has to wait.
        if ((await rollWave(run, wave)) === 'waited') await plan(run);
        else next += 1;
      }
    });
    return null;
  } catch (error) {
    // Behind: what is still being planned is of no use.
    run.forward.cancel();
    if (error instanceof Stop || error instanceof Behind) return error;
    if (error instanceof Refused) return new Stop('refused', error.message);
    if (isCancellation(error)) {
      const { abort } = run;
      const why = abort ? `aborted by ${abort.by}${abort.reason ? `: ${abort.reason}` : ''}` : 'cancelled in Temporal';
      return new Stop('aborted', `${why[0]?.toUpperCase()}${why.slice(1)}.`);
    }
    if (error instanceof DeterminismViolationError) throw error;
    // Whatever else it was, and be it a bug of ours: a change that goes no further must be taken back, not hang.
    const cause = error instanceof ActivityFailure ? (error.cause ?? error) : error;
    return new Stop('failed', cause instanceof Error ? cause.message : String(cause));
  }
}

/** A run over a world that an earlier run has changed restores at once: it asks no driver, source or person first. */
async function isFirst(run: Run): Promise<void> {
  const entries = await recall(run);
  if (entries.length > 0) throw new Behind('This run was started over a world that an earlier run had changed.');
}

async function plan(run: Run): Promise<void> {
  const { parts, classification, waves, streams, reporting } = await planChange(run.input.spec);
  const { controls, level } = classification;
  run.planned = parts;
  run.waves = waves;
  run.reporting = reporting;
  run.controls = controls;
  run.settings = judgeSettings(streams, controls);
  Object.assign(run.status, { classification, review: review(), streams, waves: waves.map(waveStatus) });
  const found = [{ key: attributes.level, value: level }];
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

/** The way back, as far as anything was touched. */
async function takenBack(run: Run, stop: Stop): Promise<void> {
  if (run.touched.length === 0) return untouched(run, stop);
  const wave = run.status.waves[run.status.wave - 1];
  if (wave) Object.assign(wave, { phase: 'stopped', endedMs: Date.now() });
  await restore(run, run.touched, stop.message);
}

/** This run touched nothing, though a gate it did not wait for may have left its record; an earlier run may have. */
async function untouched(run: Run, stop: Stop): Promise<void> {
  const entries = await recall(run);
  if (entries.some((entry) => entry.by !== runName()))
    return catchUp(run, entries, `${sentence(stop.message)} An earlier run of this change had touched the world.`);
  const state: TerminalState = stop.kind === 'refused' ? 'intercepted' : 'cancelled';
  await settle(run, state, `${sentence(stop.message)} Nothing was touched.`);
}

const recall = (run: Run): Promise<Entry[]> => askRecall(run.input.spec.id);

async function restore(run: Run, touched: Touched[], reason: string): Promise<void> {
  const restored = await rollBack(run, touched, reason);
  const after = restored.whole ? await afterwards(run, touched) : '';
  const told = `${sentence(reason)} Rolled back: ${restored.account}.${after}`;
  await settle(run, restored.whole ? 'rolled_back' : 'not_restored', told);
}

/** The journal is ahead: end as recorded, or restore what is unsettled. */
async function catchUp(run: Run, entries: Entry[], why: string): Promise<void> {
  const last = entries.at(-1);
  if (last?.kind === 'settle')
    return end(run, last.state as TerminalState, `This change had ended before: ${last.reason}`);
  run.caughtUp = true;
  const recorded = entries
    .filter((entry): entry is Entry & { kind: 'touch' } => entry.kind === 'touch')
    .map((entry) => ({
      part: entry.part,
      driver: entry.driver,
      wave: Number(entry.key.split('/').at(-2)),
      targets: entry.targets,
      before: entry.before,
      epoch: entry.epoch,
    }));
  // Before-states are in history too: what a journal that was lost does not know is restored all the same.
  const known = new Set(recorded.map((touched) => touched.epoch));
  run.touched = [...recorded, ...run.touched.filter((touched) => !known.has(touched.epoch))].sort(
    (a, b) => a.epoch - b.epoch,
  );
  run.epoch = last?.epoch ?? run.epoch;
  run.onRecord = true;
  await restore(run, run.touched, why);
}

/** The journal's last record of the change frees its resources; without it the world is as told, but not settled. */
async function settle(run: Run, state: TerminalState, reason: string): Promise<void> {
  if (!run.onRecord) return end(run, state, reason);
  run.status.reason = `${reason} Settling: the journal's last record frees the resources.`;
  show(run);
  try {
    const request = { changeId: run.input.spec.id, expect: run.epoch, state, reason };
    const answer = await askSettle(request, settleLimitMs);
    if (answer.outcome === 'behind') return await unsettled(run, answer.last, state, reason);
    end(run, state, reason);
  } catch (error) {
    const cause = error instanceof ActivityFailure ? (error.cause ?? error) : error;
    end(
      run,
      state,
      `${reason} The journal could not be written (${cause instanceof Error ? cause.message : String(cause)}): its resources stay locked.`,
    );
  }
}

/** Another run has written since, or the journal has lost what it knew. What another run touched is restored, once. */
async function unsettled(run: Run, last: Entry | null, state: TerminalState, reason: string): Promise<void> {
  if (last?.kind === 'touch' && !run.caughtUp) {
    return catchUp(run, await recall(run), `${reason} Another run of this change had touched more.`);
  }
  const why = last ? 'another run of this change has written to it since' : 'it knows nothing of this change';
  end(run, state, `${sentence(reason)} The journal was not settled: ${why}.`);
}

const sentence = (text: string): string => (/[.!?]$/.test(text) ? text : `${text}.`);

function end(run: Run, state: TerminalState, reason: string): void {
  run.status.endedMs = Date.now();
  run.status.waitsFor = null;
  say(run, state, reason, verdictFound(run));
}
