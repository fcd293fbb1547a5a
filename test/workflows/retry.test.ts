import { afterAll, beforeAll, expect, test } from 'vitest';
import { changeQueue } from '../../src/workflows/names.js';
import { aChange, type Engine, eventually, startEngine } from '../support/engine.js';
import { aLatch, aStage, type Stage } from '../support/stage.js';
import { fatal } from '../support/world.js';

let engine: Engine;
beforeAll(async () => {
  engine = await startEngine();
});
afterAll(() => engine.stop());

const last = { to: '100%', bake: { min: '1s', max: '1s' } };
const rollback = { deadline: '10s', batch: '100%', observe: '0s' };
const long = { waves: [{ to: '25%' }, last], bake: { min: '50s', max: '55s' }, rollback };
const again = { by: 'ana', reason: 'the host is back' };

/** A change that has ended, by being left as it is or by a host that can be reached no more. */
async function notRestored(how: 'left' | 'unreachable'): Promise<{ stage: Stage; id: string }> {
  const stage = aStage(engine);
  const spec = aChange(long);
  await stage.submit(spec);
  await stage.observed(spec.id);
  if (how === 'unreachable') {
    stage.world.mischief.beforeTouch = (verb, id) =>
      verb === 'revert' && id === 'app-1' ? Promise.reject(fatal('the host is away')) : Promise.resolve();
  }
  await engine.client.abort(spec.id, how === 'left' ? { leave: true, reason: 'keep it' } : {});
  expect((await stage.ended(spec.id)).state).toBe('not_restored');
  return { stage, id: spec.id };
}

const runs = async (id: string): Promise<number> => {
  let count = 0;
  for await (const _run of engine.client.temporal.workflow.list({ query: `WorkflowId = 'change/${id}'` })) count += 1;
  return count;
};

test('a rollback that failed and is taken up again once the cause is gone ends rolled back, with who and why on record', async () => {
  const { stage, id } = await notRestored('unreachable');
  expect(stage.world.versions()).toMatchObject({ 'app-1': 'v2', 'app-2': 'v1' });
  stage.world.mischief = {};
  expect(await engine.client.retryRollback(id, again)).toEqual({ id, workflowId: `change/${id}`, joined: false });
  const end = await stage.ended(id);
  expect([end.state, end.reason]).toEqual([
    'rolled_back',
    expect.stringContaining('Taken up again by ana: the host is back. Rolled back: all 2 targets were read back'),
  ]);
  expect(new Set(Object.values(stage.world.versions()))).toEqual(new Set(['v1']));
  const entries = await engine.journal.entries(id);
  expect(entries.map((entry) => (entry.kind === 'act' ? entry.act : entry.kind))).toEqual([
    'touch',
    'settle',
    'retry',
    'settle',
  ]);
  expect(entries[2]).toMatchObject({ person: 'ana', reason: 'the host is back' });
});

test('what was left as it is can be taken back later', async () => {
  const { stage, id } = await notRestored('left');
  await engine.client.retryRollback(id, again);
  expect((await stage.ended(id)).state).toBe('rolled_back');
  expect(new Set(Object.values(stage.world.versions()))).toEqual(new Set(['v1']));
});

test('while another change has the resource it stays not restored, and says who has it', async () => {
  const { stage, id } = await notRestored('left');
  const other = aChange({ ...long, waves: [{ to: '25%', where: { zone: 'b' } }, last] }, 'v3');
  stage.world.place('app-1').version = 'v1';
  stage.world.place('app-2').version = 'v1';
  await stage.submit(other);
  await stage.observed(other.id);
  const touches = stage.world.touches.length;
  await engine.client.retryRollback(id, again);
  const end = await stage.ended(id);
  expect([end.state, end.reason]).toEqual([
    'not_restored',
    expect.stringMatching(new RegExp(`^Not taken up again: memory:world-\\d+ is held by change ${other.id}\\.`)),
  ]);
  expect(stage.world.touches).toHaveLength(touches);
  await engine.client.abort(other.id);
  await stage.ended(other.id);
});

test('twenty people at once make one run', async () => {
  const { stage, id } = await notRestored('left');
  const before = await eventually(
    'the list shows it',
    () => runs(id),
    (count) => count === 1,
  );
  const latch = aLatch();
  stage.world.mischief.beforeAsk = () => latch.wait();
  const asked = await Promise.all(Array.from({ length: 20 }, () => engine.client.retryRollback(id, again)));
  latch.open();
  expect(asked.filter(({ joined }) => !joined)).toHaveLength(1);
  expect((await stage.ended(id)).state).toBe('rolled_back');
  await eventually(
    'the list shows both',
    () => runs(id),
    (count) => count === before + 1,
  );
  expect(
    (await engine.journal.entries(id)).filter((entry) => entry.kind === 'act' && entry.act === 'retry'),
  ).toHaveLength(1);
});

test('terminated on its way, it is unsettled again, and the warden has it restored', async () => {
  const { stage, id } = await notRestored('left');
  const latch = aLatch();
  stage.world.mischief.beforeAsk = () => latch.wait();
  await engine.client.retryRollback(id, again);
  await stage.until(id, 'rolls back', (s) => s.state === 'rolling_back');
  await stage.workflow(id).terminate('by hand');
  stage.world.mischief = {};
  const { restarted } = await engine.client.temporal.workflow.execute<() => Promise<{ restarted: string[] }>>(
    'warden',
    {
      workflowId: 'warden-retry',
      taskQueue: changeQueue,
      args: [],
    },
  );
  latch.open();
  expect(restarted).toEqual([id]);
  expect((await stage.ended(id)).state).toBe('rolled_back');
});

test('a change that runs, ended otherwise, or is not there is refused with what it is', async () => {
  const stage = aStage(engine);
  const spec = aChange(long);
  await stage.submit(spec);
  await stage.observed(spec.id);
  await expect(engine.client.retryRollback(spec.id, again)).rejects.toMatchObject({
    code: 'REQUEST_REFUSED',
    message: expect.stringContaining(`graywave abort ${spec.id}`),
  });
  await engine.client.abort(spec.id);
  await stage.ended(spec.id);
  await expect(engine.client.retryRollback(spec.id, again)).rejects.toMatchObject({
    code: 'REQUEST_REFUSED',
    message: expect.stringContaining('ended rolled back'),
  });
  await expect(engine.client.retryRollback('no-such', again)).rejects.toMatchObject({ code: 'CHANGE_UNKNOWN' });
  await expect(engine.client.retryRollback(spec.id, { reason: '' })).rejects.toMatchObject({ code: 'USAGE' });
});

test('one that was terminated before it had touched anything does not go forward for it', async () => {
  const stage = aStage(engine);
  const spec = aChange({ ...long, gates: [{ beforeWave: 1, reason: 'look first' }] });
  await stage.submit(spec);
  await stage.waitsFor(spec.id, 'approval');
  await stage.workflow(spec.id).terminate('by hand');
  await engine.client.retryRollback(spec.id, again);
  const end = await stage.ended(spec.id);
  expect([end.state, end.reason]).toEqual(['intercepted', expect.stringContaining('nothing on record of this change')]);
  expect(stage.world.touches).toEqual([]);
});
