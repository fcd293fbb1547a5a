import { fileURLToPath } from 'node:url';
import { bundleWorkflowCode, DefaultLogger, Worker } from '@temporalio/worker';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { driverQueue } from '../../src/drivers/protocol.js';
import { observeQueue } from '../../src/workflows/names.js';
import { aChange, type Engine, eventually, startEngine } from '../support/engine.js';
import { aLatch, aStage } from '../support/stage.js';
import type { Crowd } from '../support/crowd-workflow.js';

const observeSlots = 20;
const applies = 500;
let engine: Engine;
let crowdWorker: Worker;
let crowdRun: Promise<void>;
beforeAll(async () => {
  engine = await startEngine([], [], { observe: observeSlots });
  const workflowsPath = fileURLToPath(new URL('../support/crowd-workflow.ts', import.meta.url));
  crowdWorker = await Worker.create({
    connection: engine.environment.nativeConnection,
    taskQueue: 'crowd',
    workflowBundle: await bundleWorkflowCode({ workflowsPath, logger: new DefaultLogger('ERROR') }),
  });
  crowdRun = crowdWorker.run();
});
afterAll(async () => {
  crowdWorker.shutdown();
  await crowdRun;
  await engine.stop();
});

const start = (crowd: Crowd) =>
  engine.client.temporal.workflow.start('crowd', {
    workflowId: `crowd/${crowd.activity}`,
    taskQueue: 'crowd',
    args: [crowd],
  });

test('with every observe slot taken and 500 applies queued, a revert and what follows it start within a second', {
  timeout: 120_000,
}, async () => {
  const stage = aStage(engine);
  const spec = aChange({ waves: [{ to: '50%' }, { to: '100%' }], bake: { min: '80s', max: '90s' } });
  await stage.submit(spec);
  await stage.observed(spec.id);

  // Watchers of other changes take every slot that is left, and their reads do not come back.
  const latch = aLatch();
  stage.world.mischief.beforeRead = () => latch.wait();
  const parts = { changeId: 'crowd', wave: 1, streams: [], live: { seq: 0, judge: {}, counters: null, lookMs: 0 } };
  const watch = { ...parts, settings: {}, arms: { canary: [], baseline: [] }, bake: {}, passEnds: true };
  const watchers = await start({
    taskQueue: observeQueue,
    activity: 'observe',
    requests: Array.from({ length: observeSlots * 2 }, () => watch),
  });
  // Applies of other changes stand before the driver, each waiting for a place that does not answer.
  let waiting = 0;
  stage.world.mischief.beforeAsk = (verb) => {
    if (verb === 'revert') return Promise.resolve();
    waiting += 1;
    return latch.wait();
  };
  const part = { name: 'image', driver: 'memory', with: { version: 'v3' } };
  const requests = Array.from({ length: applies }, (_, i) => ({
    changeId: `other-${i}`,
    part,
    targets: ['app-8'],
    before: { 'app-8': { version: 'v1' } },
    grant: { changeId: `other-${i}`, key: `other-${i}/image/1/apply`, specHash: 'h', epoch: 2, holds: [] },
  }));
  const queued = await start({ taskQueue: driverQueue('memory'), activity: 'apply', requests });
  const pending = async (handle: typeof queued): Promise<number> =>
    (await handle.describe()).raw.pendingActivities?.length ?? 0;
  await eventually(
    'the applies are queued',
    () => pending(queued),
    (count) => count === applies,
  );
  await eventually(
    'every slot of the driver waits',
    () => waiting,
    (count) => count >= 50,
  );

  const askedMs = Date.now();
  await engine.client.abort(spec.id);
  await eventually('the first revert', () => stage.world.touches.some((touch) => touch.to === 'v1'), Boolean);
  expect(Date.now() - askedMs).toBeLessThan(1_000);
  const end = await stage.ended(spec.id);
  expect([end.state, end.rollback?.left]).toEqual(['rolled_back', []]);
  expect(await engine.journal.unsettled()).toEqual([]);
  latch.open();
  await Promise.all([watchers.terminate(), queued.terminate()]);
});
