import { ActivityFailure, ApplicationFailure, createEventGroup, TimeoutFailure } from '@temporalio/workflow';
import type { Grant, VerifyAnswer } from '../drivers/protocol.js';
import type { PlannedWave } from '../spec/waves.js';
import { readBackAdopted, undecidedOf } from './adopt.js';
import { bake, waitFor } from './bake.js';
import { besideWatching } from './beside.js';
import { gate, targetsOf } from './granting.js';
import type { WavePhase } from './messages.js';
import type { PlannedPart } from './planning.js';
import { forwardDriver } from './proxies.js';
import { Behind, changedBy, controlsOf, type Run, Stop, say, show, waveOf } from './run.js';
import { resumed } from './standby.js';

const applyLimit = '2 hours';

/**
 * One wave: gate → apply → verify → observe. Throws Stop when the change must be taken back, Behind when the journal is
 * ahead of this run; returns `done` when the wave is proven, promoted by hand, or let through as the level allows, and
 * `waited` when its first wave had to wait: nothing was recorded, and what was planned before is of no use.
 */
export function rollWave(run: Run, planned: PlannedWave, observed = false): Promise<'done' | 'waited'> {
  return createEventGroup(`wave ${planned.index} ${planned.name}`).withScope(async () => {
    const wave = waveOf(run, planned.index);
    if (observed) return observe(run, planned);
    run.place = { wave: planned.index, at: 'gate' };
    run.status.wave = planned.index;
    wave.startedMs = Date.now();
    enter(run, planned, 'gate', 'asks whether it may begin');
    // What was planned before a long wait may be true no more; only the first wave can be planned again.
    if ((await mayBegin(run, planned)) && planned.index === 1) return 'waited';
    const parts = run.planned.filter(({ part }) => (planned.targets[part.name] ?? []).length > 0);
    const grants = await gate(run, planned, parts);
    if (grants === null) return 'waited';
    run.place = null;
    await resumed(run);
    let begun = false;
    // What a driver that cannot touch twice has said to be done, before it had to ask about the rest.
    const finished = new Set<string>();
    const step = (act: () => Promise<void>): Promise<void> =>
      untilSettledByHand(run, planned, act, async () => void (await gate(run, planned, parts)), finished);
    for (const item of parts) {
      enter(
        run,
        planned,
        'apply',
        `${item.part.name} is being applied to ${planned.targets[item.part.name]?.length} targets`,
      );
      await step(async () => {
        begun = (await apply(run, planned, item, grants, { begun, finished })) || begun;
      });
      enter(run, planned, 'verify', `${item.part.name} is being read back`);
      await step(() => verify(run, planned, item));
    }
    return observe(run, planned);
  });
}

async function observe(run: Run, planned: PlannedWave): Promise<'done'> {
  await bake(run, planned);
  const wave = waveOf(run, planned.index);
  wave.phase = 'done';
  wave.endedMs = Date.now();
  show(run);
  return 'done';
}

function enter(run: Run, planned: PlannedWave, phase: WavePhase, what: string): void {
  waveOf(run, planned.index).phase = phase;
  say(
    run,
    run.status.paused ? 'paused' : 'rolling_out',
    `Wave ${planned.index} of ${run.waves.length} (${planned.name}) ${what}.`,
  );
}

/** Waits for window, approval and resume; true when it had to. */
async function mayBegin(run: Run, planned: PlannedWave): Promise<boolean> {
  const { spec } = run.input;
  const controls = controlsOf(run);
  const limitSeconds = controls.waitLimitSeconds;
  const notBefore = spec.window.notBefore;
  let waited = false;
  if (planned.index === 1 && notBefore !== null && Date.now() < Date.parse(notBefore)) {
    const untilMs = Date.parse(notBefore);
    await waitFor(run, {
      what: 'window',
      detail: `not before ${notBefore}`,
      opensMs: untilMs,
      ready: () => Date.now() >= untilMs,
    });
    waited = true;
  }
  if (planned.gate !== null && run.approvedWave !== planned.index) {
    run.approved = false;
    await waitFor(run, { what: 'approval', detail: planned.gate, limitSeconds, ready: () => run.approved });
    run.approvedWave = planned.index;
    waited = true;
  }
  return (await resumed(run)) || waited;
}

/** True when there was something to touch. Once a wave has begun it is carried to its end: half a wave is no safe place. */
async function apply(
  run: Run,
  planned: PlannedWave,
  { part, plan }: PlannedPart,
  grants: Record<string, Grant>,
  { begun, finished }: { begun: boolean; finished: ReadonlySet<string> },
): Promise<boolean> {
  const targets = targetsOf(run, planned, part.name).filter((id) => !finished.has(id));
  const granted = grants[part.name];
  if (targets.length === 0) return false;
  if (!granted) throw new Stop('failed', `no grant for part ${part.name}`);
  const grant = begun ? { ...granted, holds: [] } : granted;
  const summary = `wave ${planned.index}: apply ${part.name} to ${targets.join(', ')}`;
  await forwardDriver(part.driver, { scheduleToCloseTimeout: applyLimit }).apply.executeWithOptions(
    { summary: summary.slice(0, 190) },
    [{ changeId: run.input.spec.id, part, targets, before: plan.before, grant }],
  );
  return true;
}

