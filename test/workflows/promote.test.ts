import { changeWorkflowId } from '../../src/workflows/names.js';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { GraywaveError } from '../../src/errors.js';
import { aChange, type Engine, eventually, startEngine } from '../support/engine.js';
import { aLatch, aStage } from '../support/stage.js';

let engine: Engine;
beforeAll(async () => {
  engine = await startEngine();
});
afterAll(() => engine.stop());

const long = { waves: [{ to: '25%' }, { to: '50%' }, { to: '100%' }], bake: { min: '50s', max: '55s' } };

test('promote ends this bake only, as by hand, after one last look, and is on record with who did it', async () => {
  const stage = aStage(engine);
  const spec = aChange(long);
  await stage.submit(spec);
  await stage.observed(spec.id);
  const answer = await engine.client.promote(spec.id, { by: 'ana' });
  expect(answer).toEqual({ done: true, text: expect.stringMatching(/Wave 1 promoted by ana; the last look said/) });
  const next = await stage.until(spec.id, 'is at wave 2', (s) => s.wave === 2 && s.waves[1]?.phase === 'observe');
  expect([next.waves[0]?.how, next.waves[0]?.verdict?.looks]).toEqual(['by_hand', expect.any(Number)]);
  expect(next.acts).toEqual([expect.objectContaining({ by: 'ana', what: 'promote', detail: 'wave 1' })]);
  const { reads } = stage.world;
  await eventually(
    'goes on looking',
    () => stage.world.reads,
    (now) => now > reads + 5,
  );
  expect((await stage.status(spec.id)).waves[1]?.phase, 'the next bake is not promoted with it').toBe('observe');
  await engine.client.abort(spec.id);
  await stage.ended(spec.id);
});

test('promote all ends this bake and all after it, each after one more look', async () => {
  const stage = aStage(engine);
  const spec = aChange(long);
  await stage.submit(spec);
  await stage.observed(spec.id);
  expect(await engine.client.promote(spec.id, { all: true })).toMatchObject({ done: true });
  const end = await stage.ended(spec.id);
  expect([end.state, ...end.waves.map((wave) => wave.how)]).toEqual(['completed', 'by_hand', 'by_hand', 'by_hand']);
  const { events } = await engine.client.temporal.workflow.getHandle(changeWorkflowId(spec.id)).fetchHistory();
  const looks = (events ?? []).filter(
    (event) => event.activityTaskScheduledEventAttributes?.activityType?.name === 'look',
  );
  expect(looks).toHaveLength(3);
});

test('promote all does not carry harm past a later wave', async () => {
  const stage = aStage(engine, (world) => {
    world.badShare.late = 0.01;
    world.eventsPerLook = 20_000;
    world.mischief.beforeTouch = async (verb, id) => {
      if (verb === 'apply' && id === 'app-5') world.badShare.late = 0.5;
    };
  });
  const spec = aChange(long, 'late');
  await stage.submit(spec);
  await stage.observed(spec.id);
  await engine.client.promote(spec.id, { all: true });
  const end = await stage.ended(spec.id);
  expect([end.state, new Set(Object.values(stage.world.versions()))]).toEqual(['rolled_back', new Set(['v1'])]);
});

test('when the last look proves harm, promote is answered no and the change is rolled back', async () => {
  const watcher = aLatch();
  const stage = aStage(engine, (world) => {
    world.badShare.late = 0.01;
    world.eventsPerLook = 5_000;
  });
  const spec = aChange(long, 'late');
  await stage.submit(spec);
  await stage.observed(spec.id);
  // What the last look sees it sees against a reading from before.
  await eventually(
    'a first look is made',
    () => stage.world.reads,
    (reads) => reads > 1,
  );
  // The watcher is held, so that only the last look can see what goes wrong now.
  stage.world.mischief.beforeRead = (activity) => (activity === 'observe' ? watcher.wait() : Promise.resolve());
  await eventually('the watcher is held', () => watcher.reached, Boolean);
  stage.world.badShare.late = 0.5;
  const answer = await engine.client.promote(spec.id, { by: 'ana' });
  expect(answer).toEqual({ done: false, text: expect.stringMatching(/^Not promoted: errors: .*ratio/) });
  watcher.open();
  const end = await stage.ended(spec.id);
  expect([end.state, end.wave, end.waves[0]?.how]).toEqual(['rolled_back', 1, null]);
});

test('when the last look cannot be made, promote is answered no, nothing is rolled back, and the bake goes on', async () => {
  const stage = aStage(engine);
  const spec = aChange(long);
  await stage.submit(spec);
  await stage.observed(spec.id);
  stage.world.mischief.beforeKeep = (activity) =>
    activity === 'look' ? Promise.reject(new GraywaveError('JOURNAL_UNWRITABLE', 'disk full')) : Promise.resolve();
  const answer = await engine.client.promote(spec.id);
  expect(answer).toEqual({ done: false, text: expect.stringMatching(/the last look before it could not be made/) });
  const { reads } = stage.world;
  await eventually(
    'goes on looking',
    () => stage.world.reads,
    (now) => now > reads + 5,
  );
  const status = await stage.status(spec.id);
  expect([status.state, status.wave, status.waves[0]?.phase]).toEqual(['rolling_out', 1, 'observe']);
  stage.world.mischief.beforeKeep = () => Promise.resolve();
  expect(await engine.client.promote(spec.id), 'asked again, it is done').toMatchObject({ done: true });
  await engine.client.abort(spec.id);
  await stage.ended(spec.id);
});

test('promote is refused where no bake runs, and while another is being answered', async () => {
  const look = aLatch();
  const stage = aStage(engine);
  const spec = aChange({ ...long, gates: [{ beforeWave: 1, reason: 'first' }] });
  await stage.submit(spec);
  await stage.waitsFor(spec.id, 'approval');
  await expect(engine.client.promote(spec.id)).rejects.toMatchObject({ code: 'REQUEST_REFUSED' });
  await engine.client.approve(spec.id);
  await stage.observed(spec.id);
  stage.world.mischief.beforeRead = (activity) => (activity === 'look' ? look.wait() : Promise.resolve());
  const first = engine.client.promote(spec.id);
  await eventually('the first promote looks', () => look.reached, Boolean);
  await expect(engine.client.promote(spec.id)).rejects.toMatchObject({
    code: 'REQUEST_REFUSED',
    message: expect.stringContaining('answered already'),
  });
  look.open();
  expect(await first).toMatchObject({ done: true });
  await engine.client.abort(spec.id);
  await stage.ended(spec.id);
});
