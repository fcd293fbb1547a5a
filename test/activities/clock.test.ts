import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from 'vitest';
import { chain } from '../../src/judge/judge.js';
import type { Look } from '../../src/judge/types.js';
import type { ChangeStatus } from '../../src/workflows/messages.js';
import { observeQueue } from '../../src/workflows/names.js';
import { aChild, built, type Child } from '../support/child.js';
import { aChange, type Engine, eventually, startEngine } from '../support/engine.js';
import { aStage } from '../support/stage.js';
import { type CountersPage, countersPage } from './counters-page.js';

/** The watchers are processes of their own, on machines whose clocks are wrong; server and workflows run on this one. */
let engine: Engine;
let page: CountersPage;
const watchers = new Set<Child>();
beforeAll(async () => {
  engine = await startEngine([observeQueue]);
});
beforeEach(async () => {
  page = await countersPage();
});
afterEach(async () => {
  for (const watcher of watchers) await end(watcher, 'SIGKILL');
  await page.close();
});
afterAll(() => engine.stop());

async function aWatcher(skewSeconds: number): Promise<Child> {
  const { address, namespace } = engine.environment;
  const args = [built(''), address, namespace ?? 'default', engine.dir, '0.5', String(skewSeconds), page.target];
  const watcher = await aChild('../activities/skewed.mjs', args);
  watchers.add(watcher);
  return watcher;
}
async function end(watcher: Child, signal: 'SIGTERM' | 'SIGKILL'): Promise<void> {
  watchers.delete(watcher);
  await watcher.end(signal);
}

const hour = 3_600;
const looksOf = async (id: string): Promise<Look[]> => chain(await engine.cells.read(id));
const looked = (id: string, looks: number): Promise<Look[]> =>
  eventually(
    `${looks} looks`,
    () => looksOf(id),
    (all) => all.length >= looks,
  );
const started = async (more: Record<string, unknown>): Promise<string> => {
  const stage = aStage(engine);
  const spec = aChange({ waves: [{ to: '50%' }, { to: '100%', bake: { min: '1s', max: '1s' } }], ...more });
  await stage.submit(spec);
  await stage.observed(spec.id);
  return spec.id;
};
const first = (status: ChangeStatus) => {
  const [wave] = status.waves;
  if (!wave?.observedFromMs || !wave.endedMs) throw new Error('the first wave has not ended');
  return {
    how: wave.how,
    seconds: (wave.endedMs - wave.observedFromMs) / 1000,
    from: wave.observedFromMs,
    to: wave.endedMs,
  };
};
/** Looks lie one after the other on the server's clock, about half a second each, and nobody was called silent. */
function lieWell(looks: Look[], fromMs: number, toMs: number): void {
  for (const [i, look] of looks.entries()) {
    expect(look.fromMs).toBe(i === 0 ? look.fromMs : looks[i - 1]?.toMs);
    expect(look.toMs).toBeGreaterThan(look.fromMs);
    expect([look.error, look.canary.silent, look.baseline.silent]).toEqual([null, [], []]);
  }
  expect(looks[0]?.toMs).toBeGreaterThanOrEqual(fromMs);
  expect(looks.at(-1)?.toMs).toBeLessThanOrEqual(toMs + 1_000);
}
/** All that was counted between two pages, the first of them the first look's, is in the looks once. */
function countsEverything(looks: Look[]): void {
  const exposed = looks
    .flatMap(({ cells }) => cells)
    .map(({ canary, baseline }) => canary.exposure + baseline.exposure);
  const sum = exposed.reduce((all, one) => all + one, 0);
  expect(sum).toBeGreaterThan(0);
  expect(page.given.map((total) => total - (page.given[0] ?? 0))).toContain(sum);
}

test.each([0, hour, -hour])('a bake without proof ends when it should where the clock is %i s off', async (skew) => {
  await aWatcher(skew);
  page.perSecond = 5;
  const id = await started({ bake: { min: '2s', max: '6s' } });
  const status = await engine.client.wait(id, { everyMs: 50 });
  const { how, seconds, from, to } = first(status);
  expect(how).toBe('inconclusive');
  expect(seconds).toBeGreaterThanOrEqual(6);
  expect(seconds).toBeLessThan(8.5);
  const looks = (await looksOf(id)).filter(({ toMs }) => toMs <= to);
  expect(looks.length).toBeGreaterThanOrEqual(9);
  lieWell(looks, from, to);
});

test.each([0, hour, -hour])(
  'a safe wave is proven, and not before its least bake, where the clock is %i s off',
  async (skew) => {
    await aWatcher(skew);
    const id = await started({ bake: { min: '3s', max: '40s' } });
    const { how, seconds } = first(await engine.client.wait(id, { everyMs: 50 }));
    expect(how).toBe('proven');
    expect(seconds).toBeGreaterThanOrEqual(3);
    expect(seconds).toBeLessThan(15);
  },
);

test('a clock that is set an hour forward and two hours back during a bake changes nothing', async () => {
  const watcher = await aWatcher(0);
  page.perSecond = 20;
  const id = await started({ bake: { min: '10s', max: '12s' } });
  await looked(id, 4);
  process.kill(watcher.pid, 'SIGUSR2');
  await looked(id, 10);
  process.kill(watcher.pid, 'SIGHUP');
  await looked(id, 16);
  const { seconds, from, to } = first(await engine.client.wait(id, { everyMs: 50 }));
  expect(seconds).toBeGreaterThanOrEqual(10);
  expect(seconds).toBeLessThan(14.5);
  const looks = (await looksOf(id)).filter(({ toMs }) => toMs <= to);
  lieWell(looks, from, to);
  countsEverything(looks);
});

test.each([hour, -hour])(
  'samples dated by a clock %i s off, and met again for two seconds, are neither silent nor counted twice',
  async (off) => {
    await aWatcher(0);
    Object.assign(page, { datedOffMs: off * 1000, keptMs: 2_000 });
    const id = await started({ bake: { min: '8s', max: '40s' } });
    const { how, from, to } = first(await engine.client.wait(id, { everyMs: 50 }));
    expect(how).toBe('proven');
    const looks = (await looksOf(id)).filter(({ toMs }) => toMs <= to);
    lieWell(looks, from, to);
    countsEverything(looks);
    expect(looks.filter(({ cells }) => cells.length > 0).length).toBeLessThan(looks.length / 2);
  },
);

test('a watcher whose clock is four minutes behind goes on at once from one that was four ahead', async () => {
  const ahead = await aWatcher(240);
  const id = await started({ bake: { min: '1h', max: '2h' } });
  const before = (await looked(id, 5)).length;
  await aWatcher(-240);
  await end(ahead, 'SIGTERM');
  const looks = await looked(id, before + 12);
  lieWell(looks, 0, Infinity);
  countsEverything(looks);
  // Only the first look of all has nothing to take a difference from.
  expect(looks.slice(1).filter(({ cells }) => cells.length === 0)).toEqual([]);
  await engine.client.temporal.workflow.getHandle(`change/${id}`).terminate('test is over');
});
