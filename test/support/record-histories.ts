import { startChange } from '../../src/client/start.js';
import { GraywaveError } from '../../src/errors.js';
import { specHash } from '../../src/spec/hash.js';
import type { AbortRequest } from '../../src/workflows/messages.js';
import { changeWorkflowId, holdWorkflowId } from '../../src/workflows/names.js';
import { aChange, type Engine, eventually } from './engine.js';
import { keep } from './kept-history.js';
import { aLatch, aStage, type Stage } from './stage.js';
import { startHold } from './start-hold.js';

const last = { to: '100%', bake: { min: '1s', max: '1s' } };
export const quick = { waves: [{ to: '50%' }, last], bake: { min: '1s', max: '50s' } };
export const long = { waves: [{ to: '50%' }, last], bake: { min: '50s', max: '55s' } };

/** One way in which a change can end: plays it to its end and gives the change's id. */
type Ending = (stage: Stage, engine: Engine) => Promise<string>;

export async function played(stage: Stage, more: Record<string, unknown>, version = 'v2'): Promise<string> {
  const spec = aChange(more, version);
  await stage.submit(spec);
  return spec.id;
}

export const endings: Record<string, Ending> = {
  completed: (stage) => played(stage, { ...quick, gates: [] }),
  rolled_back: (stage) => played(stage, quick, 'bad'),
  watched_afterwards: (stage) => played(stage, { ...quick, rollback: { deadline: '30s', observe: '1s' } }, 'bad'),
  cancelled: async (stage, { client }) => {
    const id = await played(stage, { ...quick, gates: [{ beforeWave: 1, reason: 'look first' }] });
    await stage.waitsFor(id, 'approval');
    await client.abort(id, { by: 'ana' });
    return id;
  },
  intercepted: (stage) => {
    stage.world.mischief.plan = () => {
      throw new GraywaveError('PLAN_REFUSED', 'there is no version v9');
    };
    return played(stage, quick);
  },
  not_restored: (stage) => {
    stage.world.mischief.beforeTouch = async (verb, id) => {
      if (verb === 'revert' && id === 'app-1') throw new GraywaveError('REVERT_FAILED', 'disk is gone');
    };
    return played(stage, { ...quick, rollback: { deadline: '10s', observe: '0s' } }, 'bad');
  },
  by_hand: async (stage, { client }) => {
    const id = await played(stage, { ...long, gates: [{ beforeWave: 2, reason: 'second look' }] });
    await stage.observed(id);
    await client.pause(id, { by: 'ana' });
    await client.extend(id, { seconds: 60, by: 'ana' });
    await client.promote(id, { by: 'ana', all: true });
    await stage.waitsFor(id, 'resume');
    await stage.workflow(id).signal('resume');
    await stage.waitsFor(id, 'approval');
    await client.approve(id, { by: 'ben' });
    return id;
  },
  aborted: async (stage, { client }) => {
    const id = await played(stage, long);
    await stage.observed(id);
    await client.abort(id, { by: 'ana', reason: 'pager' });
    return id;
  },
  cancelled_in_temporal: async (stage) => {
    const latch = aLatch();
    stage.world.mischief.beforeTouch = (verb, id) =>
      verb === 'apply' && id === 'app-2' ? latch.wait() : Promise.resolve();
    const id = await played(stage, long);
    await eventually('stalls', () => latch.reached, Boolean);
    await stage.workflow(id).cancel();
    await stage.ended(id);
    latch.open();
    return id;
  },
  restored: async (stage, { client }) => {
    const spec = aChange(long);
    await stage.submit(spec);
    await stage.observed(spec.id);
    await stage.workflow(spec.id).terminate('by hand');
    await client.submitSpec(spec, 'tests');
    return spec.id;
  },
  waited: async (stage, { client }) => {
    const first = await played(stage, long);
    await stage.observed(first);
    const id = await played(stage, quick, 'v3');
    await stage.waitsFor(id, 'resource');
    await client.abort(first);
    return id;
  },
  source_down: async (stage) => {
    const id = await played(stage, { ...quick, bake: { min: '1s', max: '2s' } });
    await stage.observed(id);
    stage.world.sourceDown = new GraywaveError('SOURCE_DOWN', 'connection refused');
    await stage.waitsFor(id, 'source');
    stage.world.sourceDown = null;
    return id;
  },
};

