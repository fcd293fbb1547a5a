import { ApplicationFailure } from '@temporalio/common';
import { type ErrorCode, GraywaveError, messageOf } from '../errors.js';

/** Errors that time may cure; every other code ends the activity, and the workflow decides. */
const retryable: ReadonlySet<ErrorCode> = new Set([
  'SOURCE_DOWN',
  'SOURCE_ANSWER',
  'JOURNAL_UNWRITABLE',
  'JOURNAL_BUSY',
  'HELD_STILL',
  'REVERT_FAILED',
  'TARGET_DOWN',
  'VERIFY_FAILED',
  'TEMPORAL_UNREACHABLE',
  'NOTICE_FAILED',
]);

/** Answers of a question that is asked again for as long as it takes: no worker's log need hear of each. */
const expected: ReadonlySet<ErrorCode> = new Set(['HELD_STILL', 'JOURNAL_BUSY']);

/** The same error as Temporal carries it: type = code, details = where and what to do next. */
export function toFailure(error: unknown): unknown {
  if (!(error instanceof GraywaveError)) return error;
  return ApplicationFailure.create({
    type: error.code,
    message: messageOf(error),
    nonRetryable: !retryable.has(error.code),
    details: [{ ...error.data, hint: error.hint, at: error.at ?? null }],
    ...(expected.has(error.code) ? { category: 'BENIGN' as const } : {}),
    cause: error,
  });
}

/** Runs an activity's body and lets only Temporal's kinds of failure out of it. */
export async function asActivity<T>(body: () => Promise<T>): Promise<T> {
  try {
    return await body();
  } catch (error) {
    throw toFailure(error);
  }
}
