import { afterEach, expect, test } from 'vitest';
import { unaskedKit } from '../../src/offline/kit.js';
import { GraywaveError } from '../../src/errors.js';
import type { ActRecord } from '../../src/journal/port.js';
import { fatal } from '../support/world.js';
import { aScene, closeJournals, type Scene } from './recorded-world.js';

afterEach(closeJournals);

const kinds = async ({ journal, spec }: Scene): Promise<string[]> =>
  (await journal.entries(spec.id)).map((entry) => (entry.kind === 'act' ? entry.act : entry.kind));
const versions = ({ world }: Scene): Set<string> => new Set(Object.values(world.versions()));
const parts = [
  { name: 'image', driver: 'memory', with: { version: 'v2' } },
  { name: 'flag', driver: 'memory', with: { version: 'on' } },
];

test('every target is taken back and read back, the journal has the act and the end, and the resource is free', async () => {
  const scene = await aScene();
  await scene.wave('image', 1, ['app-1', 'app-2']);
  const epoch = await scene.wave('image', 2, ['app-3', 'app-4']);
  expect(await scene.undo()).toEqual({
    outcome: 'undone',
    state: 'rolled_back',
    reason: 'Undone offline by ana: Temporal is down. Rolled back: all 4 targets were read back in their before-state.',
  });
  expect(versions(scene)).toEqual(new Set(['v1']));
  const entries = await scene.journal.entries(scene.spec.id);
  expect(entries.slice(2)).toMatchObject([
    { kind: 'act', act: 'undo', person: 'ana', reason: 'Temporal is down', epoch: epoch + 2 },
    { kind: 'settle', state: 'rolled_back', epoch: epoch + 4 },
  ]);
  expect(entries[2]?.by).toMatch(/^offline\/ana\/[0-9a-f-]{36}$/);
  expect(await scene.journal.unsettled()).toEqual([]);
});

test('the touches carry the epoch after the act, and keys of their own: what is still on its way is refused', async () => {
  const scene = await aScene();
  const epoch = await scene.wave('image', 1, ['app-1', 'app-2'], 1);
  await scene.undo();
  const reverts = scene.world.touches.filter(({ to }) => to === 'v1');
  expect(reverts.map(({ key, epoch: its }) => [key, its])).toEqual(
    ['app-1', 'app-2'].map(() => [`${scene.spec.id}/image/1/revert@offline${epoch + 2}`, epoch + 3]),
  );
  const grant = { changeId: scene.spec.id, key: `${scene.spec.id}/image/1/apply`, specHash: 'hash', epoch, holds: [] };
  const late = {
    changeId: scene.spec.id,
    part: parts[0],
    targets: ['app-2'],
    before: { 'app-2': { version: 'v1' } },
    grant,
  };
  const apply = scene.world.driver().apply(late as never, unaskedKit(new AbortController().signal));
  await expect(apply).rejects.toMatchObject({ code: 'TOUCH_STALE' });
});

test('what will be done is shown before anything is: parts in reverse, and which touches may be on their way', async () => {
  const scene = await aScene({ parts });
  await scene.wave('image', 1, ['app-1']);
  await scene.wave('flag', 1, ['flag']);
  await scene.wave('image', 2, ['app-2', 'app-3'], 0);
  const touches = scene.world.touches.length;
  expect(await scene.undo(false)).toEqual({ outcome: 'declined' });
  expect(scene.world.touches).toHaveLength(touches);
  expect(await kinds(scene)).toEqual(['touch', 'touch', 'touch']);
  const [plan] = scene.plans;
  expect(plan?.touches.map(({ part, wave, targets }) => [part, wave, targets])).toEqual([
    ['flag', 1, ['flag']],
    ['image', 2, ['app-2', 'app-3']],
    ['image', 1, ['app-1']],
  ]);
  expect(plan?.doubtful).toMatchObject([{ part: 'image', wave: 2, epoch: 6, targets: ['app-2', 'app-3'] }]);
  expect(plan?.again).toBe(false);
  await scene.undo();
  expect(scene.world.touches.slice(touches).map(({ id }) => id)).toEqual(['flag', 'app-2', 'app-3', 'app-1']);
});

test('a change that is not on record is CHANGE_UNKNOWN, and one that has ended is told with its end', async () => {
  const scene = await aScene();
  await expect(scene.undo()).rejects.toMatchObject({
    code: 'CHANGE_UNKNOWN',
    hint: expect.stringContaining('--config'),
  });
  await scene.wave('image', 1, ['app-1']);
  await scene.undo();
  const touches = scene.world.touches.length;
  expect(await scene.undo()).toMatchObject({ outcome: 'ended', state: 'rolled_back', meanwhile: false });
  expect([scene.world.touches.length, scene.plans.length]).toEqual([touches, 1]);
});

test('what was adopted stays as a hand has put it', async () => {
  const scene = await aScene();
  const epoch = await scene.wave('image', 1, ['app-1', 'app-2']);
  const act: ActRecord = {
    kind: 'act',
    act: 'adopt',
    changeId: scene.spec.id,
    key: 'adopt',
    person: 'ben',
    reason: 'disk',
    targets: ['app-1'],
  };
  await scene.journal.append(act, epoch, 'run-1');
  scene.world.place('app-1').version = 'v9';
  expect(await scene.undo()).toMatchObject({
    state: 'rolled_back',
    reason: expect.stringContaining('all 1 targets were read back in their before-state; left as adopted: app-1.'),
  });
  expect(scene.world.versions()).toMatchObject({ 'app-1': 'v9', 'app-2': 'v1' });
});

