import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { changeWorkflowId } from '../../src/workflows/names.js';
import { aChange, type Engine, eventually, startEngine } from '../support/engine.js';
import { historyOf } from '../support/history.js';
import { aStage, type Stage } from '../support/stage.js';

let engine: Engine;
beforeAll(async () => {
  engine = await startEngine();
});
afterAll(() => engine.stop());

const last = { to: '100%', bake: { min: '1s', max: '1s' } };
const long = { waves: [{ to: '50%' }, last], bake: { min: '50s', max: '55s' } };
const quick = { waves: [{ to: '50%' }, last], bake: { min: '1s', max: '50s' } };
const restarted = 'This run was started over a world that an earlier run had changed';

async function restoresOnly(stage: Stage, id: string, before: Record<string, string>): Promise<void> {
  const applied = stage.world.touches.filter((touch) => touch.to === 'v2').length;
  const end = await stage.ended(id);
  expect([end.state, end.reason]).toEqual(['rolled_back', expect.stringContaining(restarted)]);
  expect(stage.world.versions()).toEqual(before);
  expect(stage.world.touches.filter((touch) => touch.to === 'v2')).toHaveLength(applied);
  expect(await engine.journal.unsettled()).toEqual([]);
}

describe('started again', () => {
  test('a change terminated in the middle of a wave, submitted again, only restores and says so', async () => {
    const stage = aStage(engine);
    const before = stage.world.versions();
    const spec = aChange(long);
    await stage.submit(spec);
    await stage.observed(spec.id);
    await stage.workflow(spec.id).terminate('by hand');
    await expect(stage.status(spec.id)).rejects.toMatchObject({ code: 'CHANGE_ENDED' });
    expect(await engine.client.submitSpec(spec, 'tests')).toMatchObject({ joined: false, ended: null });
    await restoresOnly(stage, spec.id, before);
  });

  test('it asks no person, source or window before it restores', async () => {
    const stage = aStage(engine);
    const before = stage.world.versions();
    const spec = aChange({ ...long, gates: [{ beforeWave: 1, reason: 'look first' }] });
    await stage.submit(spec);
    await stage.waitsFor(spec.id, 'approval');
    await engine.client.approve(spec.id);
    await stage.observed(spec.id);
    await stage.workflow(spec.id).terminate('by hand');
    await stage.submit(spec);
    await restoresOnly(stage, spec.id, before);
    expect((await historyOf(stage, spec.id)).filter((event) => event.schedules === 'gate')).toEqual([]);
  });

  test('a change reset to its start restores', async () => {
    const stage = aStage(engine);
    const before = stage.world.versions();
    const spec = aChange(long);
    await stage.submit(spec);
    await stage.observed(spec.id);
    const { events } = await stage.workflow(spec.id).fetchHistory();
    const first = events?.find((event) => event.workflowTaskCompletedEventAttributes)?.eventId;
    const { workflowService } = engine.client.temporal;
    await workflowService.resetWorkflowExecution({
      namespace: engine.client.temporal.options.namespace,
      workflowExecution: { workflowId: changeWorkflowId(spec.id) },
      reason: 'test',
      requestId: spec.id,
      workflowTaskFinishEventId: first ?? null,
    });
    await restoresOnly(stage, spec.id, before);
  });

  test('a terminated change cannot be started again with another spec, which could not take it back', async () => {
    const stage = aStage(engine);
    const spec = aChange(long);
    await stage.submit(spec);
    await stage.observed(spec.id);
    await stage.workflow(spec.id).terminate('by hand');
    await expect(stage.submit(aChange({ ...long, id: spec.id }, 'v3'))).rejects.toMatchObject({ code: 'SPEC_DIFFERS' });
    expect((await stage.workflow(spec.id).describe()).status.name).toBe('TERMINATED');
    await stage.submit(spec);
    expect((await stage.ended(spec.id)).state).toBe('rolled_back');
  });
});

