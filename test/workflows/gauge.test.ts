import { afterAll, beforeAll, expect, test } from 'vitest';
import { random } from '../../bench/judge/random.js';
import { evidenceOfChange } from '../../src/judging/of-change.js';
import { recompute } from '../../src/judging/evidence.js';
import { aChange, type Engine, startEngine } from '../support/engine.js';
import { aStage } from '../support/stage.js';
import type { World } from '../support/world.js';

let engine: Engine;
beforeAll(async () => {
  engine = await startEngine();
});
afterAll(() => engine.stop());

const cpu = { name: 'cpu', source: 'memory', kind: 'gauge', metric: 'cpu', noise: 'fast' };
const errors = { name: 'errors', source: 'memory', kind: 'errors', detect: '3x' };
const spec = (signals: object[], version: string, more: object = {}) =>
  aChange(
    {
      signals,
      waves: [{ to: '25%' }, { to: '50%' }, { to: '100%', bake: { min: '1s', max: '2s' } }],
      bake: { min: '1s', max: '40s' },
      ...more,
    },
    version,
  );

/** Targets that differ, drift by themselves from reading to reading, and are shifted by what a version costs. */
function drifting(world: World, costs: Record<string, number>): void {
  const draw = random(7);
  const hosts = new Map([...world.places.keys()].map((id) => [id, 0.03 * draw.normal()]));
  const drifts = new Map<string, number>();
  world.gauge = (id, version) => {
    const next = 0.95 * (drifts.get(id) ?? 0.03 * draw.normal()) + Math.sqrt(1 - 0.95 ** 2) * 0.03 * draw.normal();
    drifts.set(id, next);
    return 0.4 * (costs[version] ?? 1) * Math.exp((hosts.get(id) ?? 0) + next);
  };
}

test('a gauge that rises by half is stopped in the first wave, blamed with its size, and rolled back', async () => {
  const stage = aStage(engine, (world) => drifting(world, { v2: 1.5 }));
  const change = spec([errors, cpu], 'v2');
  await stage.submit(change);
  const end = await stage.ended(change.id);
  expect(end.state).toBe('rolled_back');
  expect(end.reason).toMatch(/cpu: 0\.\d+ against 0\.\d+ unchanged: \+\d+% \(between \+\d+% and \+\d+%\)/);
  expect(end.reason).toContain('noise profile fast');
  expect(end.waves[0]?.verdict).toMatchObject({ kind: 'fail', culprit: 'cpu' });
  expect(new Set(Object.values(stage.world.versions()))).toEqual(new Set(['v1']));
  const evidence = evidenceOfChange(end, await engine.cells.read(change.id), null);
  expect(evidence.said.length).toBeGreaterThan(0);
  const again = recompute(JSON.parse(JSON.stringify(evidence)) as typeof evidence);
  expect(again.filter(({ same }) => !same)).toEqual([]);
});

test('one that drifts by itself is carried out, each wave proven, with a gauge as its only signal', async () => {
  const stage = aStage(engine, (world) => drifting(world, {}));
  const change = spec([cpu], 'v2');
  await stage.submit(change);
  const end = await stage.ended(change.id);
  expect(end.waves.map(({ how, verdict }) => [how, verdict?.kind, verdict?.silent])).toEqual([
    ['proven', 'pass', []],
    ['proven', 'pass', []],
    ['proven', 'pass', []],
  ]);
  expect(end.state).toBe('completed');
  expect(end.waves[0]?.verdict?.reason).toContain('a shift of +30% or more is excluded on cpu');
  const evidence = evidenceOfChange(end, await engine.cells.read(change.id), null);
  expect(recompute(evidence).filter(({ same }) => !same)).toEqual([]);
});

test('a changed side whose gauge is gone is not passed, though its counters are fine', async () => {
  const stage = aStage(engine, (world) => {
    world.gauge = (_id, version) => (version === 'v2' ? Number.NaN : 0.4);
  });
  const change = spec([errors, cpu], 'v2', { bake: { min: '1s', max: '5s' }, onInconclusive: 'rollback' });
  await stage.submit(change);
  const end = await stage.ended(change.id);
  expect(end.state).toBe('rolled_back');
  expect(end.waves[0]?.verdict?.kind).toBe('inconclusive');
  expect(end.waves[0]?.verdict?.reason).toContain('no traffic on the changed side in this wave for cpu');
});

test('a gauge that nobody shows, and a noise profile that nobody knows, refuse the change before anything is touched', async () => {
  const stage = aStage(engine, (world) => world.places.forEach(({ id }) => world.silent.add(id)));
  const empty = spec([cpu], 'v2');
  await stage.submit(empty);
  expect((await stage.ended(empty.id)).reason).toContain('has no value of cpu{service="app"}');
  const unknown = spec([{ ...cpu, noise: 'slow' }], 'v2');
  await stage.submit(unknown);
  const { reason, state } = await stage.ended(unknown.id);
  expect(reason).toContain('signal cpu: no noise profile "slow"; known: default, fast');
  expect(state).not.toBe('completed');
  expect(stage.world.touches).toEqual([]);
});
