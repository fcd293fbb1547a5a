import {
  isGrpcDeadlineError,
  isGrpcServiceError,
  WorkflowNotFoundError,
  WorkflowUpdateFailedError,
} from '@temporalio/client';
import { GraywaveError, messageOf } from '../errors.js';

/** What went wrong between us and Temporal, as an error a user can act on. */
export function asGraywave(error: unknown, changeId: string): GraywaveError {
  if (error instanceof GraywaveError) return error;
  if (error instanceof WorkflowNotFoundError) {
    return new GraywaveError('CHANGE_UNKNOWN', `There is no change ${changeId}.`, { cause: error });
  }
  if (error instanceof WorkflowUpdateFailedError) {
    return new GraywaveError('REQUEST_REFUSED', error.cause?.message ?? error.message, { cause: error });
  }
  if (isGrpcDeadlineError(error)) {
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
