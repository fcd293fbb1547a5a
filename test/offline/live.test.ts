import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { FileJournal } from '../../src/journal/file.js';
import { undoOffline } from '../../src/offline/undo.js';
import { changeQueue } from '../../src/workflows/names.js';
import { aChange, type Engine, startEngine } from '../support/engine.js';
import { aStage, type Stage } from '../support/stage.js';

/** What becomes of a run of the change that lives on while, or after, it is undone without it. */
let engine: Engine;
beforeAll(async () => {
  engine = await startEngine();
});
afterAll(() => engine.stop());

const last = { to: '100%', bake: { min: '1s', max: '1s' } };
const long = { waves: [{ to: '25%' }, { to: '50%' }, last], bake: { min: '50s', max: '55s' } };

/** As another process does it: with a journal of its own on the same file. */
async function undo(stage: Stage, id: string, signal = new AbortController().signal): Promise<unknown> {
  const journal = new FileJournal(join(engine.dir, 'journal.ndjson'));
  try {
    const drivers = new Map([['memory', stage.world.driver()]]);
    const ports = { journal, drivers, confirm: () => Promise.resolve(true), tell: () => undefined };
    return await undoOffline(ports, { changeId: id, by: 'ana', reason: 'Temporal is down.', signal });
  } finally {
    await journal.close();
  }
}

async function observed(): Promise<{ stage: Stage; id: string; spec: ReturnType<typeof aChange> }> {
  const stage = aStage(engine);
  const spec = aChange(long);
  await stage.submit(spec);
  await stage.observed(spec.id);
  return { stage, id: spec.id, spec };
}

async function endsAsRecorded(stage: Stage, id: string, touches: number): Promise<void> {
  const end = await stage.ended(id);
  expect([end.state, end.reason]).toEqual([
    'rolled_back',
    expect.stringContaining('Undone offline by ana: Temporal is down. Rolled back: all 2 targets were read back'),
  ]);
  expect(stage.world.touches).toHaveLength(touches);
  expect(new Set(Object.values(stage.world.versions()))).toEqual(new Set(['v1']));
  expect(await engine.journal.unsettled()).toEqual([]);
}

test('a run that observes meanwhile ends as recorded at its next gate, and touches nothing', async () => {
  const { stage, id } = await observed();
  expect(await undo(stage, id)).toMatchObject({ outcome: 'undone', state: 'rolled_back' });
  const touches = stage.world.touches.length;
  await engine.client.promote(id);
  await endsAsRecorded(stage, id, touches);
});

test('a run that is aborted afterwards ends as recorded, and touches nothing', async () => {
  const { stage, id } = await observed();
  await undo(stage, id);
  const touches = stage.world.touches.length;
  await engine.client.abort(id);
  await endsAsRecorded(stage, id, touches);
});

test('a change whose workers were stopped all the while ends as recorded when they are back', async () => {
  const { stage, id } = await observed();
  await engine.stopWorker();
  await undo(stage, id);
  const touches = stage.world.touches.length;
  await engine.startWorker();
  await engine.client.promote(id);
  await endsAsRecorded(stage, id, touches);
});

test('terminated, it is settled: submitted again it ends as recorded, and the warden leaves it alone', async () => {
  const { stage, id, spec } = await observed();
  await stage.workflow(id).terminate('by hand');
  await undo(stage, id);
  const touches = stage.world.touches.length;
  const swept = await engine.client.temporal.workflow.execute<() => Promise<{ restarted: string[] }>>('warden', {
    workflowId: 'warden-offline',
    taskQueue: changeQueue,
    args: [],
  });
  expect(swept.restarted).toEqual([]);
  await stage.submit(spec);
  await endsAsRecorded(stage, id, touches);
});

test('an undoing that was killed in its middle turns the live run to restoring at its next gate', async () => {
  const { stage, id } = await observed();
  const killed = new AbortController();
  stage.world.mischief.beforeTouch = (_verb, target) => {
    if (target === 'app-1') killed.abort();
    return Promise.resolve();
  };
  await expect(undo(stage, id, killed.signal)).rejects.toThrow();
  stage.world.mischief = {};
  expect(stage.world.versions()).toMatchObject({ 'app-1': 'v1', 'app-2': 'v2' });
  await engine.client.promote(id);
  const end = await stage.ended(id);
  expect([end.state, end.wave]).toEqual(['rolled_back', 2]);
  expect(new Set(Object.values(stage.world.versions()))).toEqual(new Set(['v1']));
  expect(stage.world.touches.filter(({ to }) => to === 'v2')).toHaveLength(2);
});
