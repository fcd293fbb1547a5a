import { Context } from '@temporalio/activity';
import { GraywaveError } from '../errors.js';
import type { Notice } from '../notify/notice.js';
import { isTerminal } from '../workflows/messages.js';
import type { EnginePorts } from './ports.js';
import type { NoticeKind } from './types.js';

/** Channels for a notice. Every change asks it once for its end, so it is here that ends are counted. */
export function whoIsTold({ notifier, metrics }: EnginePorts, notice: NoticeKind): string[] {
  if (isTerminal(notice.event)) metrics.changeEnded(notice.event);
  return notifier.channelsFor(notice);
}

/** One try to tell one channel; Temporal repeats it as long as that can help. */
export async function deliver({ notifier, metrics }: EnginePorts, channel: string, notice: Notice): Promise<void> {
  try {
    await notifier.send(channel, notice, { signal: Context.current().cancellationSignal });
    metrics.noticed(channel, 'sent');
  } catch (error) {
    const refused = error instanceof GraywaveError && error.code === 'NOTICE_REFUSED';
    metrics.noticed(channel, refused ? 'refused' : 'failed');
    throw error;
  }
}
