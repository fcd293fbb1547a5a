import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { abortSignal } from '../../src/workflows/messages.js';
import { aChange, type Engine, eventually, startEngine } from '../support/engine.js';
import { aLatch, aStage, type Stage } from '../support/stage.js';

let engine: Engine;
beforeAll(async () => {
  engine = await startEngine();
});
afterAll(() => engine.stop());

const last = { to: '100%', bake: { min: '1s', max: '1s' } };
const quick = { waves: [{ to: '25%' }, { to: '50%' }, last], bake: { min: '1s', max: '50s' } };
const inFirst = { waves: [{ to: '25%', bake: { min: '50s', max: '55s' } }, { to: '50%' }, last] };
const takenAsIs = { by: 'ana', reason: 'the new disk needs v9' };

/** A change in the middle of its first wave, when a hand puts another version on the second target. */
async function handInFirstWave(more: Record<string, unknown>): Promise<{ stage: Stage; id: string }> {
  const stage = aStage(engine);
  const latch = aLatch();
  stage.world.mischief.beforeTouch = (verb, id) =>
    verb === 'apply' && id === 'app-1' ? latch.wait() : Promise.resolve();
  const spec = aChange(more);
  await stage.submit(spec);
  await eventually('touches', () => latch.reached, Boolean);
  stage.world.place('app-2').version = 'v9';
  latch.open();
  const asked = await stage.waitsFor(spec.id, 'decision');
  expect(asked.waitsFor?.detail).toContain('app-2 is v9, not v1');
  return { stage, id: spec.id };
}

const acts = async (id: string, act: string) =>
  (await engine.journal.entries(id)).filter((entry) => entry.kind === 'act' && entry.act === act);

test('while a person decides about a wave that stands still in its middle, what it has surely changed is watched', async () => {
  const { stage, id } = await handInFirstWave(quick);
  const live = await eventually(
    'it is looked at',
    () => engine.client.live(id),
    (now) => (now?.verdict.looks ?? 0) > 2,
  );
  expect(live?.verdict.streams[0]?.canary.exposure, 'app-1 only, whose outcome is sure').toBeGreaterThan(0);
  stage.world.badShare.v2 = 0.5;
  const end = await stage.ended(id);
  expect([end.state, end.reason]).toEqual([
    'not_restored',
    expect.stringMatching(/^errors: .*left as a hand has put it: app-2/),
  ]);
  expect(stage.world.versions()['app-2'], 'what a hand has put there is left').toBe('v9');
});

describe('adopt', () => {
  test('takes what a hand has changed as it is: on record, never touched, and the rest is carried through', async () => {
    const { stage, id } = await handInFirstWave(quick);
    expect(await engine.client.adopt(id, takenAsIs)).toMatchObject({ done: true });
    const end = await stage.ended(id);
    expect([end.state, end.adopted]).toEqual(['completed', ['app-2']]);
    expect(end.acts.map(({ what, by, detail }) => [what, by, detail])).toEqual([
      ['adopt', 'ana', 'the new disk needs v9'],
    ]);
    const { 'app-2': adopted, ...others } = stage.world.versions();
    expect([adopted, new Set(Object.values(others))]).toEqual(['v9', new Set(['v2'])]);
    expect(stage.world.touches.map((touch) => touch.id)).not.toContain('app-2');
    expect(await acts(id, 'adopt')).toMatchObject([
      { person: 'ana', reason: 'the new disk needs v9', targets: ['app-2'] },
    ]);
  });

  test('of a target that was changed already: found at the next wave, taken, and left by the rollback after it', async () => {
    const stage = aStage(engine);
    const latch = aLatch();
    stage.world.mischief.beforeAsk = (_verb, id) => (id === 'app-3' ? latch.wait() : Promise.resolve());
    const spec = aChange({ ...quick, waves: [{ to: '25%' }, { to: '50%', bake: { min: '50s', max: '55s' } }, last] });
    await stage.submit(spec);
    await eventually('begins its second wave', () => latch.reached, Boolean);
    stage.world.place('app-1').version = 'v9';
    latch.open();
    await stage.waitsFor(spec.id, 'decision');
    await engine.client.adopt(spec.id, takenAsIs);
    await stage.until(spec.id, 'observes wave 2', (s) => s.wave === 2 && s.waves[1]?.phase === 'observe');
    await engine.client.abort(spec.id);
    const end = await stage.ended(spec.id);
    expect([end.state, end.reason]).toEqual(['rolled_back', expect.stringContaining('left as adopted: app-1')]);
    const { 'app-1': adopted, ...others } = stage.world.versions();
    expect([adopted, new Set(Object.values(others))]).toEqual(['v9', new Set(['v1'])]);
  });

  test('is known to a run that is started again: it restores the rest', async () => {
    const { stage, id } = await handInFirstWave(inFirst);
    await engine.client.adopt(id, takenAsIs);
    await stage.observed(id);
    const { spec } = ((await engine.journal.entries(id))[0] as { submitted?: { spec: ReturnType<typeof aChange> } })
      .submitted ?? { spec: aChange() };
    await stage.workflow(id).terminate('by hand');
    await stage.submit(spec);
    const end = await stage.ended(id);
    expect([end.state, end.adopted]).toEqual(['rolled_back', ['app-2']]);
    expect(stage.world.versions()).toMatchObject({ 'app-1': 'v1', 'app-2': 'v9' });
  });

  test('is refused where nobody asks what to do, and without a reason', async () => {
    const stage = aStage(engine);
    const spec = aChange(inFirst);
    await stage.submit(spec);
    await stage.observed(spec.id);
    const refused = { code: 'REQUEST_REFUSED', message: expect.stringContaining('Nobody asks what to do') };
    await expect(engine.client.adopt(spec.id, takenAsIs)).rejects.toMatchObject(refused);
    await engine.client.abort(spec.id);
    await stage.ended(spec.id);
    const { stage: other, id } = await handInFirstWave(inFirst);
    await expect(engine.client.adopt(id, { by: 'ana', reason: '' })).rejects.toMatchObject({
      code: 'REQUEST_REFUSED',
      message: expect.stringContaining('needs a reason'),
    });
    await engine.client.abort(id);
    await other.ended(id);
  });
});

