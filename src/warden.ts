import { ScheduleAlreadyRunning, ScheduleClient, ScheduleOverlapPolicy } from '@temporalio/client';
import type { NativeConnection } from '@temporalio/worker';
import { GraywaveError, messageOf } from './errors.js';
import { changeQueue, wardenId } from './workflows/names.js';

/** How often the warden sweeps, and the longest that one sweep may take. */
export const sweepEverySeconds = 30;
const sweepLimitSeconds = 60;

/**
 * Sees to it that the warden's Schedule is there; whoever comes second finds it. Without it a change that is terminated
 * would stay half done, so a worker that cannot make it does not start. A schedule that somebody paused stays paused.
 */
export async function ensureWarden(connection: NativeConnection, namespace: string): Promise<void> {
  const schedules = new ScheduleClient({ connection, namespace });
  try {
    await schedules.create({
      scheduleId: wardenId,
      spec: { intervals: [{ every: `${sweepEverySeconds}s` }] },
      action: {
        type: 'startWorkflow',
        workflowType: 'warden',
        workflowId: wardenId,
        taskQueue: changeQueue,
        workflowRunTimeout: `${sweepLimitSeconds}s`,
      },
      // One that hangs is ended by its limit; what was missed while nothing ran needs no sweep of its own.
      policies: { overlap: ScheduleOverlapPolicy.SKIP, catchupWindow: '10s', pauseOnFailure: false },
      state: { note: 'Sweeps the journal for unsettled changes that nobody runs, and has them restored.' },
    });
  } catch (error) {
    if (error instanceof ScheduleAlreadyRunning) return;
    throw new GraywaveError('TEMPORAL_UNREACHABLE', `The warden's schedule could not be made: ${messageOf(error)}`, {
      cause: error,
    });
  }
}
