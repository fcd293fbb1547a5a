import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import type { Scope } from '../../src/policy/scope.js';
import { holdWorkflowId } from '../../src/workflows/names.js';
import { aChange, type Engine, eventually, startEngine } from '../support/engine.js';
import { aLatch, aStage, type Stage } from '../support/stage.js';
import type { World } from '../support/world.js';

let engine: Engine;
beforeAll(async () => {
  engine = await startEngine();
});
afterAll(() => engine.stop());
afterEach(async () => {
  for (const { scope } of await engine.client.holds()) await engine.client.unhold(scope).catch(() => undefined);
});

const last = { to: '100%', bake: { min: '1s', max: '1s' } };
const quick = { waves: [{ to: '50%' }, last], bake: { min: '1s', max: '50s' } };
const longFirst = { waves: [{ to: '25%', bake: { min: '50s', max: '55s' } }, { to: '50%' }, last] };
let services = 0;
/** A service of its own, so that no other test's hold covers it. */
const aService = (): string => `service-${++services}`;
const hold = (scope: Scope, more: { forSeconds?: number } = {}) =>
  engine.client.hold(scope, { reason: 'incident 4711', by: 'ana', ...more });
const applied = (stage: Stage): string[] => stage.world.touches.filter(({ to }) => to === 'v2').map(({ id }) => id);

describe('a hold', () => {
  test('over what is submitted keeps its first wave from beginning; lifted, it goes on within 2 s', async () => {
    const stage = aStage(engine);
    const service = aService();
    await hold(`service/${service}`);
    const spec = aChange({ ...quick, services: [service] });
    await stage.submit(spec);
    const waits = await stage.waitsFor(spec.id, 'hold');
    expect([waits.state, waits.waitsFor?.detail]).toEqual([
      'waiting',
      expect.stringMatching(new RegExp(`^a hold over service/${service} by ana until 20.{17}Z \\(incident 4711\\)$`)),
    ]);
    expect(stage.world.touches).toEqual([]);
    expect(await engine.journal.entries(spec.id)).toEqual([]);
    await eventually(
      'is counted',
      () => engine.client.holds(),
      ([one]) => one?.waiting === 1,
    );
    await engine.client.unhold(`service/${service}`, { by: 'ben', reason: 'over' });
    const liftedMs = Date.now();
    await stage.until(spec.id, 'goes on', (s) => s.waitsFor === null);
    expect(Date.now() - liftedMs).toBeLessThan(2_000);
    expect((await stage.ended(spec.id)).state).toBe('completed');
  });

  test('between waves keeps the next one from beginning, and what is changed stays watched: harm rolls back under it', async () => {
    const stage = aStage(engine);
    const before = stage.world.versions();
    const service = aService();
    const spec = aChange({ ...quick, waves: [{ to: '25%' }, { to: '50%' }, last], services: [service] });
    await stage.submit(spec);
    await stage.observed(spec.id);
    await hold(`service/${service}`);
    await stage.waitsFor(spec.id, 'hold');
    expect(applied(stage)).toHaveLength(2);
    stage.world.badShare.v2 = 0.3;
    const end = await stage.ended(spec.id);
    expect([end.state, end.wave, end.reason]).toEqual(['rolled_back', 2, expect.stringContaining('errors')]);
    expect(stage.world.versions()).toEqual(before);
    expect(applied(stage)).toHaveLength(2);
  });

  test('does not keep an abort from rolling back', async () => {
    const stage = aStage(engine);
    const service = aService();
    const spec = aChange({ ...longFirst, services: [service] });
    await stage.submit(spec);
    await stage.observed(spec.id);
    await hold(`service/${service}`);
    await engine.client.abort(spec.id);
    expect((await stage.ended(spec.id)).state).toBe('rolled_back');
  });

  test('leaves a wave that has begun to come to its end, and keeps the next one', async () => {
    const stage = aStage(engine);
    const service = aService();
    const latch = aLatch();
    stage.world.mischief.beforeTouch = (_verb, id) => (id === 'app-2' ? latch.wait() : Promise.resolve());
    const spec = aChange({ ...quick, services: [service] });
    await stage.submit(spec);
    await eventually('is in the middle of its first wave', () => latch.reached, Boolean);
    await hold(`service/${service}`);
    latch.open();
    await stage.waitsFor(spec.id, 'hold');
    expect(applied(stage)).toEqual(['app-1', 'app-2', 'app-3', 'app-4']);
    await engine.client.abort(spec.id);
  });

  test('made between the gate and the first touch keeps that touch, and the wave waits', async () => {
    const stage = aStage(engine);
    const service = aService();
    const latch = aLatch();
    stage.world.mischief.beforeAsk = (_verb, id) => (id === 'app-1' ? latch.wait() : Promise.resolve());
    const spec = aChange({ ...quick, services: [service] });
    await stage.submit(spec);
    await eventually('the gate has let it through', () => latch.reached, Boolean);
    await hold(`service/${service}`);
    latch.open();
    await stage.waitsFor(spec.id, 'hold');
    expect(stage.world.touches).toEqual([]);
    expect(stage.world.refusals[0]).toEqual({ id: 'app-1', code: 'HELD' });
    await engine.client.unhold(`service/${service}`);
    expect((await stage.ended(spec.id)).state).toBe('completed');
    expect(applied(stage)).toHaveLength(8);
  });

  test('that was terminated by hand is over, and who waits finds out by itself', async () => {
    const stage = aStage(engine);
    const service = aService();
    await hold(`service/${service}`);
    const spec = aChange({ ...quick, services: [service] });
    await stage.submit(spec);
    await stage.waitsFor(spec.id, 'hold');
    await engine.client.temporal.workflow.getHandle(holdWorkflowId(`service/${service}`)).terminate('by hand');
    const endedMs = Date.now();
    await stage.until(spec.id, 'goes on', (s) => s.waitsFor?.what !== 'hold');
    expect(Date.now() - endedMs).toBeLessThan(15_000);
    await engine.client.abort(spec.id);
  });

  test('ends by itself at its time, and who waits goes on', async () => {
    const stage = aStage(engine);
    const service = aService();
    const { untilMs } = await hold(`service/${service}`, { forSeconds: 4 });
    const spec = aChange({ ...quick, services: [service] });
    await stage.submit(spec);
    await stage.waitsFor(spec.id, 'hold');
    await stage.until(spec.id, 'goes on', (s) => s.waitsFor === null);
    expect(Date.now()).toBeGreaterThan(untilMs - 100);
    expect(Date.now()).toBeLessThan(untilMs + 3_000);
    await engine.client.abort(spec.id);
  });

  test('waits for the last of two, and says both', async () => {
    const stage = aStage(engine);
    const service = aService();
    await hold(`service/${service}`);
    await hold('kind/schema');
    const spec = aChange({ ...quick, services: [service], type: 'schema' });
    await stage.submit(spec);
    const waits = await stage.waitsFor(spec.id, 'hold');
    expect(waits.waitsFor?.detail).toMatch(/service\/.*; a hold over kind\/schema/);
    await engine.client.unhold(`service/${service}`);
    await stage.until(
      spec.id,
      'waits for the other',
      (s) => s.waitsFor?.detail.startsWith('a hold over kind/schema') ?? false,
    );
    expect(stage.world.touches).toEqual([]);
    await engine.client.unhold('kind/schema');
    await stage.until(spec.id, 'goes on', (s) => s.waitsFor === null);
    await engine.client.abort(spec.id);
  });

  test('made while no worker runs is in force: a worker that comes up finds it', async () => {
    const stage = aStage(engine);
    const service = aService();
    await engine.stopWorker();
    await hold(`service/${service}`);
    const spec = aChange({ ...quick, services: [service] });
    await stage.submit(spec);
    await engine.startWorker();
    await stage.waitsFor(spec.id, 'hold');
    expect(stage.world.touches).toEqual([]);
    await engine.client.abort(spec.id);
  });
});

