import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { aChange, type Engine, eventually, startEngine } from '../support/engine.js';
import { aLatch, aStage } from '../support/stage.js';

let engine: Engine;
beforeAll(async () => {
  engine = await startEngine();
});
afterAll(() => engine.stop());

const client = () => engine.client;
/** Two waves; the first is watched for long unless somebody ends it. */
const long = {
  waves: [{ to: '50%' }, { to: '100%', bake: { min: '1s', max: '1s' } }],
  bake: { min: '50s', max: '55s' },
};
const short = { ...long, bake: { min: '1s', max: '50s' } };

describe('pause and resume', () => {
  test('a bare pause signal lets the running apply finish, keeps the finished bake, and begins no wave until resumed', async () => {
    const stage = aStage(engine);
    const latch = aLatch();
    stage.world.mischief.beforeTouch = (verb, id) =>
      verb === 'apply' && id === 'app-2' ? latch.wait() : Promise.resolve();
    const spec = aChange(short);
    await stage.submit(spec);
    await eventually('is in the middle of the apply', () => latch.reached, Boolean);
    await stage.workflow(spec.id).signal('pause');
    await stage.until(spec.id, 'is paused', (s) => s.paused);
    latch.open();
    const held = await stage.waitsFor(spec.id, 'resume');
    expect([held.state, held.waves[0]?.phase, held.waves[0]?.how]).toEqual(['paused', 'done', 'proven']);
    const reads = stage.world.reads;
    await eventually(
      'is still watched',
      () => stage.world.reads,
      (now) => now > reads + 3,
    );
    expect(stage.world.touches.map((touch) => touch.id)).toEqual(['app-1', 'app-2', 'app-3', 'app-4']);
    await stage.workflow(spec.id).signal('resume');
    const end = await stage.ended(spec.id);
    expect([end.state, stage.world.touches.length]).toEqual(['completed', 8]);
    expect(end.acts.map((act) => act.what)).toEqual(['pause', 'resume']);
  });

  test('pause and resume as updates answer, say who did it, and go on from the wave they held', async () => {
    const stage = aStage(engine);
    const spec = aChange(short);
    await stage.submit(spec);
    await stage.observed(spec.id);
    const paused = await client().pause(spec.id, { by: 'ana', reason: 'p99 looks odd' });
    expect(paused).toEqual({ done: true, text: expect.stringContaining('Paused') });
    expect((await stage.status(spec.id)).reason).toContain('Paused by ana: p99 looks odd');
    await stage.waitsFor(spec.id, 'resume');
    expect(await client().resume(spec.id, { by: 'ben' })).toEqual({ done: true, text: 'Resumed at wave 1.' });
    const end = await stage.ended(spec.id);
    expect([end.state, end.waves.length, stage.world.touches.length]).toEqual(['completed', 2, 8]);
    expect(end.acts.map(({ by, what }) => `${by} ${what}`)).toEqual(['ana pause', 'ben resume']);
  });

  test('a pause between planning and the first wave holds the change untouched', async () => {
    const stage = aStage(engine);
    const spec = aChange({ ...short, gates: [{ beforeWave: 1, reason: 'look first' }] });
    await stage.submit(spec);
    await stage.waitsFor(spec.id, 'approval');
    await client().pause(spec.id);
    await client().approve(spec.id);
    const held = await stage.waitsFor(spec.id, 'resume');
    expect([held.state, held.wave, stage.world.touches]).toEqual(['paused', 1, []]);
    await client().resume(spec.id);
    expect((await stage.ended(spec.id)).state).toBe('completed');
  });

  test('resume without a pause changes nothing, also while an approval is asked for', async () => {
    const stage = aStage(engine);
    const spec = aChange({ ...short, gates: [{ beforeWave: 1, reason: 'look first' }] });
    await stage.submit(spec);
    const before = await stage.waitsFor(spec.id, 'approval');
    expect(await client().resume(spec.id)).toEqual({ done: true, text: expect.stringContaining('not paused') });
    await stage.workflow(spec.id).signal('resume');
    const after = await stage.status(spec.id);
    expect([after.state, after.reason, after.waitsFor]).toEqual([before.state, before.reason, before.waitsFor]);
    await client().pause(spec.id);
    await client().resume(spec.id);
    expect((await stage.status(spec.id)).state).toBe('waiting');
    await client().abort(spec.id);
    expect((await stage.ended(spec.id)).state).toBe('cancelled');
  });
});

