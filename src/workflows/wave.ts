import { ActivityFailure, ApplicationFailure, createEventGroup, TimeoutFailure } from '@temporalio/workflow';
import type { Grant, VerifyAnswer } from '../drivers/protocol.js';
import type { TouchRecord } from '../journal/port.js';
import { scopesOf } from '../policy/scope.js';
import type { PlannedWave } from '../spec/waves.js';
import { readBackAdopted } from './adopt.js';
import { bake, waitFor } from './bake.js';
import { besideWatching } from './beside.js';
import type { WavePhase } from './messages.js';
import { holdWorkflowId } from './names.js';
import type { PlannedPart } from './planning.js';
import { askGate } from './record.js';
import { forwardDriver } from './proxies.js';
import { Behind, changedBy, controlsOf, resourcesOf, type Run, Stop, say, show, waveOf } from './run.js';
import { standBy } from './standby.js';

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
    const step = (act: () => Promise<void>): Promise<void> =>
      untilSettledByHand(run, planned, act, async () => void (await gate(run, planned, parts)));
    for (const item of parts) {
      enter(
        run,
        planned,
        'apply',
        `${item.part.name} is being applied to ${planned.targets[item.part.name]?.length} targets`,
      );
      await step(() => apply(run, planned, item, grants));
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

/** Asked before the gate, and after it: the wait for a resource may be long, and a pause must hold what it let through. */
async function resumed(run: Run): Promise<boolean> {
  if (!run.status.paused) return false;
  const limitSeconds = controlsOf(run).waitLimitSeconds;
  await waitFor(run, { what: 'resume', detail: 'paused', limitSeconds, ready: () => !run.status.paused });
  return true;
}

/** What this wave would touch, as the journal keeps it. */
function recordsOf(run: Run, planned: PlannedWave, parts: PlannedPart[]): TouchRecord[] {
  const { spec, specHash, engine, submittedBy } = run.input;
  const resources = resourcesOf(run);
  return parts.map(({ part, plan }, i): TouchRecord => {
    const targets = targetsOf(run, planned, part.name);
    const record: TouchRecord = {
      kind: 'touch',
      changeId: spec.id,
      key: `${spec.id}/${part.name}/${planned.index}/apply`,
      resources,
      part: part.name,
      driver: part.driver,
      targets,
      before: Object.fromEntries(targets.map((id) => [id, plan.before[id] ?? null])),
      specHash,
    };
    return planned.index === 1 && i === 0 ? { ...record, submitted: { engine, spec, submittedBy } } : record;
  });
}

/** Every hold that would cover this wave. */
function holdsOf(run: Run, planned: PlannedWave): string[] {
  const { services, type, labels } = run.input.spec;
  const ids = new Set(Object.values(planned.targets).flat());
  const regions = run.planned.flatMap(({ plan }) =>
    plan.targets.flatMap((target) => (ids.has(target.id) && target.labels.region ? [target.labels.region] : [])),
  );
  if (labels.region) regions.push(labels.region);
  const { level } = controlsOf(run);
  return scopesOf({ services, type, level, regions: [...new Set(regions)] }).map(holdWorkflowId);
}

/**
 * Asks until the wave is granted; null when nothing was on record yet and it had to wait, for what was planned before
 * a wait is of no use. Asked again after a hold, the same keys get the same answer.
 */
async function gate(run: Run, planned: PlannedWave, parts: PlannedPart[]): Promise<Record<string, Grant> | null> {
  const changeId = run.input.spec.id;
  const records = recordsOf(run, planned, parts);
  const holds = holdsOf(run, planned);
  const summary = `wave ${planned.index} ${planned.name}: may it begin?`;
  run.onRecord = true;
  for (;;) {
    const request = { changeId, expect: run.epoch, records, holds, onBusy: run.input.spec.onBusy };
    const answer = await askGate(request, summary);
    switch (answer.outcome) {
      case 'held':
      case 'queued':
        await standBy(run, answer, { changeId, holds, resources: resourcesOf(run) });
        if (run.touched.length === 0) return null;
        await resumed(run);
        break;
      case 'busy':
        throw new Stop(
          'refused',
          `${answer.resource} is held by change ${answer.holder}, and this change says onBusy: refuse.`,
        );
      case 'behind':
        throw new Behind('This run was started over a world that an earlier run had changed.');
      case 'granted':
        run.epoch = answer.epoch;
        remember(run, planned, records, answer.grants);
        return answer.grants;
    }
  }
}

/** Before-states are kept in history too, so that a revert needs no journal to begin. */
function remember(run: Run, planned: PlannedWave, records: TouchRecord[], grants: Record<string, Grant>): void {
  for (const { part, driver, targets, before } of records) {
    const grant = grants[part];
    if (!grant) throw new Stop('failed', `the gate gave no grant for part ${part}`);
    if (run.touched.some(({ epoch }) => epoch === grant.epoch)) continue;
    run.touched.push({ part, driver, wave: planned.index, targets, before, epoch: grant.epoch });
  }
}

/** What of a wave's targets is this change's to touch. */
const targetsOf = (run: Run, planned: PlannedWave, part: string): string[] =>
  (planned.targets[part] ?? []).filter((id) => !run.status.adopted.includes(id));

async function apply(
  run: Run,
  planned: PlannedWave,
  { part, plan }: PlannedPart,
  grants: Record<string, Grant>,
): Promise<void> {
  const targets = targetsOf(run, planned, part.name);
  const grant = grants[part.name];
  if (targets.length === 0) return;
  if (!grant) throw new Stop('failed', `no grant for part ${part.name}`);
  const summary = `wave ${planned.index}: apply ${part.name} to ${targets.join(', ')}`;
  await forwardDriver(part.driver, { scheduleToCloseTimeout: applyLimit }).apply.executeWithOptions(
    { summary: summary.slice(0, 190) },
    [{ changeId: run.input.spec.id, part, targets, before: plan.before, grant }],
  );
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
    throw ApplicationFailure.create({ type: 'WORLD_CHANGED', message: `Somebody changed ${told}.` });
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
): Promise<void> {
  for (;;) {
    const failure = await failureOf(() => besideWatching(run, step));
    if (failure === null) return;
    if (failure.type === 'TOUCH_STALE')
      throw new Behind(`A target has seen a newer touch than this run's. ${failure.message}`);
    if (failure.type === 'HELD') {
      await askAgain();
      continue;
    }
    const ask = asks[failure.type];
    if (ask === undefined) throw new Stop('failed', failure.message);
    run.status.paused = true;
    await waitFor(run, {
      what: 'decision',
      detail: `${failure.message} ${ask}`,
      limitSeconds: controlsOf(run).errorHoldLimitSeconds,
      ready: () => !run.status.paused,
    });
    if (run.adopt) await readBackAdopted(run, planned);
  }
}

async function failureOf(step: () => Promise<void>): Promise<{ type: string; message: string } | null> {
  try {
    await step();
    return null;
  } catch (error) {
    const cause = error instanceof ActivityFailure ? error.cause : error;
    if (cause instanceof ApplicationFailure) return { type: cause.type ?? '', message: cause.message };
    if (error instanceof ActivityFailure && cause instanceof TimeoutFailure) {
      return { type: 'TIMEOUT', message: `${error.activityType} got no answer in its time (${cause.message})` };
    }
    throw error;
  }
}
