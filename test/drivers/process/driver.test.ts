import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Driver, Kit } from '../../../src/drivers/driver.js';
import { processDriver } from '../../../src/drivers/process/driver.js';
import type { Slot } from '../../../src/drivers/process/supervisor/slot.js';
import { GraywaveError } from '../../../src/errors.js';
import type { Json } from '../../../src/spec/types.js';
import {
  checkoutPart,
  grant,
  kill9,
  openWorkshop,
  plainKit,
  readLines,
  runs,
  type TestFleet,
  until,
  type Workshop,
} from './support.js';

const all = ['checkout-1', 'checkout-2', 'checkout-3'];
const before: Record<string, Json> = Object.fromEntries(all.map((id) => [id, { version: 'v1' }]));
const signal = new AbortController().signal;

let workshop: Workshop;
beforeAll(async () => {
  workshop = await openWorkshop();
});
afterAll(() => workshop.close());

async function fresh(): Promise<{ fleet: TestFleet; driver: Driver }> {
  const fleet = await workshop.start();
  return { fleet, driver: processDriver({ test: { url: fleet.url } }) };
}

const request = (version: string, targets: string[], key: string, epoch: number) => ({
  changeId: 'c',
  part: checkoutPart(version),
  targets,
  before,
  grant: grant(key, epoch),
});

const seen = async (driver: Driver, version: string, targets = all) => {
  const { part } = request(version, targets, 'k', 0);
  const answer = await driver.verify({ changeId: 'c', part, targets, before, expect: 'after' }, { signal });
  return answer.targets.map((target) => target.found);
};

test('a whole cycle of apply, verify and revert under load loses no request', async () => {
  const { fleet, driver } = await fresh();
  const plan = await driver.plan({ changeId: 'c', part: checkoutPart('v2') }, { signal });
  expect(plan.targets.map((target) => target.id)).toEqual(all);
  expect(plan.targets.map((target) => target.labels['zone'])).toEqual(['a', 'b', 'a']);
  expect(plan.targets.reduce((sum, target) => sum + target.share, 0)).toBeCloseTo(1);
  expect(plan).toMatchObject({ reversible: true, resources: ['process:test/checkout'], before });

  const load = workshop.load(fleet.edgeUrl, 80, 6);
  const kit = plainKit();
  const applied = await driver.apply(request('v2', all, 'c/image/1/apply', 10), kit);
  expect(applied.targets.map((target) => target.outcome)).toEqual(['touched', 'touched', 'touched']);
  expect(kit.asked).toEqual(all);
  expect(await seen(driver, 'v2')).toEqual(['after', 'after', 'after']);
  await driver.revert({ ...request('v2', all, 'c/image/1/revert', 11), drain: false }, kit);
  expect(await seen(driver, 'v2')).toEqual(['before', 'before', 'before']);

  const { lines } = await load;
  expect(lines.length).toBeGreaterThan(300);
  expect(lines.filter((line) => line.s !== 200)).toEqual([]);
  expect(new Set(lines.map((line) => line.v))).toEqual(new Set(['v1', 'v2']));
  await fleet.stop();
});

test('the same key twice is one line in the log of the target', async () => {
  const { fleet, driver } = await fresh();
  const once = request('v2', ['checkout-1', 'checkout-2'], 'key-1', 10);
  await driver.apply(once, plainKit());
  const again = await driver.apply(once, plainKit());
  expect(again.targets.map((target) => target.outcome)).toEqual(['already', 'already']);
  expect(fleet.applied()).toMatchObject([
    { instance: 'checkout-1', from: 'v1', to: 'v2', key: 'key-1', epoch: 10, verb: 'put' },
    { instance: 'checkout-2', from: 'v1', to: 'v2', key: 'key-1', epoch: 10, verb: 'put' },
  ]);
  await fleet.stop();
});

test('an apply that arrives after its revert is refused as stale, even where the revert had nothing to do', async () => {
  const { fleet, driver } = await fresh();
  const nothing = { ...request('v2', ['checkout-1'], 'r', 11), drain: false };
  expect((await driver.revert(nothing, plainKit())).targets).toEqual([{ id: 'checkout-1', outcome: 'already' }]);
  await expect(driver.apply(request('v2', ['checkout-1'], 'a', 10), plainKit())).rejects.toMatchObject({
    code: 'TOUCH_STALE',
  });
  expect(fleet.applied()).toEqual([]);
  await fleet.stop();
});

describe('when a hand has changed a target', () => {
  test('apply touches nothing at all, and revert does not overwrite it', async () => {
    const { fleet, driver } = await fresh();
    await fleet.put('checkout-2', { version: 'v3', key: 'by hand', epoch: 1 });
    const kit = plainKit();
    const apply = driver.apply(request('v2', all, 'a', 10), kit);
    await expect(apply).rejects.toMatchObject({
      code: 'WORLD_CHANGED',
      message: expect.stringContaining('checkout-2'),
    });
    expect(kit.asked).toEqual([]);
    expect(await seen(driver, 'v2')).toEqual(['before', 'other', 'before']);
    const revert = driver.revert({ ...request('v2', ['checkout-2'], 'r', 11), drain: false }, kit);
    await expect(revert).rejects.toMatchObject({ code: 'WORLD_CHANGED' });
    expect((await fleet.instance('checkout-2')).version).toBe('v3');
    await fleet.stop();
  });
});

