import { type Client, WorkflowExecutionAlreadyStartedError } from '@temporalio/client';
import type { Notice } from '../notify/notice.js';
import type { Notifier } from '../notify/notifier.js';
import { changeQueue, noticeWorkflowId } from '../workflows/names.js';
import type { NoticeInput } from '../workflows/notice-messages.js';

/**
 * Sees to it that people are told, once for each notice id: a workflow of its own, which outlives whoever had something
 * to say, tries each channel until it takes the notice, and shows which does not. Nothing is started for nobody.
 * `ends`: the id of the notice that this one ends.
 */
export async function tellPeople(
  client: Client,
  notifier: Notifier,
  notice: Notice,
  ends: string | null = null,
): Promise<void> {
  const channels = notifier.channelsFor(notice);
  if (channels.length === 0) return;
  const input: NoticeInput = { notice, channels, ends: ends && noticeWorkflowId(ends) };
  try {
    await client.workflow.start('notice', {
      workflowId: noticeWorkflowId(notice.id),
      taskQueue: changeQueue,
      args: [input],
      workflowIdReusePolicy: 'REJECT_DUPLICATE',
      staticSummary: notice.title.slice(0, 200),
    });
  } catch (error) {
    if (!(error instanceof WorkflowExecutionAlreadyStartedError)) throw error;
  }
}
