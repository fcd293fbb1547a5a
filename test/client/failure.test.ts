import { ServiceError, WorkflowNotFoundError } from '@temporalio/client';
import { expect, test } from 'vitest';
import { asGraywave, asTyped, isUnanswered } from '../../src/client/failure.js';
import { GraywaveError } from '../../src/errors.js';

/** As grpc-js throws it: codes are of gRPC. */
const grpc = (code: number, details: string): Error =>
  Object.assign(new Error(`${code}: ${details}`), { code, details, metadata: {} });
/** As the SDK wraps it for most of its calls. */
const wrapped = (cause: Error): Error => new ServiceError('Failed to query Workflow', { cause });

const cases: [what: string, error: Error, code: string][] = [
  ['a deadline', grpc(4, 'Deadline exceeded'), 'NOT_ANSWERED'],
  ['no poller', grpc(9, 'no poller'), 'NOT_ANSWERED'],
  ['a workflow task that failed', grpc(9, 'Workflow Task in failed state'), 'NOT_ANSWERED'],
  ['a server that is away', grpc(14, 'connection refused'), 'TEMPORAL_UNREACHABLE'],
  ['an attribute that is not registered', grpc(3, 'no mapping for search attribute ChangeState'), 'ATTRIBUTES_MISSING'],
];

test.each(cases)('%s is typed, whether the SDK has wrapped it or not', (_what, error, code) => {
  expect(asGraywave(error, 'x').code).toBe(code);
  expect(asGraywave(wrapped(error), 'x').code).toBe(code);
  expect(isUnanswered(wrapped(error))).toBe(code === 'NOT_ANSWERED');
});

test('what the server said stands in the message', () => {
  expect(asGraywave(wrapped(grpc(14, 'refused')), 'x').message).toBe('Temporal answered: 14: refused');
  expect(asTyped(wrapped(grpc(4, '')), 'the holds').message).toBe('No worker answered for the holds in time.');
});

test('a workflow that is not there is the change that is not there; our own errors stay what they are', () => {
  const gone = new WorkflowNotFoundError('gone', 'change/x', undefined);
  expect(asGraywave(gone, 'x')).toMatchObject({ code: 'CHANGE_UNKNOWN', message: 'There is no change x.' });
  const own = new GraywaveError('HOLD_THERE', 'told');
  expect(asGraywave(own, 'x')).toBe(own);
  expect(asTyped(new Error('a bug'), 'x').code).toBe('INTERNAL');
});
