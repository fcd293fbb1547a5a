import { afterAll, beforeAll, expect, test } from 'vitest';
import { GraywaveError } from '../../src/errors.js';
import { noticeWorkflowId } from '../../src/workflows/names.js';
import { aChange, type Engine, eventually, startEngine } from '../support/engine.js';
import { historyOf } from '../support/history.js';
import { aStage, type Stage } from '../support/stage.js';

let engine: Engine;
beforeAll(async () => {
  engine = await startEngine();
});
afterAll(() => engine.stop());

const last = { to: '100%', bake: { min: '1s', max: '1s' } };
const quick = { waves: [{ to: '50%' }, last], bake: { min: '1s', max: '50s' } };
const told = (stage: Stage): string[] =>
  stage.world.notices.map(({ channel, notice }) => `${channel}: ${notice.event}${notice.over ? ' is over' : ''}`);

test('who waits for a person says so, and says when it is over; the end is told to whom it concerns', async () => {
  const stage = aStage(engine);
  stage.world.channels = { waits: ['chat'], completed: ['chat', 'bus'] };
  const spec = aChange({ ...quick, gates: [{ beforeWave: 1, reason: 'look first' }] });
  await stage.submit(spec);
  await stage.waitsFor(spec.id, 'approval');
  await eventually(
    'told that it waits',
    () => told(stage),
    (all) => all.includes('chat: waits'),
  );
  await engine.client.approve(spec.id);
  expect((await stage.ended(spec.id)).state).toBe('completed');
  await eventually(
    'all are told',
    () => told(stage).length,
    (count) => count === 4,
  );
  expect(told(stage).sort()).toEqual(['bus: completed', 'chat: completed', 'chat: waits', 'chat: waits is over']);
  const notice = stage.world.notices.find((one) => one.notice.event === 'completed')?.notice;
  expect(notice).toMatchObject({ changeId: spec.id, owner: 'tests', services: ['app'], urgency: 'info' });
  expect(new Set(stage.world.notices.map((one) => one.notice.id)).size).toBe(3);
});

test('a channel that fails is tried again and shown as pending; the others, and the change, do not wait for it', async () => {
  const stage = aStage(engine);
  stage.world.channels = { completed: ['broken', 'bus'] };
  let tries = 0;
  stage.world.mischief.beforeNotice = async (channel) => {
    if (channel === 'broken' && ++tries < 3) throw new GraywaveError('NOTICE_FAILED', 'broken: HTTP 503');
  };
  const spec = aChange(quick);
  await stage.submit(spec);
  expect((await stage.ended(spec.id)).state).toBe('completed');
  const { runId } = await stage.workflow(spec.id).describe();
  const handle = engine.client.temporal.workflow.getHandle(noticeWorkflowId(`${spec.id}/${runId}/1`));
  const pending = await eventually(
    'the failing channel is shown',
    async () => (await handle.describe()).raw.pendingActivities?.find((one) => one.lastFailure),
    (activity) => activity !== undefined,
  );
  expect(pending?.lastFailure?.message).toContain('HTTP 503');
  expect(told(stage)).toEqual(['bus: completed']);
  expect(await handle.result()).toEqual({ delivered: ['bus', 'broken'], failed: {} });
  expect(tries).toBe(3);
});

test('a channel that refuses for good fails its notice, with the reason, and no other', async () => {
  const stage = aStage(engine);
  stage.world.channels = { completed: ['wrong', 'bus'] };
  stage.world.mischief.beforeNotice = async (channel) => {
    if (channel === 'wrong') throw new GraywaveError('NOTICE_REFUSED', 'wrong: HTTP 404');
  };
  const spec = aChange(quick);
  await stage.submit(spec);
  await stage.ended(spec.id);
  const { runId } = await stage.workflow(spec.id).describe();
  const handle = engine.client.temporal.workflow.getHandle(noticeWorkflowId(`${spec.id}/${runId}/1`));
  await expect(handle.result()).rejects.toMatchObject({ cause: { message: expect.stringContaining('HTTP 404') } });
  expect(told(stage)).toEqual(['bus: completed']);
});

test('an end that overtakes its beginning ends it: nobody is told afterwards that it waits', async () => {
  const stage = aStage(engine);
  stage.world.channels = { waits: ['broken'] };
  let isBroken = true;
  stage.world.mischief.beforeNotice = async () => {
    if (isBroken) throw new GraywaveError('NOTICE_FAILED', 'broken: HTTP 503');
  };
  const spec = aChange({ ...quick, gates: [{ beforeWave: 1, reason: 'look first' }] });
  await stage.submit(spec);
  await stage.waitsFor(spec.id, 'approval');
  const { runId } = await stage.workflow(spec.id).describe();
  const beginning = engine.client.temporal.workflow.getHandle(noticeWorkflowId(`${spec.id}/${runId}/1`));
  await eventually(
    'it is tried',
    () =>
      beginning.describe().then(
        () => true,
        () => false,
      ),
    Boolean,
  );
  await engine.client.approve(spec.id);
  await eventually(
    'the beginning is ended',
    async () => (await beginning.describe()).status.name,
    (status) => status === 'CANCELLED',
  );
  isBroken = false;
  await eventually(
    'its end is told',
    () => told(stage),
    (all) => all.length > 0,
  );
  expect(told(stage)).toEqual(['broken: waits is over']);
  await stage.ended(spec.id);
});

test('where nobody is to be told, telling costs one event and starts nothing', async () => {
  const stage = aStage(engine);
  const spec = aChange(quick);
  await stage.submit(spec);
  await stage.ended(spec.id);
  const events = await historyOf(stage, spec.id);
  expect(events.filter((event) => event.type.includes('hildWorkflow'))).toEqual([]);
});
