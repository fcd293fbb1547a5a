import {
  isGrpcCancelledError,
  isGrpcDeadlineError,
  isGrpcServiceError,
  WorkflowNotFoundError,
  WorkflowUpdateRPCTimeoutOrCancelledError,
  WorkflowUpdateFailedError,
} from '@temporalio/client';
import { GraywaveError, messageOf } from '../errors.js';

/**
 * The call's deadline has passed. At that moment the server gives the call up as well, and now and then its CANCELLED is
 * here first; we cancel no call ourselves.
 */
const isLate = (error: unknown): boolean =>
  isGrpcDeadlineError(error) ||
  isGrpcCancelledError(error) ||
  error instanceof WorkflowUpdateRPCTimeoutOrCancelledError;

/** The server's own words; the SDK wraps them for most of its calls. */
function ofServer(error: unknown): (Error & { code: unknown }) | null {
  for (let at = error; at instanceof Error; at = at.cause) if (isGrpcServiceError(at)) return at;
  return null;
}

/**
 * gRPC status FAILED_PRECONDITION: Temporal has seen no worker on the queue for so long that it does not wait for one, or
 * the last one could not carry on the workflow; the next one may.
 */
const hasNoPoller = (error: unknown): boolean => Number(ofServer(error)?.code) === 9;

/** True when Temporal is there and no worker has answered. */
export const isUnanswered = (error: unknown): boolean => isLate(error) || hasNoPoller(error);

/** What went wrong between us and Temporal, asked about a change, as an error a user can act on. */
export function asGraywave(error: unknown, changeId: string): GraywaveError {
  if (error instanceof WorkflowNotFoundError) {
    return new GraywaveError('CHANGE_UNKNOWN', `There is no change ${changeId}.`, { cause: error });
  }
  return asTyped(error, `change ${changeId}`);
}

/** The same for a question about anything else; `what` stands in the message when nobody answered for it. */
export function asTyped(error: unknown, what: string): GraywaveError {
  if (error instanceof GraywaveError) return error;
  if (error instanceof WorkflowUpdateFailedError) {
    return new GraywaveError('REQUEST_REFUSED', error.cause?.message ?? error.message, { cause: error });
  }
  if (isUnanswered(error)) {
    return new GraywaveError('NOT_ANSWERED', `No worker answered for ${what} in time.`, { cause: error });
  }
  const server = ofServer(error);
  if (server && /search attribute/i.test(messageOf(server))) {
    const text = `Temporal does not know our search attributes: ${messageOf(server)}`;
    const hint = 'Start a worker once (`graywave worker`): it registers them, or shows the command that does.';
    return new GraywaveError('ATTRIBUTES_MISSING', text, { cause: error, hint });
  }
  if (server) {
    return new GraywaveError('TEMPORAL_UNREACHABLE', `Temporal answered: ${messageOf(server)}`, { cause: error });
  }
  return new GraywaveError('INTERNAL', messageOf(error), { cause: error });
}
