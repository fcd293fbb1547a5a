import { activityInfo, Context } from '@temporalio/activity';
import { ActivityFailure, ApplicationFailure } from '@temporalio/common';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type ErrorCode, GraywaveError } from '../../src/errors.js';
import { eventually } from '../support/engine.js';
import { aLatch } from '../support/stage.js';
import { type Bench, startBench } from '../support/touching.js';

let bench: Bench;
beforeAll(async () => {
  bench = await startBench();
});
afterAll(() => bench.stop());

/** What became of a touch that was asked for: made, or the code of what refused it. */
interface Outcome {
  worker: string;
  attempt: number;
  made: boolean;
  code: ErrorCode | null;
}

/** A driver that waits before it asks; everything it did is in `outcomes`. */
function stalling(wait: (attempt: number, worker: string) => Promise<void>): Outcome[] {
  const outcomes: Outcome[] = [];
  bench.drive(async (request, kit, worker) => {
    const { attempt } = activityInfo();
    await wait(attempt, worker);
    const outcome: Outcome = { worker, attempt, made: false, code: null };
    try {
      for (const target of request.targets) {
        await kit.touch(target, () => Promise.resolve(void (outcome.made = true)));
      }
    } catch (error) {
      outcome.code = error instanceof GraywaveError ? error.code : 'INTERNAL';
      throw error;
    } finally {
      outcomes.push(outcome);
    }
  });
  return outcomes;
}

test('a touch is let through while Temporal wants the attempt', async () => {
  const outcomes = stalling(() => Promise.resolve());
  await (await bench.start({})).result();
  expect(outcomes).toEqual([{ worker: 'direct', attempt: 1, made: true, code: null }]);
});

test('after the run was terminated a touch is refused and not made', async () => {
  const latch = aLatch();
  const outcomes = stalling(() => latch.wait());
  const handle = await bench.start({});
  await eventually('stalls', () => latch.reached, Boolean);
  await handle.terminate('by hand');
  latch.open();
  await eventually(
    'has an outcome',
    () => outcomes,
    (all) => all.length > 0,
  );
  expect(outcomes).toEqual([{ worker: 'direct', attempt: 1, made: false, code: 'TOUCH_REFUSED' }]);
});

test('after cancel was requested a touch is refused and not made, before the worker itself has heard of it', async () => {
  const latch = aLatch();
  let heard = true;
  const outcomes = stalling(async () => {
    const { cancellationSignal } = Context.current();
    await latch.wait();
    heard = cancellationSignal.aborted;
  });
  const handle = await bench.start({ heartbeatTimeoutMs: 60_000 });
  await eventually('stalls', () => latch.reached, Boolean);
  await handle.cancel();
  await eventually(
    'the server knows',
    () => handle.fetchHistory(),
    ({ events }) => (events ?? []).some((event) => event.activityTaskCancelRequestedEventAttributes),
  );
  latch.open();
  await eventually(
    'has an outcome',
    () => outcomes,
    (all) => all.length > 0,
  );
  expect([heard, outcomes]).toEqual([false, [{ worker: 'direct', attempt: 1, made: false, code: 'TOUCH_REFUSED' }]]);
});

test('while Temporal does not answer, the attempt waits and touches nothing; it goes on when it answers again', async () => {
  const latch = aLatch();
  const outcomes = stalling(() => latch.wait());
  const handle = await bench.start({ behindProxy: true, heartbeatTimeoutMs: 60_000 });
  await eventually('stalls', () => latch.reached, Boolean);
  bench.proxy.freeze();
  latch.open();
  const first = await eventually(
    'has asked',
    () => bench.proxy.held(),
    (bytes) => bytes > 0,
  );
  await eventually(
    'has asked again after a while',
    () => bench.proxy.held(),
    (bytes) => bytes > first + 50,
  );
  expect(outcomes).toEqual([]);
  bench.proxy.thaw();
  await handle.result();
  expect(outcomes).toEqual([{ worker: 'proxied', attempt: 1, made: true, code: null }]);
});

