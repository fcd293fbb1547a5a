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

/** gRPC status FAILED_PRECONDITION: Temporal has seen no worker on the queue for so long that it does not wait for one. */
const hasNoPoller = (error: unknown): boolean => isGrpcServiceError(error) && Number(error.code) === 9;

/** What went wrong between us and Temporal, as an error a user can act on. */
export function asGraywave(error: unknown, changeId: string): GraywaveError {
  if (error instanceof GraywaveError) return error;
  if (error instanceof WorkflowNotFoundError) {
    return new GraywaveError('CHANGE_UNKNOWN', `There is no change ${changeId}.`, { cause: error });
  }
  if (error instanceof WorkflowUpdateFailedError) {
    return new GraywaveError('REQUEST_REFUSED', error.cause?.message ?? error.message, { cause: error });
  }
  if (isLate(error) || hasNoPoller(error)) {
    return new GraywaveError('NOT_ANSWERED', `No worker answered for change ${changeId} in time.`, { cause: error });
  }
  if (isGrpcServiceError(error) && /search attribute/i.test(messageOf(error))) {
    const text = `Temporal does not know our search attributes: ${messageOf(error)}`;
    const hint = 'Start a worker once (`graywave worker`): it registers them, or shows the command that does.';
    return new GraywaveError('ATTRIBUTES_MISSING', text, { cause: error, hint });
  }
  if (isGrpcServiceError(error)) {
    return new GraywaveError('TEMPORAL_UNREACHABLE', `Temporal answered: ${messageOf(error)}`, { cause: error });
  }
  return new GraywaveError('INTERNAL', messageOf(error), { cause: error });
}
