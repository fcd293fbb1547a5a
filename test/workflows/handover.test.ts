import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import { chain } from '../../src/judge/judge.js';
import type { Look } from '../../src/judge/types.js';
import { observeQueue } from '../../src/workflows/names.js';
import { aChild, built, type Child } from '../support/child.js';
import { countAt } from '../support/clockwork.mjs';
import { aChange, type Engine, eventually, startEngine } from '../support/engine.js';
import { aStage } from '../support/stage.js';

/** The watchers are processes of their own; everything else runs here. */
let engine: Engine;
const watchers = new Set<Child>();
beforeAll(async () => {
  engine = await startEngine([observeQueue]);
});
afterEach(async () => {
  for (const watcher of watchers) await end(watcher, 'SIGKILL');
});
afterAll(() => engine.stop());

async function aWatcher(everySeconds = 2): Promise<Child> {
  const { address, namespace } = engine.environment;
  const args = [built(''), address, namespace ?? 'default', engine.dir, String(everySeconds)];
  const watcher = await aChild('./watcher.mjs', args);
  watchers.add(watcher);
  return watcher;
}
async function end(watcher: Child, signal: 'SIGTERM' | 'SIGKILL'): Promise<void> {
  watchers.delete(watcher);
  await watcher.end(signal);
}

const spec = () => aChange({ waves: [{ to: '50%' }, { to: '100%' }], bake: { min: '1h', max: '2h' } });

/** The looks a verdict is made from. Throws when one is missing. */
const looksOf = async (id: string): Promise<Look[]> => chain(await engine.cells.read(id));
const gapsMs = (looks: Look[]): number[] => looks.slice(1).map((look, i) => look.toMs - (looks[i]?.toMs ?? 0));
const sum = (numbers: number[]): number => numbers.reduce((all, one) => all + one, 0);

/** Every event that the counters counted from the first look to the last is in the chained looks, once. */
function countsEverything(looks: Look[], waitedSeconds = 1): void {
  const [first, last] = [looks[0], looks.at(-1)];
  if (!first || !last) throw new Error('no looks');
  const counted = looks
    .flatMap((look) => look.cells)
    .map(({ canary, baseline }) => canary.exposure + baseline.exposure);
  const truth = 8 * (countAt(last.toMs).total - countAt(first.toMs).total);
  // Looks have the server's time as each attempt knows it, which is behind by what it waited in its queue, the counters that
  // of this machine. A look that was lost would be missed with more than that.
  const waited = 8 * (countAt(last.toMs + waitedSeconds * 1_000).total - countAt(last.toMs).total);
  expect(Math.abs(sum(counted) - truth)).toBeLessThan(waited);
}

async function looksAfter(ids: string[], atMs: number, withinMs: number): Promise<void> {
  const left = new Set(ids);
  await eventually(
    'every change is looked at again, twice',
    async () => {
      for (const id of left) {
        const after = (await looksOf(id)).filter((look) => look.fromMs > atMs);
        if (after.length >= 2) left.delete(id);
      }
      return left.size;
    },
    (size) => size === 0,
    withinMs,
  );
}

test('200 observing changes go on elsewhere when a worker stops, and no look is lost', {
  timeout: 180_000,
}, async () => {
  const stage = aStage(engine);
  engine.useOneEach();
  const first = await aWatcher();
  const specs = Array.from({ length: 200 }, spec);
  await Promise.all(specs.map((one) => stage.submit(one)));
  const ids = specs.map((one) => one.id);
  await looksAfter(ids, Date.now(), 90_000);
  const second = await aWatcher();
  const stoppedMs = Date.now();
  await end(first, 'SIGTERM');
  await looksAfter(ids, stoppedMs, 60_000);
  const worst: number[] = [];
  for (const id of ids) {
    const looks = await looksOf(id);
    countsEverything(looks, 15);
    worst.push(Math.max(...gapsMs(looks)));
  }
  expect(Math.max(...worst), 'the longest that any of them was not looked at').toBeLessThan(25_000);
  const states = await Promise.all(ids.slice(0, 20).map((id) => stage.status(id)));
  expect(new Set(states.map((status) => `${status.state} ${status.wave}`))).toEqual(new Set(['rolling_out 1']));
  for (const id of ids) await stage.workflow(id).terminate('test is over');
  await end(second, 'SIGTERM');
});

test('over one bake the tenth stop of a worker is resumed as fast as the first', { timeout: 180_000 }, async () => {
  const stage = aStage(engine);
  const one = spec();
  let watcher = await aWatcher(0.5);
  await stage.submit(one);
  await looksAfter([one.id], Date.now(), 30_000);
  const resumed: number[] = [];
  for (let stop = 1; stop <= 10; stop++) {
    const next = await aWatcher(0.5);
    const stoppedMs = Date.now();
    await end(watcher, 'SIGTERM');
    await looksAfter([one.id], stoppedMs, 30_000);
    const looks = await looksOf(one.id);
    const over = looks.findIndex((look) => look.toMs > stoppedMs);
    resumed.push((looks[over]?.toMs ?? Infinity) - (looks[over - 1]?.toMs ?? 0));
    watcher = next;
  }
  countsEverything(await looksOf(one.id));
  // A look is due every half second anyway; a handover adds little to it, and not more each time.
  expect(resumed.at(-1), `gaps over the stops: ${resumed.join(', ')}`).toBeLessThan((resumed[0] ?? 0) + 1_000);
  expect(Math.max(...resumed)).toBeLessThan(3_500);
  await stage.workflow(one.id).terminate('test is over');
  await end(watcher, 'SIGTERM');
});

test('after kill -9 of the observing worker the change is watched again within 25 s, and no look is lost', {
  timeout: 120_000,
}, async () => {
  const stage = aStage(engine);
  const one = spec();
  const killed = await aWatcher();
  await stage.submit(one);
  await looksAfter([one.id], Date.now(), 30_000);
  const other = await aWatcher();
  const killedMs = Date.now();
  await end(killed, 'SIGKILL');
  await looksAfter([one.id], killedMs, 40_000);
  const looks = await looksOf(one.id);
  const again = looks.find((look) => look.toMs > killedMs + 100);
  const unwatchedMs = (again?.toMs ?? Infinity) - killedMs;
  expect(unwatchedMs).toBeLessThan(25_000);
  expect(unwatchedMs, 'the one that was killed was the one that watched').toBeGreaterThan(2_500);
  countsEverything(looks);
  expect((await stage.status(one.id)).state).toBe('rolling_out');
  await stage.workflow(one.id).terminate('test is over');
  await end(other, 'SIGTERM');
});
