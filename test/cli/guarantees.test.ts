import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import { aChange, type Engine, eventually, startEngine } from '../support/engine.js';
import { aLatch, aStage, type Stage } from '../support/stage.js';
import { Desk, type Ended } from './cli.js';

/** Holds, leases and acts from the terminal, against a worker with a world in memory. */
const desk = new Desk();
let engine: Engine;
beforeAll(async () => {
  engine = await startEngine();
});
afterAll(async () => {
  await desk.close();
  await engine.stop();
});

afterEach(async () => {
  for (const { scope } of await engine.client.holds()) await engine.client.unhold(scope).catch(() => undefined);
});

const run = (...args: string[]): Promise<Ended> =>
  desk.start(args, { env: { TEMPORAL_ADDRESS: engine.environment.address ?? '' } }).ended;
const json = async (...args: string[]): Promise<unknown> => {
  const { stdout, stderr } = await run(...args, '--json');
  expect(stdout, stderr).not.toBe('');
  return JSON.parse(stdout);
};

const last = { to: '100%', bake: { min: '1s', max: '1s' } };
const quick = { waves: [{ to: '50%' }, last], bake: { min: '1s', max: '50s' } };
const long = { waves: [{ to: '25%' }, last], bake: { min: '50s', max: '55s' } };

async function observed(): Promise<{ stage: Stage; id: string }> {
  const stage = aStage(engine);
  const spec = aChange(long);
  await stage.submit(spec);
  await stage.observed(spec.id);
  return { stage, id: spec.id };
}

test('hold, holds and unhold: what waits is seen to wait, and goes on', async () => {
  expect((await run('holds')).stdout).toBe('No holds.\n');
  const held = await run('hold', 'service/app', '--reason', 'incident 4711', '--for', '2h', '--by', 'grace');
  expect([held.code, held.stdout]).toEqual([
    0,
    expect.stringMatching(
      /^Held: service\/app until 20.{17}Z\. No wave begins there any more; rollbacks pass\.\ngraywave unhold service\/app {3}to end it\n$/,
    ),
  ]);
  const stage = aStage(engine);
  const spec = aChange(quick);
  await stage.submit(spec);
  await stage.waitsFor(spec.id, 'hold');
  expect((await run('status', spec.id)).stdout).toContain('a hold over service/app by grace until');
  await eventually(
    'counts the one that waits',
    () => engine.client.holds(),
    ([one]) => one?.waiting === 1,
  );
  const listed = await run('holds');
  expect(listed.stdout).toMatch(
    /^scope +by +since +until +waiting +reason\nservice\/app +grace +20.{17}Z +20.{17}Z +1 +incident 4711\n$/,
  );
  expect(await json('holds')).toEqual({
    holds: [
      {
        scope: 'service/app',
        owner: 'grace',
        reason: 'incident 4711',
        sinceMs: expect.any(Number),
        untilMs: expect.any(Number),
        waiting: 1,
      },
    ],
  });
  expect(await json('hold', 'service/app', '--reason', 'still at it', '--for', '6h')).toEqual({
    scope: 'service/app',
    owner: 'grace',
    reason: 'incident 4711; ada: still at it',
    untilMs: expect.any(Number),
    extended: true,
  });
  const shorter = await run('hold', 'service/app', '--reason', 'r', '--for', '1m');
  expect([shorter.code, shorter.stderr]).toEqual([4, expect.stringContaining('HOLD_THERE')]);
  const lifted = await run('unhold', 'service/app', '--reason', 'over');
  expect([lifted.code, lifted.stdout]).toEqual([0, 'The hold over service/app is over; who waited for it goes on.\n']);
  expect((await stage.ended(spec.id)).state).toBe('completed');
  const again = await run('unhold', 'service/app');
  expect([again.code, again.stderr]).toEqual([4, expect.stringContaining('HOLD_UNKNOWN')]);
  expect(await run('hold', 'servce/app', '--reason', 'r')).toMatchObject({
    code: 2,
    stderr: expect.stringContaining('USAGE: A hold covers one scope: all, service/checkout'),
  });
});

test('leases shows who has a resource and who waits, and status the place as of now', async () => {
  const { stage, id } = await observed();
  const resource = `memory:${stage.world.name}`;
  await eventually(
    'is listed',
    () => engine.client.leases(),
    (all) => all.length > 0,
  );
  expect((await run('leases')).stdout).toMatch(new RegExp(`${resource} +held or about to be, by +${id} +\\d+s\n$`));
  const [second, third] = [aChange(quick, 'v3'), aChange(quick, 'v4')];
  for (const spec of [second, third]) {
    await stage.submit(spec);
    await stage.waitsFor(spec.id, 'resource');
  }
  expect((await run('leases')).stdout).toMatch(
    new RegExp(
      `^resource +change +for\n${resource} +held by +${id} +\\d+s\n +place 1 +${second.id} +\\d+s\n +place 2 +${third.id} +\\d+s\n$`,
    ),
  );
  expect(await json('leases')).toMatchObject({
    leases: [
      {
        resource,
        how: 'queued',
        holder: { changeId: id },
        queue: [
          { changeId: second.id, place: 1 },
          { changeId: third.id, place: 2 },
        ],
      },
    ],
  });
  expect((await run('status', third.id)).stdout).toContain(`held by change ${id}; place 2 of 2`);
  await engine.client.abort(second.id);
  await stage.ended(second.id);
  await stage.until(third.id, 'moves up', (s) => s.waitsFor?.detail.includes('place 1 of 1') ?? false);
  await engine.client.abort(third.id);
  await engine.client.abort(id);
  await stage.ended(id);
});