/** The targets say that they are in a region. */
function inRegion(region: string): (world: World) => void {
  return (world) => {
    const driver = world.driver.bind(world);
    world.driver = (name) => {
      const plain = driver(name);
      const plan: typeof plain.plan = async (...call) => {
        const answer = await plain.plan(...call);
        const targets = answer.targets.map((target) => ({ ...target, labels: { ...target.labels, region } }));
        return { ...answer, targets };
      };
      return { ...plain, plan };
    };
  };
}

test('a hold covers a change by service, kind, level, and region of a target or of the spec, and no other', async () => {
  const cases: [Scope, Record<string, unknown>][] = [
    ['service/cart', { services: ['web', 'cart'] }],
    ['kind/config', { type: 'config' }],
    ['level/L2', { tier: 0, waves: [{ to: '25%' }, { to: '50%' }, last] }],
    ['region/us', { labels: { region: 'us' } }],
  ];
  await Promise.all(['region/eu', ...cases.map(([scope]) => scope)].map((scope) => hold(scope)));
  const others = { services: ['other'] };
  const isHeld = async (stage: Stage, scope: Scope, more: Record<string, unknown>): Promise<void> => {
    const spec = aChange({ ...quick, ...others, ...more });
    await stage.submit(spec);
    const waits = await stage.waitsFor(spec.id, 'hold');
    expect(waits.waitsFor?.detail, scope).toMatch(new RegExp(`^a hold over ${scope} by ana[^;]*$`));
    await engine.client.abort(spec.id);
    await stage.ended(spec.id);
  };
  const regional = aStage(engine, inRegion('eu'));
  await isHeld(regional, 'region/eu', {});
  const stage = aStage(engine);
  await Promise.all(cases.map(([scope, more]) => isHeld(stage, scope, more)));
  expect([...regional.world.touches, ...stage.world.touches]).toEqual([]);
  const free = aChange({ ...longFirst, ...others });
  await stage.submit(free);
  await stage.observed(free.id);
  await hold('all');
  await isHeld(aStage(engine), 'all', {});
});