test('an instance that dies by itself is seen by verify, refused by plan, and restored by revert', async () => {
  const { fleet, driver } = await fresh();
  await driver.apply(request('v2-crash', ['checkout-1'], 'a', 10), plainKit());
  await until('it is dead', async () => (await fleet.instance('checkout-1')).state === 'crashed');
  expect(await seen(driver, 'v2-crash')).toEqual(['missing', 'before', 'before']);
  await expect(driver.plan({ changeId: 'd', part: checkoutPart('v2') }, { signal })).rejects.toMatchObject({
    code: 'PLAN_REFUSED',
    message: expect.stringContaining('checkout-1 is crashed'),
  });
  await driver.revert({ ...request('v2-crash', ['checkout-1'], 'r', 11), drain: false }, plainKit());
  expect(await seen(driver, 'v2-crash')).toEqual(['before', 'before', 'before']);
  await fleet.stop();
});

describe('a new version that does not get healthy', () => {
  test.each(['v2-stuck', 'v2-absent'])('%s is APPLY_FAILED, and the old process still serves', async (version) => {
    const { fleet, driver } = await fresh();
    const old = await fleet.instance('checkout-1');
    await expect(driver.apply(request(version, ['checkout-1'], 'a', 10), plainKit())).rejects.toMatchObject({
      code: 'APPLY_FAILED',
    });
    expect(await fleet.instance('checkout-1')).toMatchObject({
      pid: old.pid,
      version: 'v1',
      state: 'running',
      healthy: true,
    });
    expect(await fleet.routedIds('checkout')).toContain('checkout-1');
    expect(fleet.applied()).toEqual([]);
    const { lines } = await workshop.load(fleet.edgeUrl, 50, 1);
    expect(lines.filter((line) => line.s !== 200)).toEqual([]);
    await fleet.stop();
  });
});

test('drain takes a target out of the routing table, and a later revert brings it back', async () => {
  const { fleet, driver } = await fresh();
  await driver.apply(request('v2', ['checkout-1'], 'a', 10), plainKit());
  await driver.revert({ ...request('v2', ['checkout-1'], 'd', 11), drain: true }, plainKit());
  expect(await fleet.routedIds('checkout')).toEqual(['checkout-2', 'checkout-3']);
  expect(await seen(driver, 'v2')).toEqual(['other', 'before', 'before']);
  const { lines } = await workshop.load(fleet.edgeUrl, 50, 1);
  expect(lines.filter((line) => line.i === 'checkout-1' || line.s !== 200)).toEqual([]);
  await driver.revert({ ...request('v2', ['checkout-1'], 'r', 13), drain: false }, plainKit());
  expect(await fleet.routedIds('checkout')).toEqual(all);
  expect(fleet.applied().map(({ verb, from, to }) => `${verb} ${from} ${to}`)).toEqual([
    'put v1 v2',
    'drain v2 null',
    'put v2 v1',
  ]);
  await fleet.stop();
});

test('a supervisor that is killed and started again in the middle of an apply costs nothing but time', async () => {
  const { fleet, driver } = await fresh();
  const apply = driver.apply(request('v2-late', ['checkout-1', 'checkout-2'], 'a', 10), plainKit());
  await until('the first is done', () => fleet.applied().length === 1);
  await kill9(fleet.pid);
  const again = await workshop.start({ stateDir: fleet.stateDir });
  await apply;
  expect(await seen(driver, 'v2-late')).toEqual(['after', 'after', 'before']);
  expect(again.applied().map((entry) => entry.instance)).toEqual(['checkout-1', 'checkout-2']);
  await again.stop();
});

test('what Temporal does not allow any more is not done, and the driver says so', async () => {
  const { fleet, driver } = await fresh();
  const kit: Kit = {
    ...plainKit(),
    touch: (target, act) =>
      target === 'checkout-2' ? Promise.reject(new GraywaveError('TOUCH_REFUSED', 'cancel was requested')) : act(),
  };
  await expect(driver.apply(request('v2', all, 'a', 10), kit)).rejects.toMatchObject({ code: 'TOUCH_REFUSED' });
  const revert = driver.revert({ ...request('v2', all, 'r', 11), drain: false }, kit);
  await expect(revert).rejects.toMatchObject({ code: 'TOUCH_REFUSED' });
  expect(fleet.applied().map(({ instance, to }) => `${instance} ${to}`)).toEqual(['checkout-1 v2', 'checkout-1 v1']);
  await fleet.stop();
});

