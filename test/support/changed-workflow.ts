import { proxyActivities } from '@temporalio/workflow';
import * as real from '../../src/workflows/index.js';

const { oneMore } = proxyActivities<{ oneMore(): Promise<void> }>({ startToCloseTimeout: '10s' });

/** A workflow as somebody might change it without a thought for the runs there are: one more activity. */
function changed<Args extends unknown[], Result>(workflow: (...args: Args) => Promise<Result>) {
  return async (...args: Args): Promise<Result> => {
    await oneMore();
    return workflow(...args);
  };
}

export const change = changed(real.change);
export const hold = changed(real.hold);
export const lease = changed(real.lease);
export const notice = changed(real.notice);
export const preview = changed(real.preview);
export const wake = changed(real.wake);
export const warden = changed(real.warden);
