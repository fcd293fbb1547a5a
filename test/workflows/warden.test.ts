import type { WorkflowHandle } from '@temporalio/client';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Swept } from '../../src/activities/sweep.js';
import { changeQueue, changeWorkflowId, leaseWorkflowId, wardenId } from '../../src/workflows/names.js';
import { aChange, type Engine, eventually, startEngine } from '../support/engine.js';
import { aStage, type Stage } from '../support/stage.js';
import { deleted, resetTo } from '../support/temporal.js';

let engine: Engine;
let sweeps = 0;
beforeAll(async () => {
  engine = await startEngine();
});
afterAll(() => engine.stop());

const last = { to: '100%', bake: { min: '1s', max: '1s' } };
const long = { waves: [{ to: '25%' }, { to: '50%' }, last], bake: { min: '1s', max: '55s' } };
const inSecondWave = { ...long, waves: [{ to: '25%' }, { to: '50%', bake: { min: '50s', max: '55s' } }, last] };

const temporal = () => engine.client.temporal;
const sweep = (): Promise<Swept> =>
  temporal().workflow.execute('warden', {
    workflowId: `${wardenId}-${++sweeps}`,
    taskQueue: changeQueue,
    args: [],
  });

/** A change that is being observed in its second wave, on a world of its own. */
async function inTheMiddle(): Promise<{
  stage: Stage;
  id: string;
  handle: WorkflowHandle;
  spec: ReturnType<typeof aChange>;
}> {
  const stage = aStage(engine);
  const spec = aChange(inSecondWave);
  await stage.submit(spec);
  await stage.until(spec.id, 'observes wave 2', (s) => s.wave === 2 && s.waves[1]?.phase === 'observe');
  return { stage, id: spec.id, handle: stage.workflow(spec.id), spec };
}

/** Swept, it is restored: nothing is applied any more, the world is as it was, the journal is settled. */
async function isRestored(stage: Stage, id: string, swept: Swept): Promise<void> {
  expect(swept.restarted).toContain(id);
  const applied = stage.world.touches.filter((touch) => touch.to === 'v2').length;
  const end = await stage.ended(id);
  expect(end.state).toBe('rolled_back');
  expect(new Set(Object.values(stage.world.versions()))).toEqual(new Set(['v1']));
  expect(stage.world.touches.filter((touch) => touch.to === 'v2')).toHaveLength(applied);
  expect((await engine.journal.unsettled()).map((entry) => entry.changeId)).not.toContain(id);
}

describe('a change that nobody runs any more is found by the warden and restored', () => {
  test('terminated by hand', async () => {
    const { stage, id, handle } = await inTheMiddle();
    stage.world.channels.found_unsettled = ['pager'];
    await handle.terminate('by hand');
    await isRestored(stage, id, await sweep());
    await eventually(
      'the pager was told',
      () => stage.world.notices.map(({ channel, notice }) => [channel, notice.event, notice.changeId]),
      (told) => told.length > 0,
    );
    expect(stage.world.notices.map(({ channel, notice }) => [channel, notice.event, notice.changeId])).toEqual([
      ['pager', 'found_unsettled', id],
    ]);
  });

  test('ended by a time limit of the workflow', async () => {
    const stage = aStage(engine);
    const spec = aChange(inSecondWave);
    await temporal().workflow.start('change', {
      workflowId: changeWorkflowId(spec.id),
      taskQueue: changeQueue,
      workflowRunTimeout: '4s',
      args: [{ engine: 1, spec, specHash: 'h', submittedBy: 'tests' }],
    });
    await eventually(
      'timed out',
      async () => (await stage.workflow(spec.id).describe()).status.name,
      (status) => status === 'TIMED_OUT',
    );
    expect(stage.world.touches.length).toBeGreaterThan(0);
    await isRestored(stage, spec.id, await sweep());
  });

  test('deleted with its history: the journal has its spec', { timeout: 150_000 }, async () => {
    const { stage, id, handle } = await inTheMiddle();
    await handle.terminate('by hand');
    await deleted(temporal(), changeWorkflowId(id));
    await isRestored(stage, id, await sweep());
  });

  test('terminated in the middle of its rollback', async () => {
    const { stage, id, handle } = await inTheMiddle();
    let release = (): void => undefined;
    const held = new Promise<void>((resolve) => (release = resolve));
    stage.world.mischief.beforeAsk = (verb) => (verb === 'revert' ? held : Promise.resolve());
    await engine.client.abort(id);
    await stage.until(id, 'rolls back', (s) => s.state === 'rolling_back');
    await handle.terminate('by hand');
    stage.world.mischief = {};
    const swept = await sweep();
    release();
    await isRestored(stage, id, swept);
  });

  test('twenty people and the warden at once: one run, which restores', async () => {
    const { stage, id, handle, spec } = await inTheMiddle();
    await handle.terminate('by hand');
    const asked = await Promise.all([
      ...Array.from({ length: 20 }, () => engine.client.submitSpec(spec, 'somebody')),
      sweep(),
      sweep(),
    ]);
    expect(asked).toHaveLength(22);
    const end = await stage.ended(id);
    expect(end.state).toBe('rolled_back');
    const runs = async (): Promise<string[]> => {
      const found: string[] = [];
      for await (const run of temporal().workflow.list({ query: `WorkflowId = '${changeWorkflowId(id)}'` })) {
        found.push(run.status.name);
      }
      return found;
    };
    const listed = await eventually(
      'both runs are listed',
      runs,
      (all) => all.filter((one) => one === 'COMPLETED').length > 0,
    );
    expect(listed.sort()).toEqual(['COMPLETED', 'TERMINATED']);
    const reverted = stage.world.touches.filter((touch) => touch.to === 'v1').map((touch) => touch.id);
    expect(new Set(reverted).size).toBe(reverted.length);
  });
});

