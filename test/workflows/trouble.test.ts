import { afterAll, beforeAll, expect, test } from 'vitest';
import { GraywaveError } from '../../src/errors.js';
import { aChange, type Engine, eventually, startEngine } from '../support/engine.js';
import { aStage } from '../support/stage.js';

let engine: Engine;
beforeAll(async () => {
  engine = await startEngine();
});
afterAll(() => engine.stop());

const last = { to: '100%', bake: { min: '1s', max: '1s' } };
const waves = [{ to: '50%' }, last];
const down = new GraywaveError('SOURCE_DOWN', 'connection refused');
const errorLooks = async (id: string) => (await engine.cells.read(id)).filter((look) => look.error !== null).length;

test('a source that is down in a bake neither passes nor rolls back, and the bake goes on when it returns', async () => {
  const stage = aStage(engine);
  const spec = aChange({ waves, bake: { min: '4s', max: '55s' } });
  await stage.submit(spec);
  await stage.observed(spec.id);
  stage.world.sourceDown = down;
  // Until well past the least bake: with evidence it would have been promoted by now.
  await eventually(
    'looks at a source that is down',
    () => errorLooks(spec.id),
    (looks) => looks >= 25,
    40_000,
  );
  const status = await stage.status(spec.id);
  expect([status.wave, status.waves[0]?.phase, status.rollback]).toEqual([1, 'observe', null]);
  expect(stage.world.touches).toHaveLength(4);
  stage.world.sourceDown = null;
  const end = await stage.ended(spec.id);
  expect([end.state, end.waves[0]?.how]).toEqual(['completed', 'proven']);
});

test('a bake that ends while its source is down waits for the source, and goes on by itself when it returns', async () => {
  const stage = aStage(engine);
  const spec = aChange({ waves, bake: { min: '1s', max: '3s' } });
  await stage.submit(spec);
  await stage.observed(spec.id);
  stage.world.sourceDown = down;
  const held = await stage.waitsFor(spec.id, 'source');
  expect([held.state, held.waves[0]?.verdict?.kind, held.waves[0]?.how]).toEqual(['waiting', 'error', null]);
  expect(held.waitsFor?.untilMs, 'it holds for a limited time').toBeGreaterThan(Date.now());
  stage.world.sourceDown = null;
  const end = await stage.ended(spec.id);
  expect([end.state, end.waves[0]?.how]).toEqual(['completed', 'proven']);
});

test('with onError: rollback a bake that ends on a broken source is taken back', async () => {
  const stage = aStage(engine);
  const before = stage.world.versions();
  const spec = aChange({ waves, bake: { min: '1s', max: '3s' }, onError: 'rollback' });
  await stage.submit(spec);
  await stage.observed(spec.id);
  stage.world.sourceDown = down;
  const end = await stage.ended(spec.id);
  expect([end.state, end.reason]).toEqual(['rolled_back', expect.stringMatching(/not proven safe.*source/)]);
  expect(stage.world.versions()).toEqual(before);
});

test('changed targets that fall silent are caught as silence, with their names, and taken back', async () => {
  const stage = aStage(engine);
  const before = stage.world.versions();
  const spec = aChange({ waves, bake: { min: '50s', max: '55s' } });
  await stage.submit(spec);
  await stage.observed(spec.id);
  const { reads } = stage.world;
  await eventually(
    'was heard',
    () => stage.world.reads,
    (now) => now > reads + 2,
  );
  stage.world.silent.add('app-1').add('app-3');
  const end = await stage.ended(spec.id);
  expect([end.state, end.verdict?.verdict.culprit]).toEqual(['rolled_back', 'silence']);
  expect(end.reason).toMatch(/silence: 2 changed targets of 4 \(app-1, app-3\) did not report/);
  expect(stage.world.versions()).toEqual(before);
});

test('when both sides fall silent alike the source is to blame, not the change', async () => {
  const stage = aStage(engine);
  const spec = aChange({ waves, bake: { min: '2s', max: '4s' } });
  await stage.submit(spec);
  await stage.observed(spec.id);
  for (const id of stage.world.places.keys()) stage.world.silent.add(id);
  const held = await stage.waitsFor(spec.id, 'source');
  expect(held.rollback).toBeNull();
  stage.world.silent.clear();
  expect((await stage.ended(spec.id)).state).toBe('completed');
});