/** Reads back every target changed so far, so that a hand on an earlier wave's target is seen too. */
async function verify(run: Run, planned: PlannedWave, { part, plan }: PlannedPart): Promise<void> {
  const changed = changedBy(run, planned.index);
  const mine = new Set(planned.targets[part.name]);
  const adopted = new Set(run.status.adopted);
  const targets = plan.targets.map((target) => target.id).filter((id) => changed.has(id) && !adopted.has(id));
  if (targets.length === 0) return;
  const answer: VerifyAnswer = await forwardDriver(part.driver, {
    startToCloseTimeout: '1 minute',
    scheduleToCloseTimeout: '5 minutes',
    heartbeatTimeout: undefined,
  }).verify.executeWithOptions({ summary: `wave ${planned.index}: read back ${part.name}` }, [
    { changeId: run.input.spec.id, part, targets, before: plan.before, expect: 'after' },
  ]);
  const wrong = answer.targets.filter((target) => target.found !== 'after');
  const told = wrong.map((target) => `${target.id} is ${target.found} (${target.detail})`).join('; ');
  if (wrong.some((target) => target.found === 'other' || (target.found === 'before' && !mine.has(target.id)))) {
    throw ApplicationFailure.create({ type: 'WORLD_CHANGED', message: `Changed by hand: ${told}.` });
  }
  if (wrong.length > 0 || answer.targets.length < targets.length) {
    throw new Stop(
      'failed',
      `${part.name} was applied, but reading back shows: ${told || 'targets without an answer'}.`,
    );
  }
}

/** Failures that a person has to decide, and what there is to decide. */
const asks: Record<string, string> = {
  WORLD_CHANGED: 'Put it back and resume, adopt it as it is, or abort',
  OUTCOME_UNKNOWN: 'Look at the target: resume to try again, adopt it as it is, or abort',
  TOUCH_REFUSED: 'Somebody paused or reset this step in Temporal: resume to try it again, or abort',
};

/**
 * Runs a step again after every time a person has looked at a target that a hand had changed: never overwritten, and
 * not for ever; then the change is taken back. Every other failure of a step takes the change back.
 */
async function untilSettledByHand(
  run: Run,
  planned: PlannedWave,
  step: () => Promise<void>,
  askAgain: () => Promise<void>,
  finished: Set<string>,
): Promise<void> {
  for (;;) {
    const failed = await failureOf(() => besideWatching(run, step));
    if (failed === null) return;
    if (failed.type === 'TOUCH_STALE')
      throw new Behind(`A target has seen a newer touch than this run's. ${failed.message}`);
    if (failed.type === 'HELD') {
      await askAgain();
      continue;
    }
    for (const id of failed.done) finished.add(id);
    const ask = asks[failed.type];
    if (ask === undefined) throw new Stop('failed', failed.message);
    run.status.paused = true;
    await decided(run, planned, `${failed.message} ${ask}`);
    if (run.adopt) await besideWatching(run, () => readBackAdopted(run, planned, failed.doubtful));
  }
}

/** Waits for a person; what of this wave is surely changed is watched meanwhile, as are the waves before it. */
async function decided(run: Run, planned: PlannedWave, detail: string): Promise<void> {
  const wave = waveOf(run, planned.index);
  const limitSeconds = controlsOf(run).errorHoldLimitSeconds;
  run.undecided = await undecidedOf(run, planned);
  if (wave.targets.some((id) => !run.undecided.includes(id))) wave.observedFromMs = Date.now();
  try {
    await waitFor(run, { what: 'decision', detail, limitSeconds, ready: () => !run.status.paused });
  } finally {
    wave.observedFromMs = null;
    run.undecided = [];
  }
}

interface Failure {
  type: string;
  message: string;
  /** Of OUTCOME_UNKNOWN: what may have been touched, and what surely was. */
  doubtful: string[];
  done: string[];
}

const failure = (type: string, message: string, details?: unknown): Failure => {
  const { doubtful = [], done = [] } = (details ?? {}) as Partial<Failure>;
  return { type, message, doubtful, done };
};

async function failureOf(step: () => Promise<void>): Promise<Failure | null> {
  try {
    await step();
    return null;
  } catch (error) {
    const cause = error instanceof ActivityFailure ? error.cause : error;
    if (cause instanceof ApplicationFailure) return failure(cause.type ?? '', cause.message, cause.details?.[0]);
    if (error instanceof ActivityFailure && cause instanceof TimeoutFailure) {
      return failure('TIMEOUT', `${error.activityType} got no answer in its time (${cause.message})`);
    }
    throw error;
  }
}
