import { activityInfo } from '@temporalio/activity';

/** The workflow run this activity works for; ours are never started without one. */
export function execution(): { workflowId: string; runId: string } {
  const { workflowExecution } = activityInfo();
  if (!workflowExecution) throw new Error('this activity was started without a workflow');
  return workflowExecution;
}
