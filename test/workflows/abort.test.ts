import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Answer } from '../../src/workflows/messages.js';
import { aChange, type Engine, eventually, startEngine } from '../support/engine.js';
import { untilRevertMs } from '../support/history.js';
import { aLatch, aStage, type Stage } from '../support/stage.js';

let engine: Engine;
beforeAll(async () => {
  engine = await startEngine();
});
afterAll(() => engine.stop());

const quick = {
  waves: [{ to: '50%' }, { to: '100%', bake: { min: '1s', max: '1s' } }],
  bake: { min: '1s', max: '50s' },
};
const long = { waves: [{ to: '50%' }, { to: '100%' }], bake: { min: '50s', max: '55s' } };

/** Each way to stop a change, the event that it leaves, and how the change's reason tells of it. */
const ways: { name: string; stop: (stage: Stage, id: string) => Promise<unknown>; event: string; told: string }[] = [
  {
    name: 'a bare abort signal',
    stop: (stage, id) => stage.workflow(id).signal('abort'),
    event: 'workflowExecutionSignaled',
    told: 'Aborted by somebody (no name given)',
  },
  {
    name: 'an abort update',
    stop: (_stage, id) => engine.client.abort(id, { by: 'ana', reason: 'pager' }),
    event: 'workflowExecutionUpdateAccepted',
    told: 'Aborted by ana: pager',
  },
  {
    name: 'a cancel from Temporal',
    stop: (stage, id) => stage.workflow(id).cancel(),
    event: 'workflowExecutionCancelRequested',
    told: 'Cancelled in Temporal',
  },
];

describe.each(ways)('$name', ({ stop, event, told }) => {
  test('during a bake begins the rollback within a second and leaves the world as it was', async () => {
    const stage = aStage(engine);
    const before = stage.world.versions();
    const spec = aChange(long);
    await stage.submit(spec);
    await stage.observed(spec.id);
    expect(stage.world.versions()).not.toEqual(before);
    await stop(stage, spec.id);
    const end = await stage.ended(spec.id);
    expect([end.state, end.reason]).toEqual(['rolled_back', expect.stringContaining(told)]);
    expect(stage.world.versions()).toEqual(before);
    expect(await untilRevertMs(stage, spec.id, event)).toBeLessThan(1_000);
    const { status } = await stage.workflow(spec.id).describe();
    expect(status.name, 'every end closes the workflow as Completed').toBe('COMPLETED');
  });

  test('during a stalled apply waits for nothing, and the apply that wakes later touches nothing', async () => {
    const latch = aLatch();
    const stage = aStage(engine);
    const before = stage.world.versions();
    stage.world.mischief.beforeTouch = (verb, id) =>
      verb === 'apply' && id === 'app-2' ? latch.wait() : Promise.resolve();
    const spec = aChange(long);
    await stage.submit(spec);
    await eventually('the apply stalls at its second target', () => latch.reached, Boolean);
    await stop(stage, spec.id);
    const end = await stage.ended(spec.id);
    expect([end.state, end.rollback?.restored]).toEqual(['rolled_back', 4]);
    expect(await untilRevertMs(stage, spec.id, event)).toBeLessThan(1_000);
    latch.open();
    await eventually(
      'the apply wakes and is refused',
      () => stage.world.refusals,
      (refused) => refused.length > 0,
    );
    expect(stage.world.refusals).toEqual([{ id: 'app-2', code: 'TOUCH_STALE' }]);
    expect(stage.world.versions()).toEqual(before);
    const applied = stage.world.touches.filter((touch) => touch.to === 'v2').map((touch) => touch.id);
    expect(applied).toEqual(['app-1']);
  });
});

test('an apply that stalls before it asks Temporal is refused by the kit once the change was aborted', async () => {
  const latch = aLatch();
  const stage = aStage(engine);
  const before = stage.world.versions();
  stage.world.mischief.beforeAsk = (verb, id) =>
    verb === 'apply' && id === 'app-2' ? latch.wait() : Promise.resolve();
  const spec = aChange(long);
  await stage.submit(spec);
  await eventually('the apply stalls', () => latch.reached, Boolean);
  await engine.client.abort(spec.id);
  await stage.ended(spec.id);
  latch.open();
  await eventually(
    'it is refused',
    () => stage.world.refusals,
    (refused) => refused.length > 0,
  );
  expect(stage.world.refusals).toEqual([{ id: 'app-2', code: 'TOUCH_REFUSED' }]);
  expect(stage.world.versions()).toEqual(before);
});

