import { Context } from '@temporalio/activity';
import { isGrpcServiceError } from '@temporalio/client';
import { encodeToPayloads } from '@temporalio/common/lib/internal-non-workflow/index.js';
import { GraywaveError, messageOf } from '../errors.js';

/**
 * An answer older than this says nothing of now: well within a driver's heartbeat timeout, after which another attempt
 * may have taken over while this one was frozen or its connection stood still.
 */
const freshMs = 5_000;
/** gRPC status NOT_FOUND. */
const notFound = 5;
const gonePattern = /not.?found|workflow execution already completed|invalid activity/i;

interface HeartbeatAnswer {
  cancelRequested: boolean;
  activityPaused: boolean;
  activityReset: boolean;
}

/** One heartbeat straight to the server, past the SDK's throttle. */
export async function beat(details: unknown): Promise<HeartbeatAnswer> {
  const { client, info } = Context.current();
  const payloads = await encodeToPayloads(client.options.loadedDataConverter, details);
  return client.workflowService.recordActivityTaskHeartbeat({
    namespace: client.options.namespace,
    identity: client.options.identity,
    taskToken: info.taskToken,
    details: { payloads: payloads ?? [] },
  }) as Promise<HeartbeatAnswer>;
}

/**
 * One heartbeat by task token, straight to the server, not through the SDK's throttle: true when Temporal still wants
 * this attempt. Refused (TOUCH_REFUSED) once the run is terminated, reset or deleted, cancel is requested, or another
 * attempt has taken over. While the server does not answer it keeps asking, for the caller must touch nothing.
 */
export async function askTemporal(details: unknown, signal: AbortSignal): Promise<void> {
  for (let pauseMs = 50; ; pauseMs = Math.min(pauseMs * 2, 2_000)) {
    if (signal.aborted) throw refused('this attempt was told to stop');
    const askedMs = Date.now();
    try {
      const answer = await Context.current().client.withDeadline(askedMs + freshMs, () => beat(details));
      if (answer.cancelRequested) throw refused('cancel was requested');
      if (answer.activityPaused || answer.activityReset) throw refused('the activity was paused or reset by hand');
      if (signal.aborted) throw refused('this attempt was told to stop');
      if (Date.now() - askedMs < freshMs) return;
    } catch (error) {
      if (error instanceof GraywaveError) throw error;
      const text = messageOf(error);
      const gone = (isGrpcServiceError(error) && Number(error.code) === notFound) || gonePattern.test(text);
      if (gone) throw refused(`Temporal does not know this attempt any more (${text})`);
    }
    await new Promise((resolve) => setTimeout(resolve, pauseMs));
  }
}

const refused = (why: string): GraywaveError => new GraywaveError('TOUCH_REFUSED', `Touch refused: ${why}.`);