const leaving = { leave: true, by: 'ana', reason: 'v2 is what we need tonight' };

describe('abort --leave', () => {
  test('ends the change with the world as it is: on record, not restored, its resource free', async () => {
    const stage = aStage(engine);
    const spec = aChange(inFirst);
    await stage.submit(spec);
    await stage.observed(spec.id);
    const touched = [...stage.world.touches];
    expect(await engine.client.abort(spec.id, leaving)).toEqual({
      done: true,
      text: 'Aborted: the world stays as it is, and is on record as not restored.',
    });
    const end = await stage.ended(spec.id);
    expect([end.state, end.reason]).toEqual([
      'not_restored',
      'Left as it is by ana: v2 is what we need tonight. Changed, or begun to be: app-1, app-2.',
    ]);
    expect(stage.world.touches).toEqual(touched);
    expect(await acts(spec.id, 'leave')).toMatchObject([
      { person: 'ana', reason: 'v2 is what we need tonight', targets: ['app-1', 'app-2'] },
    ]);
    expect((await engine.journal.entries(spec.id)).at(-1)).toMatchObject({ kind: 'settle', state: 'not_restored' });
    expect(await engine.journal.unsettled()).toEqual([]);
  });

  test('without a reason is refused, and as a bare signal rolls back', async () => {
    const stage = aStage(engine);
    const spec = aChange(inFirst);
    await stage.submit(spec);
    await stage.observed(spec.id);
    await expect(engine.client.abort(spec.id, { leave: true })).rejects.toMatchObject({
      code: 'REQUEST_REFUSED',
      message: expect.stringContaining('needs a reason'),
    });
    await stage.workflow(spec.id).signal(abortSignal, { leave: true });
    expect((await stage.ended(spec.id)).state).toBe('rolled_back');
  });

  test('before anything was touched is a plain abort', async () => {
    const stage = aStage(engine);
    const spec = aChange({ ...inFirst, gates: [{ beforeWave: 1, reason: 'look first' }] });
    await stage.submit(spec);
    await stage.waitsFor(spec.id, 'approval');
    await engine.client.abort(spec.id, leaving);
    expect((await stage.ended(spec.id)).state).toBe('cancelled');
  });

  test('killed between its record and its end, and started again, ends as decided: nothing is touched', async () => {
    const stage = aStage(engine);
    const spec = aChange(inFirst);
    await stage.submit(spec);
    await stage.observed(spec.id);
    const touched = [...stage.world.touches];
    const latch = aLatch();
    stage.world.mischief.afterRecord = (record) =>
      record.kind === 'act' && record.act === 'leave' ? latch.wait() : Promise.resolve();
    await engine.client.abort(spec.id, leaving);
    await eventually('is on record', () => latch.reached, Boolean);
    await stage.workflow(spec.id).terminate('by hand');
    stage.world.mischief = {};
    latch.open();
    await stage.submit(spec);
    const end = await stage.ended(spec.id);
    expect([end.state, end.reason]).toEqual([
      'not_restored',
      'Left as it is by ana: v2 is what we need tonight. Changed, or begun to be: app-1, app-2.',
    ]);
    expect(stage.world.touches).toEqual(touched);
    expect(await engine.journal.unsettled()).toEqual([]);
    expect(await engine.client.submitSpec(spec, 'eve')).toMatchObject({ joined: true, ended: { reason: end.reason } });
  });
});
