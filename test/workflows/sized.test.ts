import { afterAll, beforeAll, expect, test } from 'vitest';
import { startChange } from '../../src/client/start.js';
import { specHash } from '../../src/spec/hash.js';
import { aChange, type Engine, eventually, startEngine } from '../support/engine.js';
import { aStage } from '../support/stage.js';

let engine: Engine;
beforeAll(async () => {
  engine = await startEngine();
});
afterAll(() => engine.stop());

const sizes = { waves: 'auto', bake: { min: '1s', max: '20s' } };

test('automatic waves are sized by the traffic there is, and carried out so', async () => {
  const stage = aStage(engine);
  const spec = aChange(sizes);
  await stage.submit(spec);
  const end = await stage.ended(spec.id);
  expect(end.state).toBe('completed');
  expect(end.waves.map(({ targets }) => targets.length)).toEqual([1, 1, 2, 4]);
  expect(new Set(Object.values(stage.world.versions()))).toEqual(new Set(['v2']));
});

test('a change that was submitted before keeps the waves it was planned with', async () => {
  const stage = aStage(engine);
  const spec = aChange(sizes);
  const input = { engine: 1 as const, spec, specHash: specHash(spec), submittedBy: 'tests' };
  await startChange(engine.client.temporal, input, 'before');
  const { waves } = await eventually(
    'is planned',
    () => stage.status(spec.id),
    (status) => status.waves.length > 0,
  );
  expect(waves.map(({ targets }) => targets.length)).toEqual([2, 2, 4]);
  await engine.client.abort(spec.id);
  await stage.ended(spec.id);
});

test('where no traffic is seen the waves go by the level', async () => {
  const stage = aStage(engine, (world) => void (world.eventsPerLook = 0));
  const spec = aChange(sizes);
  await stage.submit(spec);
  const { waves } = await stage.until(spec.id, 'is planned', (status) => status.waves.length > 0);
  expect(waves.map(({ targets }) => targets.length)).toEqual([2, 2, 4]);
  await engine.client.abort(spec.id);
  await stage.ended(spec.id);
});
