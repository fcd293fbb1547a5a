import type { WorkflowHandle } from '@temporalio/client';
import { GraywaveError } from '../../src/errors.js';
import { changeQueue, leaseWorkflowId, noticeWorkflowId } from '../../src/workflows/names.js';
import { aChange, type Engine } from './engine.js';
import { keep } from './kept-history.js';
import { long, played, quick } from './record-histories.js';
import { aStage, type Stage } from './stage.js';
import { startHold } from './start-hold.js';

/** A workflow of another type that has ended, and what to call its history. */
type Other = (stage: Stage, engine: Engine) => Promise<{ workflowId: string; runId?: string }>;

export const others: Record<string, Other> = {
  hold_lifted: async (_stage, { client }) => {
    const handle = await startHold(client.temporal, 'service/lifted', 3_600);
    const longer = { by: 'ben', reason: 'a little longer', untilMs: Date.now() + 7_200_000 };
    await handle.executeUpdate('extend', { args: [longer] });
    await handle.executeUpdate('lift', { args: [{ by: 'ana', reason: 'over' }] });
    return ended(handle);
  },
  hold_expired: async (_stage, { client }) => ended(await startHold(client.temporal, 'service/expired', 2)),
  hold_signalled: async (_stage, { client }) => {
    const handle = await startHold(client.temporal, 'service/signalled', 3_600);
    await handle.signal('lift', { by: 'ana' });
    return ended(handle);
  },
  wake: async (_stage, { client }) => {
    const handle = await startHold(client.temporal, 'service/woken', 1);
    const { runId } = await handle.describe();
    await handle.result();
    return ended(client.temporal.workflow.getHandle(`wake/service/woken/${runId}`));
  },
  lease: async (stage, { client }) => {
    const first = await played(stage, long);
    await stage.observed(first);
    const second = await played(stage, quick, 'v3');
    await stage.waitsFor(second, 'resource');
    const third = await played(stage, quick, 'v4');
    await stage.waitsFor(third, 'resource');
    await client.abort(second);
    await client.abort(first);
    await stage.ended(third);
    return ended(client.temporal.workflow.getHandle(leaseWorkflowId(`memory:${stage.world.name}`)));
  },
  warden: async (stage, { client }) => {
    const id = await played(stage, long);
    await stage.observed(id);
    await stage.workflow(id).terminate('by hand');
    const options = { workflowId: 'warden-recorded', taskQueue: changeQueue, args: [] };
    const handle = await client.temporal.workflow.start('warden', options);
    await handle.result();
    await stage.ended(id);
    return ended(handle);
  },
  notice_taken: async (stage, engine) => notice(stage, engine, ['chat', 'bus']),
  notice_refused: async (stage, engine) => {
    stage.world.mischief.beforeNotice = async (channel) => {
      if (channel === 'wrong') throw new GraywaveError('NOTICE_REFUSED', 'wrong: HTTP 404');
    };
    return notice(stage, engine, ['wrong', 'bus']);
  },
  preview: async (_stage, { client }) => {
    const options = { workflowId: 'preview-recorded', taskQueue: changeQueue, args: [aChange(quick)] };
    return ended(await client.temporal.workflow.start('preview', options));
  },
  preview_refused: async (stage, { client }) => {
    stage.world.mischief.plan = () => {
      throw new GraywaveError('PLAN_REFUSED', 'there is no version v9');
    };
    const options = { workflowId: 'preview-refused', taskQueue: changeQueue, args: [aChange(quick)] };
    return ended(await client.temporal.workflow.start('preview', options));
  },
};

async function notice(
  stage: Stage,
  { client }: Engine,
  channels: string[],
): Promise<{ workflowId: string; runId?: string }> {
  stage.world.channels = { completed: channels };
  const id = await played(stage, quick);
  await stage.ended(id);
  const { runId } = await stage.workflow(id).describe();
  return ended(client.temporal.workflow.getHandle(noticeWorkflowId(`${id}/${runId}/1`)));
}

async function ended(handle: WorkflowHandle): Promise<{ workflowId: string; runId?: string }> {
  await handle.result().catch(() => undefined);
  const { workflowId, runId } = await handle.describe();
  return { workflowId, runId };
}

export async function recordOther(engine: Engine, name: string): Promise<void> {
  const other = others[name];
  if (!other) throw new Error(`no ending ${name}`);
  const { workflowId, runId } = await other(aStage(engine), engine);
  await keep(name, await engine.client.temporal.workflow.getHandle(workflowId, runId).fetchHistory());
}
