import { proxyActivities } from '@temporalio/workflow';

export interface Crowd {
  taskQueue: string;
  activity: string;
  /** Argument of each activity. */
  requests: unknown[];
}

/** Schedules many activities at once on one queue, as many changes would. */
export async function crowd({ taskQueue, activity, requests }: Crowd): Promise<void> {
  const activities = proxyActivities<Record<string, (request: unknown) => Promise<unknown>>>({
    taskQueue,
    startToCloseTimeout: '10 minutes',
  });
  await Promise.all(requests.map(async (request) => activities[activity]?.(request)));
}
