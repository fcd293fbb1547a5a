import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import { checkToTouchMs, holdBarrierMs } from '../../src/drivers/permission.js';
import type { HoldState } from '../../src/workflows/hold-messages.js';
import { changeQueue, holdWorkflowId } from '../../src/workflows/names.js';
import { type Engine, eventually, startEngine } from '../support/engine.js';

let engine: Engine;
beforeAll(async () => {
  engine = await startEngine();
});
afterAll(() => engine.stop());
afterEach(async () => {
  await engine.client.unhold('service/cart').catch(() => undefined);
});

const ana = { reason: 'incident 4711', by: 'ana' };
const workflow = () => engine.client.temporal.workflow.getHandle(holdWorkflowId('service/cart'));
const listed = (count: number) =>
  eventually(
    `${count} holds are listed`,
    () => engine.client.holds(),
    (all) => all.length === count,
  );

test('the barrier outlasts the longest time between asking for a hold and touching', () => {
  expect(holdBarrierMs).toBeGreaterThanOrEqual(checkToTouchMs + 200);
});

test('holding takes as long as the barrier and under a second, and says until when', async () => {
  await engine.client.hold('kind/flag', ana);
  const sinceMs = Date.now();
  const held = await engine.client.hold('service/cart', { ...ana, forSeconds: 600 });
  const tookMs = Date.now() - sinceMs;
  expect(tookMs).toBeGreaterThanOrEqual(holdBarrierMs);
  expect(tookMs).toBeLessThan(1_000);
  expect(held).toEqual({
    scope: 'service/cart',
    owner: 'ana',
    reason: 'incident 4711',
    untilMs: expect.any(Number),
    extended: false,
  });
  expect(Math.abs(held.untilMs - sinceMs - 600_000)).toBeLessThan(1_000);
  await engine.client.unhold('kind/flag');
});

test('where nothing is said of it, a hold lasts 4 hours', async () => {
  const { untilMs } = await engine.client.hold('service/cart', ana);
  expect(Math.abs(untilMs - Date.now() - 4 * 3_600_000)).toBeLessThan(2_000);
});

test('the holds are listed with who, why, since when and until when; lifted, one is gone', async () => {
  const { untilMs } = await engine.client.hold('service/cart', ana);
  const [one] = await listed(1);
  expect(one).toEqual({
    scope: 'service/cart',
    owner: 'ana',
    reason: 'incident 4711',
    sinceMs: one?.sinceMs,
    untilMs,
    waiting: 0,
  });
  expect(Date.now() - (one?.sinceMs ?? 0)).toBeLessThan(10_000);
  expect(await engine.client.unhold('service/cart', { by: 'ben', reason: 'over' })).toMatchObject({ over: true });
  expect(await engine.client.holds()).toEqual([]);
  expect(((await workflow().result()) as HoldState).lifted).toEqual({ by: 'ben', reason: 'over' });
});

test('asked for again with a later end it lasts longer, and has both reasons', async () => {
  await engine.client.hold('service/cart', { ...ana, forSeconds: 600 });
  const untilMs = Date.now() + 7_200_000;
  const again = await engine.client.hold('service/cart', { reason: 'not over yet', by: 'ben', untilMs });
  expect(again).toEqual({
    scope: 'service/cart',
    owner: 'ana',
    reason: 'incident 4711; ben: not over yet',
    untilMs,
    extended: true,
  });
  expect((await engine.client.holds())[0]).toMatchObject({ untilMs, reason: 'incident 4711; ben: not over yet' });
});

test('asked for again with an earlier end it is refused, and stays as it is', async () => {
  const { untilMs } = await engine.client.hold('service/cart', ana);
  await expect(engine.client.hold('service/cart', { ...ana, forSeconds: 60 })).rejects.toMatchObject({
    code: 'HOLD_THERE',
    message: expect.stringContaining('by ana (incident 4711) is in force until'),
  });
  expect((await engine.client.holds())[0]?.untilMs).toBe(untilMs);
});

test('twenty people at once make one hold, which ends when the last of them wants', async () => {
  const sinceMs = Date.now();
  const wanted = Array.from({ length: 20 }, (_, i) => sinceMs + 600_000 + i * 1_000);
  const asked = await Promise.allSettled(
    wanted.map((untilMs, i) => engine.client.hold('service/cart', { reason: `r${i}`, by: `p${i}`, untilMs })),
  );
  for (const one of asked) {
    if (one.status === 'rejected') expect(one.reason).toMatchObject({ code: 'HOLD_THERE' });
  }
  const [one] = await listed(1);
  expect(one?.untilMs).toBe(Math.max(...wanted));
});

test.each([
  ['servce/cart', '"servce" is no kind of scope'],
  ['service/', 'is no scope'],
  ['level/L9', '"L9" is no level'],
])('%s is no scope: refused with examples', async (scope, told) => {
  for (const ask of [() => engine.client.hold(scope, ana), () => engine.client.unhold(scope)]) {
    await expect(ask()).rejects.toMatchObject({
      code: 'USAGE',
      message: expect.stringContaining(told),
      hint: expect.stringContaining('service/checkout'),
    });
  }
});

test.each([
  ['no reason', { reason: ' ' }],
  ['no time', { reason: 'r', forSeconds: 0 }],
  ['a time that is none', { reason: 'r', forSeconds: Number.NaN }],
  ['more than 30 days', { reason: 'r', forSeconds: 31 * 24 * 3600 }],
  ['an end that is over', { reason: 'r', untilMs: Date.now() - 1 }],
])('a hold with %s is refused', async (_what, request) => {
  await expect(engine.client.hold('service/cart', request)).rejects.toMatchObject({ code: 'USAGE' });
  await expect(workflow().describe()).resolves.not.toMatchObject({ status: { name: 'RUNNING' } });
});

test('to end a hold that is not there is HOLD_UNKNOWN', async () => {
  await expect(engine.client.unhold('service/nobody')).rejects.toMatchObject({ code: 'HOLD_UNKNOWN' });
});

test('without a worker a hold is in force and listed, its end is only put on record, and a worker carries that out', async () => {
  await engine.stopWorker();
  try {
    const sinceMs = Date.now();
    await engine.client.hold('service/cart', ana);
    expect(Date.now() - sinceMs).toBeLessThan(1_000);
    expect(await listed(1)).toMatchObject([{ scope: 'service/cart', owner: 'ana' }]);
    await expect(engine.client.hold('service/cart', { ...ana, forSeconds: 36_000 })).rejects.toMatchObject({
      code: 'NOT_ANSWERED',
      message: expect.stringContaining('is in force until'),
    });
    expect(await engine.client.unhold('service/cart', { by: 'ben' })).toEqual({
      scope: 'service/cart',
      over: false,
      text: expect.stringContaining('still in force'),
    });
    expect((await workflow().describe()).status.name).toBe('RUNNING');
  } finally {
    await engine.startWorker();
  }
  await eventually(
    'is over',
    () => workflow().describe(),
    ({ status }) => status.name === 'COMPLETED',
  );
});

test('one that was started by hand without a word is in force all the same, and is listed', async () => {
  const state: HoldState = {
    scope: 'service/cart',
    reason: '',
    owner: '',
    sinceMs: 0,
    untilMs: Date.now() + 60_000,
    lifted: null,
  };
  await engine.client.temporal.workflow.start('hold', {
    workflowId: holdWorkflowId('service/cart'),
    taskQueue: changeQueue,
    args: [state],
  });
  expect(await listed(1)).toMatchObject([{ scope: 'service/cart', owner: 'somebody', untilMs: null }]);
  await engine.client.unhold('service/cart');
});