describe('the warden leaves alone', () => {
  test('a live change whose older run was terminated', async () => {
    const { stage, id, handle, spec } = await inTheMiddle();
    let release = (): void => undefined;
    const held = new Promise<void>((resolve) => (release = resolve));
    await handle.terminate('by hand');
    stage.world.mischief.beforeAsk = () => held;
    await stage.submit(spec);
    await stage.until(id, 'rolls back', (s) => s.state === 'rolling_back');
    const { runId } = await handle.describe();
    const swept = await sweep();
    expect(swept.restarted).not.toContain(id);
    expect((await handle.describe()).runId).toBe(runId);
    release();
    expect((await stage.ended(id)).state).toBe('rolled_back');
  });

  test('a change that is settled, and one that touched nothing', async () => {
    const stage = aStage(engine);
    const done = aChange({ waves: [{ to: '50%' }, last], bake: { min: '1s', max: '50s' } });
    await stage.submit(done);
    expect((await stage.ended(done.id)).state).toBe('completed');
    const waiting = aChange({ ...long, gates: [{ beforeWave: 1, reason: 'look' }] });
    await stage.submit(waiting);
    await stage.waitsFor(waiting.id, 'approval');
    await stage.workflow(waiting.id).terminate('by hand');
    expect(await sweep()).toMatchObject({ restarted: [], settled: [], lost: {} });
  });
});

describe('reset in Temporal', () => {
  test('to an earlier wave: the world is ahead of it, and it only restores', async () => {
    const { stage, id, handle } = await inTheMiddle();
    await resetTo(
      temporal(),
      handle,
      (event) => event.activityTaskScheduledEventAttributes?.activityType?.name === 'apply',
    );
    const end = await stage.ended(id);
    expect(end.state).toBe('rolled_back');
    expect(new Set(Object.values(stage.world.versions()))).toEqual(new Set(['v1']));
    expect(await sweep()).toMatchObject({ restarted: [] });
  });
});

describe('whatever is done to a lease, the journal is the lock', () => {
  const quick = { waves: [{ to: '50%' }, last], bake: { min: '1s', max: '50s' } };

  test.each([
    ['terminated', (handle: WorkflowHandle) => handle.terminate('by hand')],
    ['deleted', async (handle: WorkflowHandle) => deleted(temporal(), handle.workflowId)],
    ['reset', (handle: WorkflowHandle) => resetTo(temporal(), handle, () => true)],
  ])(
    '%s: the second touches nothing before the first has ended, and then goes on',
    { timeout: 150_000 },
    async (_how, act) => {
      const { stage, id } = await inTheMiddle();
      const second = aChange(quick, 'v3');
      await stage.submit(second);
      await stage.waitsFor(second.id, 'resource');
      await act(temporal().workflow.getHandle(leaseWorkflowId(`memory:${stage.world.name}`)));
      await engine.client.abort(id);
      await stage.ended(id);
      const firstRevert = stage.world.touches.findLastIndex((touch) => touch.key.startsWith(`${id}/`));
      expect((await engine.client.wait(second.id, { everyMs: 50 })).state).toBe('completed');
      const firstOfSecond = stage.world.touches.findIndex((touch) => touch.key.startsWith(`${second.id}/`));
      expect(firstOfSecond).toBeGreaterThan(firstRevert);
    },
  );

  test('no lease is held once its change is settled, and none is left when nobody waits', async () => {
    const { stage, id } = await inTheMiddle();
    const second = aChange(quick, 'v3');
    await stage.submit(second);
    await stage.waitsFor(second.id, 'resource');
    await engine.client.abort(id);
    await stage.ended(id);
    await stage.ended(second.id);
    const lease = temporal().workflow.getHandle(leaseWorkflowId(`memory:${stage.world.name}`));
    await eventually(
      'the lease has ended',
      async () => (await lease.describe()).status.name,
      (status) => status === 'COMPLETED',
    );
  });

  test('a holder that was terminated before it touched anything is freed by the warden', async () => {
    const { stage, id } = await inTheMiddle();
    const gone = aChange(quick, 'v3');
    const third = aChange(quick, 'v4');
    await stage.submit(gone);
    await stage.waitsFor(gone.id, 'resource');
    await stage.submit(third);
    await stage.waitsFor(third.id, 'resource');
    // Its turn comes while it is paused at its gate: it holds the lease, and is terminated there.
    await engine.client.pause(gone.id);
    await engine.client.abort(id);
    await stage.ended(id);
    await stage.waitsFor(gone.id, 'resume');
    await stage.workflow(gone.id).terminate('by hand');
    await eventually(
      'the lease is listed',
      async () => (await sweep()).freed,
      (freed) => freed.some((one) => one.endsWith(` ${gone.id}`)),
    );
    expect((await engine.client.wait(third.id, { everyMs: 50 })).state).toBe('completed');
  });
});
