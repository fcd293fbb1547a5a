import { afterAll, beforeAll, expect, test } from 'vitest';
import { waitFor } from '../../src/client/wait.js';
import { GraywaveError } from '../../src/errors.js';
import type { ChangeStatus } from '../../src/workflows/messages.js';
import { changeQueue } from '../../src/workflows/names.js';
import { aChange, type Engine, eventually, startEngine } from '../support/engine.js';
import { aStage } from '../support/stage.js';

let engine: Engine;
beforeAll(async () => {
  engine = await startEngine();
});
afterAll(() => engine.stop());

const last = { to: '100%', bake: { min: '1s', max: '1s' } };
const long = { waves: [{ to: '25%' }, last], bake: { min: '50s', max: '55s' } };
let sweeps = 0;
const sweep = (): Promise<unknown> =>
  engine.client.temporal.workflow.execute('warden', {
    workflowId: `warden-${++sweeps}`,
    taskQueue: changeQueue,
    args: [],
  });

test('the status of a change that was terminated says who finds and restores it', async () => {
  const stage = aStage(engine);
  const spec = aChange(long);
  await stage.submit(spec);
  await stage.observed(spec.id);
  await stage.workflow(spec.id).terminate('by hand');
  for (const ask of [() => engine.client.status(spec.id), () => engine.client.pause(spec.id)]) {
    await expect(ask()).rejects.toMatchObject({
      code: 'CHANGE_ENDED',
      message: `Change ${spec.id} was ended outside Graywave (terminated in Temporal), so what it touched may still be there; if it touched anything, the warden finds it within a minute and has it restored.`,
      hint: expect.stringContaining(`graywave watch ${spec.id}`),
    });
  }
  await sweep();
  expect((await stage.ended(spec.id)).state).toBe('rolled_back');
});

test('waiting outlives that a change is terminated: it ends when the warden has had it restored', async () => {
  const stage = aStage(engine);
  const spec = aChange(long);
  await stage.submit(spec);
  await stage.observed(spec.id);
  const [told, troubles]: [string[], string[]] = [[], []];
  const waiting = engine.client.wait(spec.id, {
    everyMs: 50,
    onStatus: ({ state }) => told.push(state),
    onTrouble: ({ code }) => troubles.push(code),
  });
  await eventually(
    'has told where it is',
    () => told,
    (all) => all.length > 0,
  );
  await stage.workflow(spec.id).terminate('by hand');
  await eventually(
    'has told that it was ended',
    () => troubles,
    (all) => all.length > 0,
  );
  await sweep();
  expect((await waiting).state).toBe('rolled_back');
  expect(troubles, 'told once, however often it looked').toEqual(['CHANGE_ENDED']);
  expect(told.at(-1)).toBe('rolled_back');
});

test('waiting for one that nobody starts again ends with CHANGE_ENDED', async () => {
  const stage = aStage(engine);
  const spec = aChange({ ...long, gates: [{ beforeWave: 1, reason: 'look first' }] });
  await stage.submit(spec);
  await stage.waitsFor(spec.id, 'approval');
  await stage.workflow(spec.id).terminate('by hand');
  const sinceMs = Date.now();
  await expect(engine.client.wait(spec.id, { everyMs: 50, endedForSeconds: 1 })).rejects.toMatchObject({
    code: 'CHANGE_ENDED',
  });
  expect(Date.now() - sinceMs).toBeGreaterThanOrEqual(1_000);
});

/** Answers one thing after the other. */
const saying = (...answers: (string | GraywaveError)[]) => {
  const left = [...answers];
  return () => {
    const next = left.length > 1 ? left.shift() : left[0];
    if (next instanceof GraywaveError) return Promise.reject(next);
    const ended = next === 'rolled_back' ? 1 : null;
    return Promise.resolve({ state: next, reason: '', wave: 0, waves: [], endedMs: ended } as unknown as ChangeStatus);
  };
};

test('one that was there and is found no more, its history deleted, is waited for as well; one that never was is not', async () => {
  const unknown = new GraywaveError('CHANGE_UNKNOWN', 'There is no change x.');
  const end = await waitFor(saying('rolling_out', unknown, unknown, 'rolled_back'), { everyMs: 1 });
  expect(end.state).toBe('rolled_back');
  await expect(waitFor(saying(unknown), { everyMs: 1 })).rejects.toBe(unknown);
  await expect(waitFor(saying('rolling_out', unknown), { everyMs: 1, endedForSeconds: 0.1 })).rejects.toBe(unknown);
});
