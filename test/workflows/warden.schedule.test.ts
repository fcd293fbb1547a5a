import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Swept } from '../../src/activities/sweep.js';
import type { TouchRecord } from '../../src/journal/port.js';
import { ensureWarden } from '../../src/warden.js';
import { wardenId } from '../../src/workflows/names.js';
import { type Engine, eventually, startEngine } from '../support/engine.js';
import { aStage } from '../support/stage.js';

let engine: Engine;
beforeAll(async () => {
  engine = await startEngine();
});
afterAll(() => engine.stop());
const temporal = () => engine.client.temporal;

/** The schedule's next sweep, run now. */
async function scheduled(): Promise<Swept> {
  const schedule = temporal().schedule.getHandle(wardenId);
  // The id of a sweep is the second of its beginning.
  const lastOne = async (): Promise<string> => {
    const action = (await schedule.describe()).info.recentActions.at(-1)?.action;
    return action?.type === 'startWorkflow' ? action.workflow.workflowId : '';
  };
  const before = await lastOne();
  const second = (): string => new Date().toISOString().slice(0, 19);
  await eventually('a second of its own', second, (now) => !before.includes(now));
  await schedule.trigger();
  const id = await eventually('a sweep has begun', lastOne, (now) => now !== before);
  const swept = (await temporal().workflow.getHandle(id).result()) as Swept;
  await eventually('it is listed', newestListed, (newest) => newest !== null && newest >= id);
  return swept;
}

async function newestListed(): Promise<string | null> {
  const query = `WorkflowType = 'warden' AND ExecutionStatus = 'Completed'`;
  for await (const { workflowId } of temporal().workflow.list({ query })) return workflowId;
  return null;
}

describe('the schedule of the warden', () => {
  afterAll(() => temporal().schedule.getHandle(wardenId).delete());

  test('is made once, whoever starts first, and sweeps', async () => {
    const connection = engine.environment.nativeConnection;
    await Promise.all([ensureWarden(connection, 'default'), ensureWarden(connection, 'default')]);
    expect(await scheduled()).toMatchObject({ lost: {}, stuck: {}, held: 0 });
  });

  test('lets a sweep know what the one before has paged for: told once, and told when it is over', async () => {
    const stage = aStage(engine);
    stage.world.channels.cannot_restore = ['pager'];
    const changeId = 'nobody-knows-it';
    const touch: TouchRecord = {
      kind: 'touch',
      changeId,
      key: `${changeId}/app/1/apply`,
      resources: ['elsewhere'],
      part: 'app',
      driver: 'memory',
      targets: ['app-1'],
      before: {},
      specHash: 'none',
    };
    const answer = await engine.journal.append(touch, 0, 'test');
    if (answer.outcome !== 'taken') throw new Error('not taken');
    for (const sweepOf of [await scheduled(), await scheduled()]) {
      expect(sweepOf.warned.map(({ event }) => event)).toEqual(['cannot_restore']);
    }
    const reason = 'put back by hand';
    const settle = { kind: 'settle', changeId, key: `${changeId}/settle`, state: 'cancelled', reason } as const;
    await engine.journal.append(settle, answer.epoch, 'test');
    expect((await scheduled()).warned).toEqual([]);
    const told = await eventually(
      'both were told',
      () => stage.world.notices.map(({ notice }) => notice),
      (notices) => notices.length === 2,
    );
    expect(told.map(({ event, over, changeId: of }) => [event, over, of])).toEqual([
      ['cannot_restore', false, changeId],
      ['cannot_restore', true, changeId],
    ]);
    expect((await scheduled()).warned).toEqual([]);
  });
});