test('once another attempt has taken over, the first is refused, and touches nothing', {
  timeout: 90_000,
}, async () => {
  const first = aLatch();
  const second = aLatch();
  const outcomes = stalling((attempt) => (attempt === 1 ? first.wait() : second.wait()));
  const handle = await bench.start({ behindProxy: true, heartbeatTimeoutMs: 2_000, attempts: 5 });
  await eventually('the first stalls', () => first.reached, Boolean);
  // Its heartbeats reach nobody: Temporal gives the task to another attempt.
  bench.proxy.freeze();
  await eventually(
    'the first has timed out',
    () => handle.describe(),
    ({ raw }) => raw.pendingActivities?.some((pending) => (pending.attempt ?? 0) > 1) ?? false,
  );
  first.open();
  bench.proxy.thaw();
  await eventually(
    'the first has an outcome',
    () => outcomes,
    (all) => all.length > 0,
  );
  expect(outcomes).toEqual([{ worker: 'proxied', attempt: 1, made: false, code: 'TOUCH_REFUSED' }]);
  second.open();
  await handle.result();
  expect(outcomes.filter((outcome) => outcome.made)).toHaveLength(1);
});

test('the next attempt is told which target the last one was about to touch', async () => {
  const told: (readonly string[])[] = [];
  bench.drive(async (request, kit) => {
    told.push(kit.doubtful);
    for (const target of request.targets) {
      await kit.touch(target, () => {
        if (target === 'b' && told.length === 1) throw new GraywaveError('SOURCE_DOWN', 'may or may not have happened');
        return Promise.resolve();
      });
    }
  });
  await (await bench.start({ attempts: 3, targets: ['a', 'b', 'c'] })).result();
  expect(told).toEqual([[], ['b']]);
});

test.each([
  ['WORLD_CHANGED', true],
  ['APPLY_FAILED', true],
  ['REVERT_FAILED', false],
] as const)('a driver error %s is the type of the failure that the workflow sees', async (code, final) => {
  let attempts = 0;
  bench.drive(() => {
    attempts += 1;
    throw new GraywaveError(code, 'app-1 is not v1');
  });
  const handle = await bench.start({ attempts: 3 });
  const failure: unknown = await handle.result().catch((error: { cause?: unknown }) => error.cause);
  if (!(failure instanceof ActivityFailure)) throw new Error('not an activity failure');
  const { cause } = failure;
  if (!(cause instanceof ApplicationFailure)) throw new Error('not an application failure');
  expect([cause.type, cause.message, cause.nonRetryable]).toEqual([code, 'app-1 is not v1', final]);
  expect(cause.details).toEqual([{ hint: expect.stringMatching(/./), at: null }]);
  expect(attempts, final ? 'no retry cures it' : 'time may cure it').toBe(final ? 1 : 3);
});

/** Touches one target, and the first touch is made without anybody hearing of it. */
function losing(atMostOnce: boolean): { made: number[] } {
  const made: number[] = [];
  const lose = async (attempt: number): Promise<void> => {
    made.push(attempt);
    if (attempt === 1) throw new Error('the connection was lost');
  };
  bench.drive((_request, kit) => kit.touch('a', () => lose(activityInfo().attempt)), { atMostOnce });
  return { made };
}

test('a driver that can absorb a second delivery is asked again after a touch that nobody heard of', async () => {
  const { made } = losing(false);
  await (await bench.start({ attempts: 3 })).result();
  expect(made).toEqual([1, 2]);
});

test('a driver that cannot is not: the outcome is unknown, which is an error of its own', async () => {
  const { made } = losing(true);
  const error = await (await bench.start({ attempts: 3 })).result().catch((thrown: unknown) => thrown);
  expect(made).toEqual([1]);
  const failure = (error as { cause?: ActivityFailure }).cause?.cause;
  expect(failure).toBeInstanceOf(ApplicationFailure);
  expect([(failure as ApplicationFailure).type, (failure as ApplicationFailure).nonRetryable]).toEqual([
    'OUTCOME_UNKNOWN',
    true,
  ]);
});