describe('approve', () => {
  test('a manual gate waits for approve, says what to look at, and nothing is touched before', async () => {
    const stage = aStage(engine);
    const spec = aChange({ ...short, gates: [{ beforeWave: 2, reason: 'look at the canary graphs' }] });
    await stage.submit(spec);
    const asked = await stage.waitsFor(spec.id, 'approval');
    expect([asked.state, asked.waitsFor?.detail, asked.wave]).toEqual(['waiting', 'look at the canary graphs', 2]);
    expect(stage.world.touches).toHaveLength(4);
    expect(await client().approve(spec.id, { by: 'ana' })).toMatchObject({ done: true });
    const end = await stage.ended(spec.id);
    expect([end.state, end.acts]).toEqual([
      'completed',
      [expect.objectContaining({ by: 'ana', what: 'approve', detail: 'look at the canary graphs' })],
    ]);
  });

  test('approve is refused when nothing waits for it, and passes no later gate', async () => {
    const stage = aStage(engine);
    const spec = aChange({ ...short, gates: [{ beforeWave: 2, reason: 'second look' }] });
    await stage.submit(spec);
    await stage.observed(spec.id);
    await expect(client().approve(spec.id)).rejects.toMatchObject({
      code: 'REQUEST_REFUSED',
      message: expect.stringContaining('No approval is asked for'),
    });
    expect((await stage.waitsFor(spec.id, 'approval')).wave).toBe(2);
    await client().abort(spec.id);
    await stage.ended(spec.id);
  });
});

describe('extend', () => {
  test('extend moves the end: the wave is watched longer than its longest bake', async () => {
    const stage = aStage(engine, (world) => (world.eventsPerLook = 1));
    const spec = aChange({ ...long, bake: { min: '1s', max: '3s' }, onInconclusive: 'hold' });
    await stage.submit(spec);
    const before = (await stage.observed(spec.id)).waves[0];
    const answer = await client().extend(spec.id, { seconds: 2, by: 'ana' });
    expect(answer).toMatchObject({ done: true });
    const held = await stage.waitsFor(spec.id, 'evidence');
    const watchedMs = (held.waitsFor?.sinceMs ?? 0) - (before?.observedFromMs ?? 0);
    expect((held.waves[0]?.endsAtMs ?? 0) - (before?.endsAtMs ?? 0)).toBe(2_000);
    expect(watchedMs).toBeGreaterThanOrEqual(5_000);
    const beforeMs = Date.now();
    await client().extend(spec.id, { seconds: 60 });
    const endsAtMs = (await stage.status(spec.id)).waves[0]?.endsAtMs ?? 0;
    expect(endsAtMs, 'counted from now once the bake is over').toBeGreaterThanOrEqual(beforeMs + 59_000);
    await client().abort(spec.id);
    await stage.ended(spec.id);
  });

  test('extend by nonsense is refused and moves nothing', async () => {
    const stage = aStage(engine);
    const spec = aChange(long);
    await stage.submit(spec);
    const before = await stage.observed(spec.id);
    for (const seconds of [0, -5, NaN, Infinity, '60', undefined, null, 31 * 24 * 3600]) {
      const asked = client().extend(spec.id, { seconds: seconds as number });
      await expect(asked, String(seconds)).rejects.toMatchObject({ code: 'REQUEST_REFUSED' });
    }
    await expect(stage.workflow(spec.id).executeUpdate('extend')).rejects.toThrow();
    const after = await stage.status(spec.id);
    expect([after.waves[0]?.endsAtMs, after.acts]).toEqual([before.waves[0]?.endsAtMs, []]);
    await client().abort(spec.id);
    await stage.ended(spec.id);
  });
});
