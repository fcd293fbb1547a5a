import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import type { Swept } from '../../src/activities/sweep.js';
import type { ChangeSpec } from '../../src/spec/types.js';
import { changeQueue, leaseWorkflowId } from '../../src/workflows/names.js';
import { aChange, type Engine, eventually, startEngine } from '../support/engine.js';
import { historyOf } from '../support/history.js';
import { aLatch, aStage, type Stage } from '../support/stage.js';

let engine: Engine;
beforeAll(async () => {
  engine = await startEngine();
});
afterAll(() => engine.stop());
afterEach(async () => {
  // What a test that failed has left behind must not wait in the next one's way.
  const left = (await engine.client.list()).filter(({ endedMs }) => endedMs === null);
  await Promise.all(left.map(({ id }) => engine.client.abort(id).catch(() => undefined)));
});

const oneWave = { waves: [{ to: '100%' }], signals: [], onInconclusive: 'advance' };
const long = { ...oneWave, bake: { min: '50s', max: '55s' } };
const quick = { ...oneWave, bake: { min: '1s', max: '1s' } };
/** One target, so that a change is one wave. */
const aSmallStage = (): Stage =>
  aStage(engine, ({ places }) => {
    for (const id of [...places.keys()].slice(1)) places.delete(id);
  });

const resourceOf = (stage: Stage): string => `memory:${stage.world.name}`;
const lease = (stage: Stage) => engine.client.temporal.workflow.getHandle(leaseWorkflowId(resourceOf(stage)));
const leaseStatus = async (stage: Stage): Promise<string> => (await lease(stage).describe()).status.name;

/** One change that holds the resource, and others that wait for it in this order. */
async function aQueue(stage: Stage, waiting: ChangeSpec[], more: Record<string, unknown> = {}): Promise<string> {
  const holder = aChange({ ...long, ...more });
  await stage.submit(holder);
  await stage.observed(holder.id);
  for (const spec of waiting) {
    await stage.submit(spec);
    await stage.waitsFor(spec.id, 'resource');
  }
  return holder.id;
}

/** Which change made each touch, in order, without repetitions. */
const turns = (stage: Stage): string[] =>
  stage.world.touches.map(({ key }) => key.split('/')[0] ?? '').filter((id, i, all) => id !== all[i - 1]);

const specs = (count: number, more: Record<string, unknown> = quick): ChangeSpec[] =>
  Array.from({ length: count }, (_, i) => aChange(more, `v${i + 3}`));

describe('a queue for a resource', () => {
  test('is served in the order of asking, shows each its place as it moves, and ends when nobody is left', async () => {
    const stage = aSmallStage();
    const waiting = specs(4);
    const first = await aQueue(stage, waiting);
    const ids = waiting.map(({ id }) => id);
    const [view] = await engine.client.leases();
    expect(view).toEqual({
      resource: resourceOf(stage),
      how: 'queued',
      holder: { changeId: first, sinceMs: expect.any(Number) },
      queue: ids.map((changeId, i) => ({ changeId, place: i + 1, sinceMs: expect.any(Number) })),
    });
    const placeOf = async (id: string): Promise<string> => (await stage.status(id)).waitsFor?.detail ?? '';
    expect(await placeOf(ids[3] ?? '')).toMatch(
      new RegExp(`^${resourceOf(stage)} is held by change ${first}; place 4 of 4 in the queue since 20.*Z$`),
    );
    await engine.client.abort(first);
    await eventually(
      'moves up',
      () => placeOf(ids[3] ?? ''),
      (text) => text.includes('place 3 of 3'),
    );
    expect(await placeOf(ids[3] ?? '')).toContain(`held by change ${ids[0]}`);
    for (const id of ids) expect((await stage.ended(id)).state, id).toBe('completed');
    expect(turns(stage)).toEqual([first, ...ids]);
    await eventually(
      'the queue has ended',
      () => leaseStatus(stage),
      (status) => status === 'COMPLETED',
    );
    expect(await engine.client.leases()).toEqual([]);
  });

  test('skips one that was aborted while it waited, and one that was terminated', async () => {
    const stage = aSmallStage();
    const [aborted, terminated, lucky] = specs(3) as [ChangeSpec, ChangeSpec, ChangeSpec];
    const first = await aQueue(stage, [aborted, terminated, lucky]);
    await engine.client.abort(aborted.id);
    expect((await stage.ended(aborted.id)).state).toBe('cancelled');
    await eventually(
      'has left the queue',
      () => engine.client.leases(),
      ([view]) => view?.queue.length === 2,
    );
    await stage.workflow(terminated.id).terminate('by hand');
    await engine.client.abort(first);
    expect((await stage.ended(lucky.id)).state).toBe('completed');
    expect(turns(stage)).toEqual([first, lucky.id]);
  });

  test('that was terminated costs places and nothing else: one at a time, and everybody has a turn', async () => {
    const stage = aSmallStage();
    const waiting = specs(2);
    const first = await aQueue(stage, waiting);
    await lease(stage).terminate('by hand');
    await engine.client.abort(first);
    for (const { id } of waiting) expect((await stage.ended(id)).state, id).toBe('completed');
    // Each came to its end before the next one began.
    expect(new Set(turns(stage)).size).toBe(turns(stage).length);
    await eventually(
      'the queue has ended',
      () => leaseStatus(stage),
      (status) => status !== 'RUNNING',
    );
  });

  test('is not waited in by a change that says onBusy: refuse; it is intercepted, with the holder named', async () => {
    const stage = aSmallStage();
    const holder = await aQueue(stage, []);
    const spec = aChange({ ...quick, onBusy: 'refuse' }, 'v3');
    await stage.submit(spec);
    const end = await stage.ended(spec.id);
    expect([end.state, end.reason]).toEqual([
      'intercepted',
      expect.stringContaining(`${resourceOf(stage)} is held by change ${holder}, and this change says onBusy: refuse`),
    ]);
    await engine.client.abort(holder);
    await stage.ended(holder);
  });

  test('stands still for one whose turn it is and who is paused, and whoever is behind it waits quietly', async () => {
    const stage = aSmallStage();
    const [paused, behind] = specs(2) as [ChangeSpec, ChangeSpec];
    const first = await aQueue(stage, [paused, behind]);
    await engine.client.pause(paused.id);
    await engine.client.abort(first);
    await stage.waitsFor(paused.id, 'resume');
    const asked = async (): Promise<number> => {
      const { raw } = await stage.workflow(behind.id).describe();
      return raw.pendingActivities?.find((pending) => pending.activityType?.name === 'clear')?.attempt ?? 0;
    };
    const before = await asked();
    await eventually('has asked again whether it may', asked, (attempt) => attempt > before);
    const planned = (await historyOf(stage, behind.id)).filter((event) => event.schedules === 'plan');
    expect(planned, 'is not planned anew while it waits').toHaveLength(1);
    expect((await stage.status(behind.id)).waitsFor?.detail).toContain(`held by change ${paused.id}; place 1 of 1`);
    await engine.client.resume(paused.id);
    expect((await stage.ended(behind.id)).state).toBe('completed');
    expect(turns(stage)).toEqual([first, paused.id, behind.id]);
  });
});

