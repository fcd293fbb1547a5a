import { afterAll, beforeAll, expect, test } from 'vitest';
import { GraywaveError } from '../../src/errors.js';
import { aChange, type Engine, eventually, startEngine } from '../support/engine.js';
import { aStage } from '../support/stage.js';

let engine: Engine;
beforeAll(async () => {
  engine = await startEngine();
});
afterAll(() => engine.stop());

test('a source that is gone for longer than a moment is told, shown, and told again when it is back', {
  timeout: 120_000,
}, async () => {
  const stage = aStage(engine);
  stage.world.channels = { source_down: ['chat'] };
  const spec = aChange({
    waves: [{ to: '50%' }, { to: '100%', bake: { min: '1s', max: '1s' } }],
    bake: { min: '60s', max: '100s' },
  });
  await stage.submit(spec);
  await stage.observed(spec.id);
  stage.world.sourceDown = new GraywaveError('SOURCE_DOWN', 'connection refused');
  const told = () => stage.world.notices.map(({ notice }) => `${notice.event}${notice.over ? ' is over' : ''}`);
  await eventually('told', told, (all) => all.length > 0, 40_000);
  expect((await stage.status(spec.id)).reason).toMatch(/the source gives nothing to judge by/);
  stage.world.sourceDown = null;
  await eventually('told that it is back', told, (all) => all.length > 1, 20_000);
  expect(told()).toEqual(['source_down', 'source_down is over']);
  const end = await stage.ended(spec.id);
  expect([end.state, end.waves[0]?.how]).toEqual(['completed', 'proven']);
});

test('a source that fails for a moment is no news', { timeout: 60_000 }, async () => {
  const stage = aStage(engine);
  stage.world.channels = { source_down: ['chat'] };
  const spec = aChange({
    waves: [{ to: '50%' }, { to: '100%', bake: { min: '1s', max: '1s' } }],
    bake: { min: '8s', max: '50s' },
  });
  await stage.submit(spec);
  await stage.observed(spec.id);
  stage.world.sourceDown = new GraywaveError('SOURCE_DOWN', 'connection refused');
  await new Promise((resolve) => setTimeout(resolve, 3_000));
  stage.world.sourceDown = null;
  expect((await stage.ended(spec.id)).state).toBe('completed');
  expect(stage.world.notices).toEqual([]);
});

test('a source that answers the same for ever is no source: told, never a pass, and the bake goes on when it moves', {
  timeout: 120_000,
}, async () => {
  const stage = aStage(engine);
  stage.world.channels = { source_down: ['chat'] };
  const spec = aChange({
    waves: [{ to: '50%' }, { to: '100%', bake: { min: '1s', max: '1s' } }],
    bake: { min: '60s', max: '100s' },
  });
  await stage.submit(spec);
  await stage.observed(spec.id);
  await eventually(
    'it has been looked at',
    () => stage.world.reads,
    (reads) => reads > 8,
  );
  stage.world.frozen = true;
  const sinceMs = Date.now();
  const told = () => stage.world.notices.map(({ notice }) => `${notice.event}${notice.over ? ' is over' : ''}`);
  await eventually('told', told, (all) => all.length > 0, 60_000);
  expect(stage.world.notices[0]?.notice.text).toMatch(/stood still/);
  expect(Date.now() - sinceMs).toBeLessThan(60_000);
  expect((await stage.status(spec.id)).wave).toBe(1);
  stage.world.frozen = false;
  await eventually('told that it is back', told, (all) => all.length > 1, 20_000);
  const end = await stage.ended(spec.id);
  expect([end.state, end.waves[0]?.how]).toEqual(['completed', 'proven']);
});