test('abort before the first touch ends as cancelled, and neither the world nor the journal knows of it', async () => {
  const stage = aStage(engine);
  const spec = aChange({ ...long, gates: [{ beforeWave: 1, reason: 'look first' }] });
  await stage.submit(spec);
  await stage.waitsFor(spec.id, 'approval');
  const answer = await engine.client.abort(spec.id, { by: 'ana' });
  expect(answer).toEqual({ done: true, text: 'Aborted: nothing was touched.' });
  const end = await stage.ended(spec.id);
  expect([end.state, end.reason]).toEqual(['cancelled', 'Aborted by ana. Nothing was touched.']);
  expect([stage.world.touches, await engine.journal.entries(spec.id)]).toEqual([[], []]);
});

test.each([
  [1, 'cancelled'],
  [2, 'rolled_back'],
])('a gate that reaches the journal only after the abort in wave %i keeps no resource locked', async (wave, state) => {
  const latch = aLatch();
  const stage = aStage(engine);
  stage.world.mischief.beforeRecord = (record) =>
    record.key.endsWith(`/${wave}/apply`) ? latch.wait() : Promise.resolve();
  const spec = aChange(quick);
  await stage.submit(spec);
  await eventually('the gate is under way', () => latch.reached, Boolean);
  await engine.client.abort(spec.id);
  expect((await stage.ended(spec.id)).state).toBe(state);
  latch.open();
  stage.world.mischief = {};
  const next = aChange(quick);
  await stage.submit(next);
  const end = await stage.ended(next.id);
  expect([end.state, (await engine.journal.unsettled()).length]).toEqual(['completed', 0]);
});

test('a gate that the journal took before the abort, unheard by the change, is settled with the rest', async () => {
  const latch = aLatch();
  const stage = aStage(engine);
  stage.world.mischief.afterRecord = (record) => (record.kind === 'touch' ? latch.wait() : Promise.resolve());
  const spec = aChange(long);
  await stage.submit(spec);
  await eventually(
    'is on record',
    () => engine.journal.unsettled(),
    (all) => all.some((e) => e.changeId === spec.id),
  );
  await engine.client.abort(spec.id);
  const end = await stage.ended(spec.id);
  expect([end.state, stage.world.touches]).toEqual(['cancelled', []]);
  expect((await engine.journal.unsettled()).filter((entry) => entry.changeId === spec.id)).toEqual([]);
  latch.open();
});

test('every request is answered, also those that meet the change as it ends', async () => {
  const stage = aStage(engine, (world) => (world.badShare.late = 0.01));
  const spec = aChange(long, 'late');
  await stage.submit(spec);
  await stage.observed(spec.id);
  const { client } = engine;
  const asked: Promise<Answer | string>[] = [];
  const ask = (request: Promise<Answer>) =>
    asked.push(request.catch((error: { code?: string; message: string }) => error.code ?? error.message));
  stage.world.badShare.late = 0.3;
  await eventually(
    'asks all the while until the end',
    () => {
      ask(client.promote(spec.id));
      ask(client.pause(spec.id));
      ask(client.extend(spec.id, { seconds: 1 }));
      ask(client.resume(spec.id));
      return stage.status(spec.id);
    },
    (status) => status.endedMs !== null,
  );
  ask(client.abort(spec.id));
  const answers = await Promise.all(asked);
  const codes = new Set(answers.map((answer) => (typeof answer === 'string' ? answer : `done: ${answer.done}`)));
  expect([...codes].filter((code) => !/^(done: |REQUEST_REFUSED|CHANGE_ENDED)/.test(code))).toEqual([]);
  expect(codes.has('CHANGE_ENDED')).toBe(true);
});

test('requests on an ended change are told that it has ended, and how', async () => {
  const stage = aStage(engine);
  const spec = aChange(quick);
  await stage.submit(spec);
  const end = await stage.ended(spec.id);
  const { client } = engine;
  for (const request of [
    () => client.pause(spec.id),
    () => client.resume(spec.id),
    () => client.approve(spec.id),
    () => client.promote(spec.id),
    () => client.extend(spec.id, { seconds: 10 }),
    () => client.abort(spec.id),
  ]) {
    await expect(request()).rejects.toMatchObject({
      code: 'CHANGE_ENDED',
      message: expect.stringContaining(end.reason),
    });
  }
});