let sweeps = 0;
const sweep = (): Promise<Swept> =>
  engine.client.temporal.workflow.execute('warden', {
    workflowId: `warden-${++sweeps}`,
    taskQueue: changeQueue,
    args: [],
  });

test('what was planned while another change was still there is planned again when that one has ended meanwhile', async () => {
  const stage = aSmallStage();
  const holder = aChange(long);
  await stage.submit(holder);
  await stage.observed(holder.id);
  // The second has read the world as the first has changed it; until the first is taken back, it plans on.
  const planning = aLatch();
  stage.world.mischief.beforeRead = (activity) => (activity === 'freeze' ? planning.wait() : Promise.resolve());
  const second = aChange({ waves: oneWave.waves, bake: { min: '1s', max: '2s' } }, 'v3');
  await stage.submit(second);
  await eventually('it plans', () => planning.reached, Boolean);
  await engine.client.abort(holder.id);
  await stage.ended(holder.id);
  planning.open();
  expect((await stage.ended(second.id)).state).toBe('completed');
  const [touch] = await engine.journal.entries(second.id);
  if (touch?.kind !== 'touch') throw new Error('no touch');
  expect(Object.values(touch.before)).toEqual([{ version: 'v1' }]);
});

describe('a holder that was terminated', () => {
  test('in the middle of a wave is restored by the warden, and the next one has its turn', async () => {
    const stage = aSmallStage();
    const [next] = specs(1) as [ChangeSpec];
    const first = await aQueue(stage, [next]);
    await stage.workflow(first).terminate('by hand');
    expect((await sweep()).restarted).toEqual([first]);
    expect((await stage.ended(first)).state).toBe('rolled_back');
    expect((await stage.ended(next.id)).state).toBe('completed');
    expect(turns(stage)).toEqual([first, next.id]);
  });

  test('before it had touched anything loses its place by the warden', async () => {
    const stage = aSmallStage();
    const [gone, next] = specs(2) as [ChangeSpec, ChangeSpec];
    const first = await aQueue(stage, [gone, next]);
    await engine.client.pause(gone.id);
    await engine.client.abort(first);
    await stage.waitsFor(gone.id, 'resume');
    await stage.workflow(gone.id).terminate('by hand');
    await eventually('is listed', sweep, ({ freed }) => freed.includes(`${resourceOf(stage)} ${gone.id}`));
    expect((await stage.ended(next.id)).state).toBe('completed');
  });
});

test('a resource that nobody waits for has no queue: its holder is shown as far as one can tell', async () => {
  const stage = aSmallStage();
  const holder = await aQueue(stage, []);
  await expect(lease(stage).describe()).rejects.toThrow();
  const views = await eventually(
    'is listed',
    () => engine.client.leases(),
    (all) => all.length > 0,
  );
  expect(views).toEqual([
    {
      resource: resourceOf(stage),
      how: 'unasked',
      holder: { changeId: holder, sinceMs: expect.any(Number) },
      queue: [],
    },
  ]);
  await engine.client.abort(holder);
  await stage.ended(holder);
});