describe('the same id', () => {
  test('with the same spec joins the running change, and returns the end of an ended one', async () => {
    const stage = aStage(engine);
    const spec = aChange(quick);
    expect(await engine.client.submitSpec(spec, 'ana')).toMatchObject({ joined: false, ended: null });
    expect(await engine.client.submitSpec(spec, 'ben')).toMatchObject({ joined: true, ended: null });
    const end = await stage.ended(spec.id);
    expect(end.submittedBy).toBe('ana');
    const again = await engine.client.submitSpec(spec, 'eve');
    expect([again.joined, again.ended]).toEqual([true, end]);
    expect(stage.world.touches).toHaveLength(8);
  });

  test('with another spec is refused, running or ended, and nothing is started', async () => {
    const stage = aStage(engine);
    const spec = aChange(quick);
    const other = aChange({ ...quick, id: spec.id }, 'v3');
    await stage.submit(spec);
    await expect(stage.submit(other)).rejects.toMatchObject({ code: 'SPEC_DIFFERS' });
    expect((await stage.ended(spec.id)).state).toBe('completed');
    await expect(stage.submit(other)).rejects.toMatchObject({ code: 'SPEC_DIFFERS' });
    expect(new Set(Object.values(stage.world.versions()))).toEqual(new Set(['v2']));
    const runs: string[] = [];
    const query = `WorkflowId = '${changeWorkflowId(spec.id)}'`;
    await eventually(
      'the list shows the run',
      async () => {
        runs.length = 0;
        for await (const run of engine.client.temporal.workflow.list({ query })) runs.push(run.runId);
        return runs;
      },
      (all) => all.length > 0,
    );
    expect(runs).toHaveLength(1);
  });
});

describe('two changes on one resource', () => {
  test('the second waits, says for whom, and goes on when the first has ended', async () => {
    const stage = aStage(engine);
    const first = aChange(long);
    const second = aChange(quick, 'v3');
    await stage.submit(first);
    await stage.observed(first.id);
    await stage.submit(second);
    const waits = await stage.waitsFor(second.id, 'resource');
    expect(waits.state).toBe('waiting');
    expect(waits.waitsFor?.detail).toMatch(
      new RegExp(`^memory:${stage.world.name} is held by change ${first.id}; place 1 in the queue since 20..-.*Z$`),
    );
    expect(stage.world.touches.some((touch) => touch.to === 'v3')).toBe(false);
    await engine.client.abort(first.id);
    expect((await stage.ended(first.id)).state).toBe('rolled_back');
    expect((await stage.ended(second.id)).state).toBe('completed');
    expect(new Set(Object.values(stage.world.versions()))).toEqual(new Set(['v3']));
  });

  test('paused while it waits, it touches nothing when its turn comes, until it is resumed', async () => {
    const stage = aStage(engine);
    const first = aChange(long);
    const second = aChange(quick, 'v3');
    await stage.submit(first);
    await stage.observed(first.id);
    await stage.submit(second);
    await stage.waitsFor(second.id, 'resource');
    await engine.client.pause(second.id);
    await engine.client.abort(first.id);
    await stage.ended(first.id);
    await stage.waitsFor(second.id, 'resume');
    expect(stage.world.touches.some((touch) => touch.to === 'v3')).toBe(false);
    await engine.client.resume(second.id);
    expect((await stage.ended(second.id)).state).toBe('completed');
  });

  test('aborted while it waits, it ends untouched and locks nothing', async () => {
    const stage = aStage(engine);
    const first = aChange(long);
    const second = aChange(quick, 'v3');
    await stage.submit(first);
    await stage.observed(first.id);
    await stage.submit(second);
    await stage.waitsFor(second.id, 'resource');
    await engine.client.abort(second.id);
    expect((await stage.ended(second.id)).state).toBe('cancelled');
    await engine.client.abort(first.id);
    await stage.ended(first.id);
    expect(await engine.journal.unsettled()).toEqual([]);
  });
});

test('a change whose driver no worker serves is intercepted with that reason', { timeout: 90_000 }, async () => {
  const stage = aStage(engine);
  const spec = aChange({ parts: [{ name: 'image', driver: 'nobody' }] });
  await stage.submit(spec);
  const end = await stage.ended(spec.id);
  expect([end.state, end.reason]).toEqual(['intercepted', expect.stringContaining('no worker serves driver nobody')]);
  expect((end.endedMs ?? 0) - end.startedMs).toBeLessThan(75_000);
});
