import { afterAll, beforeAll, expect, test } from 'vitest';
import { observeQueue } from '../../src/workflows/names.js';
import { aChange, type Engine, eventually, startEngine } from '../support/engine.js';
import { aLatch, aStage, type Stage } from '../support/stage.js';

/** So long may nobody look before somebody is paged, and, at the level of these changes, before they are taken back. */
const noticedWithinSeconds = 25;
const limitSeconds = 120;

let engine: Engine;
let withoutWatchers: Engine;
beforeAll(async () => {
  [engine, withoutWatchers] = await Promise.all([startEngine(), startEngine([observeQueue])]);
});
afterAll(() => Promise.all([engine.stop(), withoutWatchers.stop()]));

/** What cannot be taken back in full is of a level that allows nobody to be away for more than two minutes. */
const careful = { waves: 'auto', bake: { min: '5m', max: '10m' } };

async function observedAtL3(on: Engine): Promise<{ stage: Stage; id: string; sinceMs: number }> {
  const stage = aStage(on, (world) => (world.reversible = false));
  stage.world.channels = { unwatched: ['pager'], rolled_back: ['log'] };
  const spec = aChange(careful);
  await stage.submit(spec);
  await stage.waitsFor(spec.id, 'approval');
  await on.client.approve(spec.id);
  const status = await stage.observed(spec.id);
  expect(status.classification?.level).toBe('L3');
  return { stage, id: spec.id, sinceMs: Date.now() };
}

async function pagedAndTakenBack(
  on: Engine,
  { stage, id, sinceMs }: { stage: Stage; id: string; sinceMs: number },
): Promise<void> {
  const paged = await eventually(
    'somebody is paged',
    () => stage.world.notices.find(({ notice }) => notice.event === 'unwatched'),
    (notice) => notice !== undefined,
    (noticedWithinSeconds + 5) * 1000,
  );
  // The change knows within the time; telling takes a moment more on a busy machine.
  expect((paged?.notice.atMs ?? 0) - sinceMs).toBeLessThan(noticedWithinSeconds * 1000);
  expect([paged?.channel, paged?.notice.changeId, paged?.notice.urgency]).toEqual(['pager', id, 'page']);
  expect((await stage.status(id)).reason).toMatch(/Nobody has looked for \d+ s/);
  const end = await on.client.wait(id, { everyMs: 100 });
  expect([end.state, end.reason]).toEqual(['rolled_back', expect.stringMatching(/^nobody could look for \d+ s/i)]);
  expect((end.rollback?.startedMs ?? 0) - sinceMs).toBeLessThan((limitSeconds + noticedWithinSeconds + 10) * 1000);
  expect(new Set(Object.values(stage.world.versions()))).toEqual(new Set(['v1']));
}

test.concurrent('without observe workers somebody is paged within 25 s, and beyond the limit the changed side is taken back', {
  timeout: 240_000,
}, async () => {
  await pagedAndTakenBack(withoutWatchers, await observedAtL3(withoutWatchers));
});

test.concurrent('a watcher that hangs in a read is no watcher: paged, and taken back beyond the limit', {
  timeout: 240_000,
}, async () => {
  const watched = await observedAtL3(engine);
  const latch = aLatch();
  watched.stage.world.mischief.beforeRead = () => latch.wait();
  await eventually('the watcher hangs', () => latch.reached, Boolean);
  await pagedAndTakenBack(engine, { ...watched, sinceMs: Date.now() }).finally(() => latch.open());
});
