import { afterAll, beforeAll, expect, test } from 'vitest';
import { changeWorkflowId } from '../../src/workflows/names.js';
import { aChange, type Engine, eventually, startEngine } from '../support/engine.js';
import { aStage } from '../support/stage.js';
import { resetTo } from '../support/temporal.js';

let engine: Engine;
beforeAll(async () => {
  // So short that every change of these tests has to go on as a new run.
  engine = await startEngine([], ['--dynamic-config-value', 'limit.historyCount.suggestContinueAsNew=60']);
});
afterAll(() => engine.stop());

const last = { to: '100%', bake: { min: '1s', max: '1s' } };
const waves = [{ to: '25%' }, { to: '50%' }, { to: '75%' }, last];

/** Fills the history with acts that change nothing. */
async function manySteps(id: string): Promise<void> {
  for (let n = 0; n < 8; n++) {
    await engine.client.pause(id, { by: 'ana' });
    await engine.client.resume(id, { by: 'ana' });
  }
  await eventually(
    'it is another run',
    () => isAnotherRun(id),
    (another) => another,
  );
}

async function isAnotherRun(id: string): Promise<boolean> {
  const handle = engine.client.temporal.workflow.getHandle(changeWorkflowId(id));
  const { runId } = await handle.describe();
  const { events } = await handle.fetchHistory();
  return events?.[0]?.workflowExecutionStartedEventAttributes?.firstExecutionRunId !== runId;
}

test('a change with a long history goes on as a new run, in its bake, with what it knew; and completes', async () => {
  const stage = aStage(engine);
  const spec = aChange({ waves, bake: { min: '6s', max: '50s' } });
  await stage.submit(spec);
  const before = await stage.observed(spec.id);
  await manySteps(spec.id);
  const after = await stage.status(spec.id);
  expect([after.startedMs, after.acts.length > 8, after.waves[0]?.observedFromMs]).toEqual([
    before.startedMs,
    true,
    before.waves[0]?.observedFromMs,
  ]);
  const end = await stage.ended(spec.id);
  expect(end.state).toBe('completed');
  expect(end.waves.map((wave) => wave.how)).toEqual(['proven', 'proven', 'proven', expect.any(String)]);
  expect(stage.world.touches.map((touch) => touch.id)).toEqual([...stage.world.places.keys()]);
  const acts = (await engine.journal.entries(spec.id)).filter((entry) => entry.kind === 'act');
  expect(acts.map((entry) => entry.act)).toContain('continue');
});

test('harm found by the new run takes back what the old one touched', async () => {
  const stage = aStage(engine);
  const spec = aChange({ waves, bake: { min: '50s', max: '55s' } });
  await stage.submit(spec);
  await stage.observed(spec.id);
  await manySteps(spec.id);
  stage.world.badShare.v2 = 0.3;
  const end = await stage.ended(spec.id);
  expect(end.state).toBe('rolled_back');
  expect(new Set(Object.values(stage.world.versions()))).toEqual(new Set(['v1']));
});

test('before anything is touched it goes on waiting where it waited', async () => {
  const stage = aStage(engine);
  const spec = aChange({ waves, bake: { min: '1s', max: '50s' }, gates: [{ beforeWave: 1, reason: 'look first' }] });
  await stage.submit(spec);
  await stage.waitsFor(spec.id, 'approval');
  await manySteps(spec.id);
  await stage.waitsFor(spec.id, 'approval');
  await engine.client.approve(spec.id);
  expect((await stage.ended(spec.id)).state).toBe('completed');
});

test('terminated after it went on, and started again, it only restores; so does a reset of the new run', async () => {
  for (const how of ['terminate', 'reset'] as const) {
    const stage = aStage(engine);
    const spec = aChange({ waves, bake: { min: '50s', max: '55s' } });
    await stage.submit(spec);
    await stage.observed(spec.id);
    await manySteps(spec.id);
    await stage.observed(spec.id);
    const handle = stage.workflow(spec.id);
    if (how === 'reset') await resetTo(engine.client.temporal, handle, () => true);
    else {
      await handle.terminate('by hand');
      await stage.submit(spec);
    }
    expect([how, (await stage.ended(spec.id)).state]).toEqual([how, 'rolled_back']);
    expect(new Set(Object.values(stage.world.versions()))).toEqual(new Set(['v1']));
  }
});

test('an abort while it goes on is not lost', async () => {
  const stage = aStage(engine);
  const spec = aChange({ waves, bake: { min: '50s', max: '55s' } });
  await stage.submit(spec);
  await stage.observed(spec.id);
  // The signals that make the history long and the abort arrive together.
  const handle = stage.workflow(spec.id);
  await Promise.all(Array.from({ length: 60 }, (_, i) => handle.signal(i % 2 === 0 ? 'pause' : 'resume')));
  await handle.signal('abort');
  expect((await stage.ended(spec.id)).state).toBe('rolled_back');
});
