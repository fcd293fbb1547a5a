import { CancellationScope, ParentClosePolicy, startChild, workflowInfo } from '@temporalio/workflow';
import { events, type Notice, type NoticeEvent } from '../notify/notice.js';
import { noticeWorkflowId } from './names.js';
import type { NoticeInput } from './notice-messages.js';
import { beside, own } from './proxies.js';
import { inTurn } from './record.js';
import type { Run } from './run.js';

/**
 * Tells whoever the worker's routes name, without waiting for it: a notice is a workflow of its own. Where nobody is
 * named, it costs one event. Telling never fails a change.
 */
export function tell(run: Run, event: NoticeEvent, text: string): void {
  later(run, async () => {
    if (run.told.has(event)) return;
    const channels = await channelsOf(run, event);
    if (channels.length === 0) return;
    const id = await send(run, event, text, { channels, ends: null });
    if (events[event].lasts) run.told.set(event, { channels, id });
  });
}

/** Ends what was told before and lasts; nothing where nobody was told. */
export function tellOver(run: Run, event: NoticeEvent, text: string): void {
  later(run, async () => {
    const told = run.told.get(event);
    run.told.delete(event);
    if (told) await send(run, event, text, { channels: told.channels, ends: told.id });
  });
}

/** At the change's end nothing that was told may seem to go on. */
export function tellAllOver(run: Run, text: string): void {
  later(run, async () => {
    for (const [event, { channels, id }] of run.told) {
      run.told.delete(event);
      await send(run, event, text, { channels, ends: id });
    }
  });
}

/** One after the other, so that the end of a notice never overtakes its beginning; awaited at the change's end. */
function later(run: Run, work: () => Promise<void>): void {
  run.telling = run.telling.then(() => CancellationScope.nonCancellable(work)).catch(() => undefined);
}

async function channelsOf(run: Run, event: NoticeEvent): Promise<string[]> {
  const { owner, services, classification } = run.status;
  const kind = { event, owner, services, level: classification?.level ?? null };
  const summary = `who is told of ${event}?`;
  try {
    return await inTurn(() => beside.channels.executeWithOptions({ summary }, [kind]));
  } catch {
    return own.channels.executeWithOptions({ summary, scheduleToCloseTimeout: '5 minutes' }, [kind]);
  }
}

/** Answers the id of the notice's workflow. */
async function send(
  run: Run,
  event: NoticeEvent,
  text: string,
  { channels, ends }: Pick<NoticeInput, 'channels' | 'ends'>,
): Promise<string> {
  const over = ends !== null;
  const { id, title, owner, services, classification } = run.status;
  run.notices += 1;
  const notice: Notice = {
    id: `${id}/${workflowInfo().runId}/${run.notices}`,
    event,
    urgency: events[event].urgency,
    title: `${title} (${id}): ${event.replaceAll('_', ' ')}${over ? ' is over' : ''}`,
    text,
    changeId: id,
    owner,
    level: classification?.level ?? null,
    services,
    atMs: Date.now(),
    over,
  };
  const input: NoticeInput = { notice, channels, ends };
  const workflowId = noticeWorkflowId(notice.id);
  await startChild('notice', {
    workflowId,
    args: [input],
    parentClosePolicy: ParentClosePolicy.ABANDON,
    staticSummary: notice.title.slice(0, 200),
  });
  return workflowId;
}
