import { mkdtemp, readdir, readFile, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { aChild, built, type Child } from '../support/child.js';
import { aChange, type Engine, startEngine } from '../support/engine.js';
import { aStage } from '../support/stage.js';

let engine: Engine;
let other: Child;
let dir: string;

beforeAll(async () => {
  engine = await startEngine();
  dir = await mkdtemp(join(tmpdir(), 'other-'));
  for (const id of ['f1', 'f2', 'f3', 'f4']) await writeFile(join(dir, `${id}.version`), 'v1');
  const { address, namespace } = engine.environment;
  other = await aChild('./other-driver.mjs', [built('src/drivers/index.js'), address, namespace ?? 'default', dir]);
});
afterAll(async () => {
  await other?.end('SIGTERM');
  await engine?.stop();
});

const versions = async (): Promise<string[]> => {
  const files = (await readdir(dir)).filter((file) => file.endsWith('.version')).sort();
  return Promise.all(files.map((file) => readFile(join(dir, file), 'utf8')));
};
const log = async () =>
  (await readFile(join(dir, 'log.ndjson'), 'utf8'))
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as { id: string; version: string; key: string; pid: number });

const waves = [{ to: '25%' }, { to: '50%' }, { to: '100%', bake: { min: '1s', max: '1s' } }];
const parts = (version: string) => [
  { name: 'image', driver: 'memory', with: { version: 'v2' } },
  { name: 'files', driver: 'other', with: { version } },
];

test('a change of two parts goes through two drivers, one of them in a process that knows nothing of the engine', async () => {
  const stage = aStage(engine);
  const spec = aChange({ parts: parts('v2'), waves, signals: [], onInconclusive: 'hold' });
  await stage.submit(spec);
  await stage.observed(spec.id);
  expect(await versions()).toEqual(['v2', 'v1', 'v1', 'v1']);
  await engine.client.promote(spec.id, { all: true });
  const end = await stage.ended(spec.id);
  expect([end.state, await versions()]).toEqual(['completed', ['v2', 'v2', 'v2', 'v2']]);
  expect(new Set((await log()).map(({ pid }) => pid))).toEqual(new Set([other.pid]));
  expect((await log()).map(({ id, key }) => `${id} ${key}`)).toEqual([
    `f1 ${spec.id}/files/1/apply`,
    `f2 ${spec.id}/files/2/apply`,
    `f3 ${spec.id}/files/3/apply`,
    `f4 ${spec.id}/files/3/apply`,
  ]);
});

test('aborted, both parts are taken back, the later one first', async () => {
  const stage = aStage(engine);
  const before = await versions();
  const spec = aChange({ parts: parts('v3'), waves, signals: [], onInconclusive: 'hold' });
  await stage.submit(spec);
  await stage.observed(spec.id);
  const changed = await versions();
  await engine.client.abort(spec.id);
  const end = await stage.ended(spec.id);
  expect([end.state, end.rollback?.restored, end.rollback?.of]).toEqual(['rolled_back', 3, 3]);
  expect([changed, await versions()]).toEqual([['v3', 'v2', 'v2', 'v2'], before]);
  expect(new Set(Object.values(stage.world.versions()))).toEqual(new Set(['v1']));
  const reverted = (await log()).filter(({ key }) => key.startsWith(`${spec.id}/files/1/revert`));
  expect(reverted.map(({ id }) => id).sort()).toEqual(['f1']);
  const { events } = await stage.workflow(spec.id).fetchHistory();
  const queues = (events ?? []).flatMap((event) => {
    const scheduled = event.activityTaskScheduledEventAttributes;
    return scheduled?.activityType?.name === 'revert' ? [scheduled.taskQueue?.name] : [];
  });
  expect(queues).toEqual(['graywave.driver.other.revert', 'graywave.driver.memory.revert']);
});

test('what the other driver refuses intercepts the change in its own words', async () => {
  const stage = aStage(engine);
  const spec = aChange({ parts: parts('nowhere') });
  await stage.submit(spec);
  const end = await stage.ended(spec.id);
  expect([end.state, end.reason]).toEqual([
    'intercepted',
    expect.stringContaining('the other team has no such version'),
  ]);
  expect(stage.world.touches).toEqual([]);
});
