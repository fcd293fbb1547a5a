import { afterAll, beforeAll, expect, test } from 'vitest';
import { type Evidence, recompute } from '../../src/judging/evidence.js';
import { evidenceOfChange } from '../../src/judging/of-change.js';
import { aChange, type Engine, eventually, startEngine } from '../support/engine.js';
import { World } from '../support/world.js';

let engine: Engine;
beforeAll(async () => {
  engine = await startEngine();
});
afterAll(() => engine.stop());

async function submitted(spec: ReturnType<typeof aChange>, prepare: (world: World) => void = () => undefined) {
  const world = new World();
  prepare(world);
  engine.use(world);
  await engine.client.submitSpec(spec, 'tests');
}

/** As `explain --evidence` prints it. */
async function evidenceNow(id: string): Promise<Evidence> {
  const status = await engine.client.status(id);
  const live = status.endedMs === null ? await engine.client.live(id) : null;
  const evidence = evidenceOfChange(status, await engine.cells.read(id), live?.verdict ?? null);
  return JSON.parse(JSON.stringify(evidence)) as Evidence;
}

test('every verdict of a change that completed is recomputed from its evidence, bit for bit', async () => {
  const bakes = { bake: { min: '1s', max: '20s' } };
  const waves = [{ to: '25%' }, { to: '50%' }, { to: '100%', bake: { min: '1s', max: '2s' } }];
  const spec = aChange({ ...bakes, waves });
  await submitted(spec);
  await engine.client.wait(spec.id, { everyMs: 50 });
  const again = recompute(await evidenceNow(spec.id));
  expect(again.map(({ wave, kind, problem }) => ({ wave, kind, problem }))).toEqual([
    { wave: 1, kind: 'pass', problem: null },
    { wave: 2, kind: 'pass', problem: null },
    { wave: 3, kind: expect.any(String) as string, problem: null },
  ]);
});

test('so is the fail of a harmful change, and the error of one whose targets fell silent', async () => {
  const bad = aChange({}, 'bad');
  await submitted(bad);
  await engine.client.wait(bad.id, { everyMs: 50 });
  expect(recompute(await evidenceNow(bad.id))).toMatchObject([{ kind: 'fail', same: true }]);
  const silent = aChange({ bake: { min: '1s', max: '2s' }, onError: 'rollback' });
  await submitted(silent, (world) => {
    for (const id of world.places.keys()) world.silent.add(id);
  });
  await engine.client.wait(silent.id, { everyMs: 50 });
  const again = recompute(await evidenceNow(silent.id));
  expect(again.filter(({ same }) => !same)).toEqual([]);
});

test('what the watcher says while it watches is recomputed as well', async () => {
  const spec = aChange({ bake: { min: '15s', max: '20s' } });
  await submitted(spec);
  await eventually(
    'a live verdict',
    () => engine.client.live(spec.id),
    (live) => (live?.verdict.looks ?? 0) > 5,
  );
  for (let i = 0; i < 5; i++) {
    const evidence = await evidenceNow(spec.id);
    expect(evidence.said.length).toBe(1);
    expect(recompute(evidence)).toMatchObject([{ wave: 1, kind: 'inconclusive', same: true, problem: null }]);
    await new Promise((resolve) => setTimeout(resolve, 700));
  }
  await engine.client.abort(spec.id, { by: 'tests', reason: 'seen enough' });
  await engine.client.wait(spec.id, { everyMs: 50 });
});