/** The same for what is newer than the first of them. */
export const acts: Record<string, Ending> = {
  refused_busy: async (stage, { client }) => {
    const first = await played(stage, long);
    await stage.observed(first);
    const id = await played(stage, { ...quick, onBusy: 'refuse' }, 'v3');
    await stage.ended(id);
    await client.abort(first);
    return id;
  },
  left: async (stage, { client }) => {
    const id = await played(stage, long);
    await stage.observed(id);
    await client.abort(id, { by: 'ana', reason: 'we look at it tomorrow', leave: true } as AbortRequest);
    return id;
  },
  adopted: async (stage, { client }) => {
    const id = await played(stage, { ...long, gates: [{ beforeWave: 2, reason: 'second look' }] });
    await stage.observed(id);
    await client.promote(id, { by: 'ana' });
    await stage.waitsFor(id, 'approval');
    stage.world.place('app-1').version = 'by-hand';
    await client.approve(id);
    await stage.waitsFor(id, 'decision');
    await stage.workflow(id).executeUpdate('adopt', { args: [{ by: 'ana', reason: 'we need it so' }] });
    await client.promote(id, { by: 'ana' }).catch(() => undefined);
    return id;
  },
  taken_up_again: async (stage, { client }) => {
    stage.world.mischief.beforeTouch = async (verb, id) => {
      if (verb === 'revert' && id === 'app-1') throw new GraywaveError('REVERT_FAILED', 'disk is gone');
    };
    const spec = aChange({ ...quick, rollback: { deadline: '10s', observe: '0s' } }, 'bad');
    await stage.submit(spec);
    await stage.ended(spec.id);
    stage.world.mischief = {};
    const input = { engine: 1 as const, spec, specHash: specHash(spec), submittedBy: 'tests' };
    await startChange(
      client.temporal,
      { ...input, retry: { by: 'ana', reason: 'the disk is back' } },
      'r',
      'ALLOW_DUPLICATE',
    );
    return spec.id;
  },
  held: async (stage, { client }) => {
    await startHold(client.temporal, 'level/L1', 3_600);
    const id = await played(stage, quick);
    await stage.waitsFor(id, 'hold');
    await client.temporal.workflow.getHandle(holdWorkflowId('level/L1')).executeUpdate('lift');
    return id;
  },
  sized: (stage) => played(stage, { waves: 'auto', bake: { min: '1s', max: '6s' } }),
  sized_by_level: async (_stage, { client }) => {
    const spec = aChange({ waves: 'auto', bake: { min: '1s', max: '6s' } });
    const input = { engine: 1 as const, spec, specHash: specHash(spec), submittedBy: 'tests' };
    await startChange(client.temporal, input, 'before');
    return spec.id;
  },
  told: async (stage, { client }) => {
    stage.world.channels = { waits: ['chat'], completed: ['chat'] };
    const id = await played(stage, { ...quick, gates: [{ beforeWave: 1, reason: 'look first' }] });
    await stage.waitsFor(id, 'approval');
    await client.approve(id);
    return id;
  },
};

/** On a server that soon asks for a new run: the history of the run that goes on, and of the one that ends. */
export const continuing: Record<string, Ending> = {
  continued: async (stage, { client }) => {
    const id = await played(stage, { ...quick, bake: { min: '6s', max: '50s' } });
    await stage.observed(id);
    const { runId } = await stage.workflow(id).describe();
    for (let n = 0; n < 8; n++) {
      await client.pause(id, { by: 'ana' });
      await client.resume(id, { by: 'ana' });
    }
    await eventually(
      'it is another run',
      async () => (await stage.workflow(id).describe()).runId,
      (now) => now !== runId,
    );
    await keep('goes_on', await client.temporal.workflow.getHandle(changeWorkflowId(id), runId).fetchHistory());
    return id;
  },
};

/** Plays one ending and keeps its history; returns the state in which the change ended. */
export async function record(engine: Engine, name: string): Promise<string> {
  const stage = aStage(engine);
  const ending = endings[name] ?? acts[name] ?? continuing[name];
  if (!ending) throw new Error(`no ending ${name}`);
  const id = await ending(stage, engine);
  const { state } = await stage.ended(id);
  await keep(name, await stage.workflow(id).fetchHistory());
  return state;
}
