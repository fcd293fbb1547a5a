import { proxyActivities } from '@temporalio/workflow';
import type { ApplyAnswer, ApplyRequest } from '../../src/drivers/protocol.js';

export interface TouchingOptions {
  taskQueue: string;
  heartbeatTimeoutMs: number;
  attempts: number;
}

/** Applies once, on its own queue, with a driver's time limits; nothing of the engine is between test and kit. */
export async function touching(request: ApplyRequest, options: TouchingOptions): Promise<ApplyAnswer> {
  const driver = proxyActivities<{ apply(request: ApplyRequest): Promise<ApplyAnswer> }>({
    taskQueue: options.taskQueue,
    startToCloseTimeout: '5 minutes',
    heartbeatTimeout: options.heartbeatTimeoutMs,
    retry: { initialInterval: '100ms', maximumAttempts: options.attempts },
    cancellationType: 'WAIT_CANCELLATION_COMPLETED',
  });
  return driver.apply(request);
}