test('abort --leave leaves the world and ends not restored; rollback --retry takes it back, once', async () => {
  const { stage, id } = await observed();
  const left = await run('abort', id, '--leave', '--reason', 'v2 is needed tonight');
  expect([left.code, left.stdout]).toEqual([
    0,
    'Aborted: the world stays as it is, and is on record as not restored.\n',
  ]);
  await stage.ended(id);
  expect((await run('status', id)).stdout).toContain('Left as it is by ada: v2 is needed tonight.');
  expect(stage.world.versions()).toMatchObject({ 'app-1': 'v2' });
  const retried = await run('rollback', id, '--retry', '--reason', 'the night is over', '--wait');
  expect([retried.code, retried.stderr]).toEqual([0, expect.stringContaining(`${id} is taken up again.`)]);
  expect(retried.stdout).toContain('Taken up again by ada: the night is over.');
  expect(stage.world.versions()).toMatchObject({ 'app-1': 'v1' });
  const again = await run('rollback', id, '--retry', '--reason', 'once more');
  expect([again.code, again.stderr]).toEqual([4, expect.stringContaining('ended rolled back, so there is nothing')]);
});

test('rollback --retry without --wait answers at once, as text and as JSON', async () => {
  const { stage, id } = await observed();
  await engine.client.abort(id, { leave: true, reason: 'keep it' });
  await stage.ended(id);
  expect(await json('rollback', id, '--retry', '--reason', 'r')).toEqual({
    id,
    workflowId: `change/${id}`,
    joined: false,
  });
  expect((await stage.ended(id)).state).toBe('rolled_back');
});

test('adopt takes what a hand has changed, and is refused where nobody asks', async () => {
  const stage = aStage(engine);
  const latch = aLatch();
  stage.world.mischief.beforeAsk = (_verb, id) => (id === 'app-3' ? latch.wait() : Promise.resolve());
  const spec = aChange({ ...quick, waves: [{ to: '25%' }, { to: '50%' }, last] });
  await stage.submit(spec);
  await eventually('begins its second wave', () => latch.reached, Boolean);
  const early = await run('adopt', spec.id, '--reason', 'r');
  stage.world.place('app-1').version = 'v9';
  latch.open();
  expect([early.code, early.stderr]).toEqual([4, expect.stringContaining('REQUEST_REFUSED')]);
  await stage.waitsFor(spec.id, 'decision');
  const adopted = await run('adopt', spec.id, '--reason', 'the new disk needs it');
  expect([adopted.code, adopted.stdout]).toEqual([
    0,
    'Adopted: what a hand has changed stays as it is, and the change goes on with the rest.\n',
  ]);
  expect((await stage.ended(spec.id)).state).toBe('completed');
  expect(stage.world.place('app-1').version).toBe('v9');
});

test('a change that was terminated: status says who restores it, and watch waits for that', async () => {
  const { stage, id } = await observed();
  await stage.workflow(id).terminate('by hand');
  const status = await run('status', id);
  expect([status.code, status.stderr]).toEqual([4, expect.stringContaining('the warden finds it within a minute')]);
  const watching = desk.start(['watch', id], { env: { TEMPORAL_ADDRESS: engine.environment.address ?? '' } });
  await watching.says('has it restored. Still waiting.');
  await engine.client.temporal.workflow.execute('warden', {
    workflowId: 'warden-cli',
    taskQueue: 'graywave',
    args: [],
  });
  const ended = await watching.ended;
  expect([ended.code, ended.stdout]).toEqual([1, expect.stringContaining(`${id}  rolled back`)]);
});

test('without a worker unhold says that the hold is still in force, with exit code 3', async () => {
  await run('hold', 'kind/schema', '--reason', 'r');
  await engine.stopWorker();
  try {
    const { code, stdout } = await run('unhold', 'kind/schema');
    expect([code, stdout]).toEqual([3, expect.stringContaining('still in force. Its end is on record')]);
    expect((await run('holds')).stdout).toContain('kind/schema');
  } finally {
    await engine.startWorker();
  }
  await eventually(
    'is over',
    () => engine.client.holds(),
    (all) => all.length === 0,
  );
});