test('one target that cannot be restored does not keep the others from it', async () => {
  const { fleet, driver } = await fresh();
  await driver.apply(request('v2', all, 'a', 10), plainKit());
  const partly = { ...before, 'checkout-1': { version: 'v2-absent' } };
  const revert = driver.revert({ ...request('v2', all, 'r', 11), before: partly, drain: false }, plainKit());
  await expect(revert).rejects.toMatchObject({
    code: 'REVERT_FAILED',
    message: expect.stringMatching(/checkout-1.*2 of 3 were restored/),
  });
  expect(await seen(driver, 'v2')).toEqual(['after', 'before', 'before']);
  await fleet.stop();
});

test('the targets of a revert go back at the same time, not one after the other', async () => {
  const { fleet, driver } = await fresh();
  await driver.apply(request('v2', all, 'a', 10), plainKit());
  const late = Object.fromEntries(all.map((id) => [id, { version: 'v2-late' }]));
  const revert = driver.revert({ ...request('v2', all, 'r', 11), before: late, drain: false }, plainKit());
  const starting = (id: string): boolean =>
    readLines<Slot>(join(fleet.stateDir, 'slots', `${id}.json`))[0]?.pending?.pid != null;
  await until('all of them are being started', () => all.every(starting));
  expect((await revert).targets).toEqual(all.map((id) => ({ id, outcome: 'touched' })));
  await fleet.stop();
});

test('one target that Temporal no longer allows ends the revert only when no other touch is on its way', async () => {
  const { fleet, driver } = await fresh();
  await driver.apply(request('v2', all, 'a', 10), plainKit());
  const kit: Kit = {
    ...plainKit(),
    touch: (target, act) =>
      target === 'checkout-1' ? Promise.reject(new GraywaveError('TOUCH_REFUSED', 'cancel was requested')) : act(),
  };
  const revert = driver.revert({ ...request('v2', all, 'r', 11), drain: false }, kit);
  await expect(revert).rejects.toMatchObject({ code: 'TOUCH_REFUSED' });
  expect(fleet.applied().filter(({ key }) => key === 'r')).toHaveLength(2);
  await fleet.stop();
});

test('a process that lives but does not answer is missing', async () => {
  const { fleet, driver } = await fresh();
  const { pid } = await fleet.instance('checkout-1');
  process.kill(pid ?? 0, 'SIGSTOP');
  expect(await seen(driver, 'v2')).toEqual(['missing', 'before', 'before']);
  const { targets } = await driver.verify(
    { changeId: 'c', part: checkoutPart('v2'), targets: ['checkout-9'], before, expect: 'after' },
    { signal },
  );
  expect(targets).toMatchObject([{ id: 'checkout-9', found: 'missing' }]);
  await fleet.stop();
  expect(runs(pid ?? 0)).toBe(false);
});

test('a fleet that does not answer is an error and never an empty answer', async () => {
  const { fleet, driver } = await fresh();
  await fleet.stop();
  const codes = await Promise.all(
    [
      driver.plan({ changeId: 'c', part: checkoutPart('v2') }, { signal }),
      seen(driver, 'v2'),
      driver.apply(request('v2', all, 'a', 10), plainKit()),
      driver.revert({ ...request('v2', ['checkout-1'], 'r', 11), drain: false }, plainKit()),
    ].map((call) => Promise.resolve(call).catch((error: unknown) => (error as GraywaveError).code)),
  );
  expect(codes).toEqual(['PLAN_REFUSED', 'VERIFY_FAILED', 'TARGET_DOWN', 'REVERT_FAILED']);
});

describe('plan', () => {
  let fleet: TestFleet;
  let driver: Driver;
  beforeAll(async () => {
    ({ fleet, driver } = await fresh());
  });
  afterAll(() => fleet.stop());

  test.each<[string, Record<string, Json>, RegExp]>([
    ['a fleet', { fleet: 'tset', service: 'checkout', version: 'v2' }, /did you mean test/],
    ['a service', { fleet: 'test', service: 'chekout', version: 'v2' }, /edge, checkout.*did you mean checkout/],
    ['a version', { fleet: 'test', service: 'checkout', version: 'v4' }, /v1, v2, v3.*did you mean v1/],
    ['a key', { fleet: 'test', service: 'checkout', version: 'v2', verison: 'v2' }, /verison.*did you mean version/],
    ['no key at all', {}, /`fleet` must be given/],
    ['a number', { fleet: 'test', service: 'checkout', version: 2 }, /`version` must be given as text/],
    ['the present version', { fleet: 'test', service: 'checkout', version: 'v1' }, /all 3 .* already/],
    ['a name of the prototype', { fleet: 'constructor', service: 'checkout', version: 'v2' }, /no fleet/],
  ])('refuses %s that makes no sense, and says what would', async (_what, given, message) => {
    const part = { ...checkoutPart('v2'), with: given };
    await expect(driver.plan({ changeId: 'c', part }, { signal })).rejects.toMatchObject({
      code: 'PLAN_REFUSED',
      message: expect.stringMatching(message),
    });
  });
});