test('what a hand has changed is not overwritten nor taken out of service, and the end says so', async () => {
  const scene = await aScene();
  await scene.wave('image', 1, ['app-1', 'app-2']);
  scene.world.place('app-1').version = 'v9';
  const undone = await scene.undo();
  expect(undone).toMatchObject({
    state: 'not_restored',
    reason: expect.stringContaining('1 of 2 targets restored; app-1 is other (v9); left as a hand has put it: app-1'),
  });
  expect([scene.world.place('app-1').version, scene.world.place('app-1').drained]).toEqual(['v9', false]);
});

test('a target that fails is tried again, without keeping the others; failing for good it is taken out of service', async () => {
  const scene = await aScene();
  await scene.wave('image', 1, ['app-1', 'app-2', 'app-3']);
  let tries = 0;
  scene.world.mischief.beforeTouch = (_verb, id) => {
    if (id === 'app-3' && ++tries === 1) return Promise.reject(new GraywaveError('TARGET_DOWN', 'a moment please'));
    // The last time it is asked is for the drain.
    if (id === 'app-1' && !scene.lines.some((line) => line.startsWith('drain'))) {
      return scene.lines.filter((line) => line.includes('app-1')).length < 4
        ? Promise.reject(fatal('disk full'))
        : Promise.resolve();
    }
    return Promise.resolve();
  };
  const undone = await scene.undo();
  expect(undone).toMatchObject({
    outcome: 'undone',
    state: 'not_restored',
    reason: expect.stringContaining('2 of 3 targets restored; app-1 is after (v2); taken out of service: app-1'),
  });
  expect(scene.world.place('app-1').drained).toBe(true);
  expect(scene.world.versions()).toMatchObject({ 'app-2': 'v1', 'app-3': 'v1' });
  expect((await scene.journal.entries(scene.spec.id)).at(-1)).toMatchObject({ kind: 'settle', state: 'not_restored' });
});

test('at most the share of targets goes back together that the spec allows', async () => {
  const scene = await aScene({ rollback: { deadline: '10s', batch: '50%', observe: '0s' } });
  await scene.wave('image', 1, ['app-1', 'app-2', 'app-3', 'app-4']);
  await scene.undo();
  expect(scene.lines.filter((line) => line.startsWith('revert'))).toEqual([
    'revert image on app-1, app-2: done',
    'revert image on app-3, app-4: done',
  ]);
});

test('stopped in the middle it is unsettled, and run again it goes on where it was', async () => {
  const scene = await aScene();
  await scene.wave('image', 1, ['app-1', 'app-2', 'app-3']);
  scene.world.mischief.beforeTouch = (_verb, id) => {
    if (id === 'app-2') scene.interrupt.abort();
    return Promise.resolve();
  };
  await expect(scene.undo()).rejects.toThrow();
  expect(await kinds(scene)).toEqual(['touch', 'undo']);
  expect(scene.world.versions()).toMatchObject({ 'app-1': 'v1', 'app-3': 'v2' });
  scene.world.mischief = {};
  scene.interrupt = new AbortController();
  expect(await scene.undo()).toMatchObject({ outcome: 'undone', state: 'rolled_back' });
  expect(scene.plans.at(-1)?.again).toBe(true);
  expect(versions(scene)).toEqual(new Set(['v1']));
  expect(await kinds(scene)).toEqual(['touch', 'undo', 'undo', 'settle']);
});

test('a record that came while somebody thought about it stops the undoing before anything is touched', async () => {
  const scene = await aScene();
  await scene.wave('image', 1, ['app-1']);
  const touches = scene.world.touches.length;
  const confirm = scene.plans.push.bind(scene.plans);
  scene.plans.push = (plan) => {
    // The live run begins its next wave at this very moment.
    void scene.wave('image', 2, ['app-2'], 0);
    return confirm(plan);
  };
  await expect(scene.undo()).rejects.toMatchObject({
    code: 'JOURNAL_BEHIND',
    hint: expect.stringContaining('Run the command again'),
  });
  expect(scene.world.touches).toHaveLength(touches);
  expect(await kinds(scene)).toEqual(['touch', 'touch']);
});

test('a live run that heard of it and settled first has the word', async () => {
  const scene = await aScene();
  await scene.wave('image', 1, ['app-1']);
  scene.world.mischief.beforeTouch = async () => {
    const last = (await scene.journal.entries(scene.spec.id)).at(-1);
    const settle = {
      kind: 'settle',
      changeId: scene.spec.id,
      key: 's',
      state: 'rolled_back',
      reason: 'by the run',
    } as const;
    await scene.journal.append(settle, last?.epoch ?? 0, 'run-1');
  };
  expect(await scene.undo()).toEqual({ outcome: 'ended', state: 'rolled_back', reason: 'by the run', meanwhile: true });
});

test('a part whose driver nobody serves here stays as it is, is shown beforehand, and keeps the end from being whole', async () => {
  const scene = await aScene({ parts: [parts[0], { name: 'flag', driver: 'elsewhere', with: { version: 'on' } }] });
  await scene.wave('image', 1, ['app-1']);
  await scene.wave('flag', 1, ['flag']);
  expect(await scene.undo()).toMatchObject({
    state: 'not_restored',
    reason: expect.stringContaining('1 of 2 targets restored; flag is unread (nobody here serves driver elsewhere)'),
  });
  expect(scene.plans[0]?.unserved).toEqual(['elsewhere']);
  expect(scene.world.versions()).toMatchObject({ 'app-1': 'v1' });
  const other = await aScene();
  await other.wave('image', 1, ['app-1']);
  other.drivers.clear();
  await expect(other.undo()).rejects.toMatchObject({ code: 'DRIVER_UNKNOWN' });
  expect(await kinds(other)).toEqual(['touch']);
});
