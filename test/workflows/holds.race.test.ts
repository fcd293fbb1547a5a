import { afterAll, beforeAll, expect, test } from 'vitest';
import type { Driver } from '../../src/drivers/driver.js';
import { holdBarrierMs } from '../../src/drivers/permission.js';
import { aChange, type Engine, eventually, startEngine } from '../support/engine.js';
import { aStage } from '../support/stage.js';
import { World } from '../support/world.js';

let engine: Engine;
beforeAll(async () => {
  engine = await startEngine();
});
afterAll(() => engine.stop());

test('after `hold` has returned no wave begins any more, however many changes are advancing', {
  timeout: 180_000,
}, async () => {
  const count = 50;
  const worlds = new Map<string, World>();
  const driverOf = (id: string): Driver => {
    const world = worlds.get(id) ?? new World();
    worlds.set(id, world);
    return world.driver();
  };
  const stage = aStage(engine, (world) => {
    world.driver = () => ({
      name: 'memory',
      plan: (...call) => driverOf(call[0].changeId).plan(...call),
      apply: (...call) => driverOf(call[0].changeId).apply(...call),
      verify: (...call) => driverOf(call[0].changeId).verify(...call),
      revert: (...call) => driverOf(call[0].changeId).revert(...call),
    });
  });
  const service = 'raced';
  const waves = Array.from({ length: 8 }, (_, i) => ({ to: `${(i + 1) * 12.5}%`, bake: { min: '1s', max: '1s' } }));
  const more = { services: [service], waves, signals: [], onInconclusive: 'advance', tier: 3 };
  const specs = Array.from({ length: count }, () => aChange(more));
  await Promise.all(specs.map((spec) => stage.submit(spec)));
  const begun = (): string[] =>
    [...worlds.values()].flatMap((world) => [...new Set(world.touches.map(({ key }) => key))]);
  await eventually('many waves have begun', begun, (keys) => keys.length > count, 60_000);
  const askedMs = performance.now();
  await engine.client.hold(`service/${service}`, { reason: 'stop the line', by: 'ana' });
  const after = new Set(begun());
  expect(performance.now() - askedMs).toBeGreaterThan(holdBarrierMs);
  const query = `ChangeServices = '${service}'`;
  const come = await eventually(
    'all wait or have ended',
    () => engine.client.list({ query, limit: count }),
    (all) => all.length === count && all.every(({ state }) => state === 'waiting' || state === 'completed'),
    100_000,
  );
  expect(come.filter(({ state }) => state === 'waiting').length).toBeGreaterThan(count / 2);
  expect(begun().filter((key) => !after.has(key))).toEqual([]);
  await Promise.all(specs.map(({ id }) => engine.client.abort(id).catch(() => undefined)));
});
