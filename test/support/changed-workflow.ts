import { proxyActivities } from '@temporalio/workflow';
import { change as real } from '../../src/workflows/change.js';
import type { ChangeInput, ChangeStatus } from '../../src/workflows/messages.js';

const { oneMore } = proxyActivities<{ oneMore(): Promise<void> }>({ startToCloseTimeout: '10s' });

/** The workflow as somebody might change it without a thought for the changes that run: one more activity. */
export async function change(input: ChangeInput): Promise<ChangeStatus> {
  await oneMore();
  return real(input);
}
