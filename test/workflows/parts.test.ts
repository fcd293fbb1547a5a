import { afterAll, beforeAll, expect, test } from 'vitest';
import { aChange, type Engine, eventually, startEngine } from '../support/engine.js';
import { World } from '../support/world.js';

let engine: Engine;
beforeAll(async () => {
  engine = await startEngine();
});
afterAll(() => engine.stop());

function aWorld(): World {
  const world = new World();
  engine.use(world);
  return world;
}

test('a part that no signal tells of is not silent: image and flag go forward together, and back together', async () => {
  const world = aWorld();
  const parts = (version: string) => [
    { name: 'image', driver: 'memory', with: { version } },
    { name: 'flag', driver: 'memory', with: { version: 'on' } },
  ];
  const waves = [{ to: '25%' }, { to: '75%' }, { to: '100%', bake: { min: '1s', max: '1s' } }];
  const good = aChange({ parts: parts('v2'), waves });
  await engine.client.submitSpec(good, 'tests');
  const end = await engine.client.wait(good.id, { everyMs: 50 });
  expect([end.state, end.reason]).toEqual(['completed', expect.any(String)]);
  expect([new Set(Object.values(world.versions())), world.flag.version]).toEqual([new Set(['v2']), 'on']);

  const again = aWorld();
  const bad = aChange({ parts: parts('bad'), waves });
  await engine.client.submitSpec(bad, 'tests');
  const undone = await engine.client.wait(bad.id, { everyMs: 50 });
  expect([undone.state, undone.verdict?.verdict.culprit]).toEqual(['rolled_back', 'errors']);
  expect([new Set(Object.values(again.versions())), again.flag.version]).toEqual([new Set(['v1']), 'off']);
});

test('what a hand has put on a target is neither overwritten nor taken out of service by an abort', async () => {
  const world = aWorld();
  const spec = aChange({
    bake: { min: '19s', max: '20s' },
    waves: [{ to: '50%' }, { to: '100%' }],
    rollback: { deadline: '1m', batch: '100%', observe: '1s' },
  });
  await engine.client.submitSpec(spec, 'tests');
  await eventually(
    'observes',
    () => engine.client.status(spec.id),
    (status) => status.waves[0]?.phase === 'observe',
  );
  const [id] = (await engine.client.status(spec.id)).waves[0]?.targets ?? [];
  const place = world.place(id ?? '');
  place.version = 'hot-fix';
  await engine.client.abort(spec.id, { by: 'me' });
  const end = await engine.client.wait(spec.id, { everyMs: 50 });
  expect(end.state).toBe('not_restored');
  expect(end.reason).toContain(`left as a hand has put it: ${id}`);
  expect([place.version, place.drained]).toEqual(['hot-fix', false]);
  expect(Object.values(world.versions()).filter((version) => version === 'v1')).toHaveLength(7);
  expect([...world.places.values()].filter(({ drained }) => drained)).toEqual([]);
});

test('what was planned before an approval is planned again after it', async () => {
  const world = aWorld();
  const gates = [{ beforeWave: 1, reason: 'look first' }];
  const spec = aChange({ gates, waves: [{ to: '50%' }, { to: '100%', bake: { min: '1s', max: '1s' } }] });
  await engine.client.submitSpec(spec, 'tests');
  await eventually(
    'waits',
    () => engine.client.status(spec.id),
    (status) => status.waitsFor?.what === 'approval',
  );
  for (const place of world.places.values()) place.version = 'v1.1';
  world.badShare['v1.1'] = 0.01;
  await engine.client.approve(spec.id, { by: 'me' });
  const end = await engine.client.wait(spec.id, { everyMs: 50 });
  expect([end.state, end.reason]).toEqual(['completed', expect.any(String)]);
  expect(world.touches.map(({ from, to }) => `${from} ${to}`)).toEqual(Array.from({ length: 8 }, () => 'v1.1 v2'));
});

test('what is changed is watched while a later wave takes its time, and harm does not wait for it', async () => {
  const world = aWorld();
  const late = new Set<string>();
  const spec = aChange({ waves: [{ to: '25%' }, { to: '75%' }, { to: '100%' }] }, 'late');
  world.badShare.late = 0.01;
  let stalled = false;
  world.mischief.beforeTouch = async (verb, id, kit) => {
    if (verb !== 'apply' || world.touches.length < 2) return;
    late.add(id);
    stalled = true;
    world.badShare.late = 0.4;
    await new Promise((resolve) => kit.signal.addEventListener('abort', resolve, { once: true }));
  };
  await engine.client.submitSpec(spec, 'tests');
  await eventually(
    'the second wave stalls',
    () => stalled,
    (is) => is,
  );
  const end = await engine.client.wait(spec.id, { everyMs: 50 });
  expect([end.state, end.wave, end.verdict?.verdict.culprit]).toEqual(['rolled_back', 2, 'errors']);
  expect(new Set(Object.values(world.versions()))).toEqual(new Set(['v1']));
  expect(late.size).toBe(1);
});
