import {
  ActivityFailure,
  ApplicationFailure,
  getExternalWorkflowHandle,
  isCancellation,
  proxyActivities,
  setCurrentDetails,
} from '@temporalio/workflow';
import type { Notice } from '../notify/notice.js';
import type { NoticeEnd, NoticeInput } from './notice-messages.js';

const { deliver } = proxyActivities<{ deliver(channel: string, notice: Notice): Promise<void> }>({
  startToCloseTimeout: '30s',
  scheduleToCloseTimeout: '24 hours',
  retry: { initialInterval: '1s', backoffCoefficient: 2, maximumInterval: '60s' },
});

/**
 * Tells people one thing: each channel by itself, again and again for a day, so that one which is broken keeps no other
 * from being told. Fails when a channel never took it, so that it shows in red.
 */
export async function notice(input: NoticeInput): Promise<NoticeEnd> {
  const end: NoticeEnd = { delivered: [], failed: {} };
  const waiting = new Set(input.channels);
  if (input.ends) await cancelled(input.ends);
  show(input.notice, end, waiting);
  await Promise.all(
    input.channels.map(async (channel) => {
      try {
        await deliver.executeWithOptions({ summary: `${channel}: ${input.notice.title}`.slice(0, 190) }, [
          channel,
          input.notice,
        ]);
        end.delivered.push(channel);
      } catch (error) {
        if (isCancellation(error)) throw error;
        const cause = error instanceof ActivityFailure ? (error.cause ?? error) : error;
        end.failed[channel] = cause instanceof Error ? cause.message : String(cause);
      }
      waiting.delete(channel);
      show(input.notice, end, waiting);
    }),
  );
  const failed = Object.entries(end.failed);
  if (failed.length === 0) return end;
  const why = failed.map(([channel, reason]) => `${channel}: ${reason}`).join('; ');
  throw ApplicationFailure.create({ type: 'NOTICE_FAILED', message: why, nonRetryable: true, details: [end] });
}

/** Its beginning may still be tried on a channel that was broken; one that has ended needs no cancelling. */
async function cancelled(workflowId: string): Promise<void> {
  try {
    await getExternalWorkflowHandle(workflowId).cancel();
  } catch {
    return;
  }
}

function show({ title, text }: Notice, end: NoticeEnd, waiting: Set<string>): void {
  const plain = (value: string): string =>
    value.replace(/[\\`*_{}[\]()#+!|<>~]/g, (char) => `\\${char}`).replace(/\s+/g, ' ');
  const rows = [
    ...end.delivered.map((channel) => `- ${plain(channel)}: taken`),
    ...Object.entries(end.failed).map(([channel, why]) => `- ${plain(channel)}: given up: ${plain(why)}`),
    ...[...waiting].map((channel) => `- ${plain(channel)}: being told; a failing one shows as a pending activity`),
  ];
  setCurrentDetails([`### ${plain(title)}`, '', plain(text), '', ...rows].join('\n'));
}
