import { ApplicationFailure, Context } from '@temporalio/activity';
import { GraywaveError, messageOf } from '../errors.js';
import type { Driver, Kit } from './driver.js';
import { asActivity } from './failure.js';
import { mayTouch } from './permission.js';
import type {
  ApplyAnswer,
  ApplyRequest,
  Grant,
  Intent,
  PlanAnswer,
  PlanRequest,
  RevertAnswer,
  RevertRequest,
  VerifyAnswer,
  VerifyRequest,
} from './protocol.js';

/** How often an attempt that waits inside a touch says that it lives. */
const aliveEveryMs = 3_000;

export interface DriverActivities {
  plan: (request: PlanRequest) => Promise<PlanAnswer>;
  apply: (request: ApplyRequest) => Promise<ApplyAnswer>;
  verify: (request: VerifyRequest) => Promise<VerifyAnswer>;
  revert: (request: RevertRequest) => Promise<RevertAnswer>;
}

/** A driver as the four activities that a worker serves on `graywave.driver.<name>` and its `.revert` queue. */
export function driverActivities(driver: Driver): DriverActivities {
  return {
    plan: (request) => asActivity(() => alive((signal) => driver.plan(request, { signal }))),
    apply: (request) => asActivity(() => applying(driver, request)),
    verify: (request) => asActivity(() => alive((signal) => driver.verify(request, { signal }))),
    revert: (request) => asActivity(() => touching(request.grant, false, (kit) => driver.revert(request, kit))),
  };
}

async function alive<T>(body: (signal: AbortSignal) => Promise<T>, details?: () => Intent | undefined): Promise<T> {
  const context = Context.current();
  const timer = setInterval(() => context.heartbeat(details?.()), aliveEveryMs);
  try {
    return await Promise.race([body(context.cancellationSignal), givenUp(context.cancellationSignal)]);
  } catch (error) {
    if (!context.cancellationDetails?.workerShutdown) throw error;
    // Not the driver's failure: the next attempt, on another worker, reads the target back and goes on.
    throw ApplicationFailure.create({ type: 'WORKER_STOPPING', message: messageOf(error), category: 'BENIGN' });
  } finally {
    clearInterval(timer);
  }
}

/** A driver that does not stop when told keeps its slot no longer; whatever it still does, its epoch is too old for. */
const stopGraceMs = 5_000;

function givenUp(signal: AbortSignal): Promise<never> {
  return new Promise((_resolve, reject) => {
    const giveUp = (): void => {
      setTimeout(() => reject(signal.reason as Error), stopGraceMs).unref();
    };
    if (signal.aborted) giveUp();
    else signal.addEventListener('abort', giveUp, { once: true });
  });
}

/** A driver that cannot touch twice is not even asked for what an earlier attempt has finished. */
async function applying(driver: Driver, request: ApplyRequest): Promise<ApplyAnswer> {
  const atMostOnce = driver.atMostOnce ?? false;
  const before = Context.current().info.heartbeatDetails as Intent | undefined;
  const done = atMostOnce && before?.key === request.grant.key ? before.done : [];
  const targets = request.targets.filter((id) => !done.includes(id));
  const answer = await touching(request.grant, atMostOnce, (kit) => driver.apply({ ...request, targets }, kit));
  return { targets: [...done.map((id) => ({ id, outcome: 'already' as const })), ...answer.targets] };
}

function touching<T>(grant: Grant, atMostOnce: boolean, body: (kit: Kit) => Promise<T>): Promise<T> {
  const context = Context.current();
  const before = context.info.heartbeatDetails as Intent | undefined;
  const mine = before?.key === grant.key ? before : undefined;
  const done = new Set(mine?.done ?? []);
  // Several may be under way at once; each is in doubt until it has said how it ended.
  const open = new Set(mine?.open ?? (mine && !done.has(mine.target) ? [mine.target] : []));
  const doubtful = [...open];
  let intent: Intent | undefined = mine;
  return alive(
    (signal) =>
      body({
        signal,
        doubtful,
        async touch(target, act) {
          if (atMostOnce && doubtful.includes(target)) {
            const why = `an attempt to touch ${target} never said how it ended`;
            const data = { doubtful, done: [...done] };
            throw new GraywaveError('OUTCOME_UNKNOWN', `${why}, and this driver cannot touch twice.`, { data });
          }
          open.add(target);
          intent = { target, key: grant.key, epoch: grant.epoch, done: [...done], open: [...open] };
          context.heartbeat(intent);
          // A wave that has begun is carried to its end; a hold only keeps it from beginning.
          await mayTouch(intent, done.size === 0 ? grant.holds : [], signal);
          const result = await act();
          done.add(target);
          open.delete(target);
          intent = { ...intent, done: [...done], open: [...open] };
          return result;
        },
      }),
    () => intent,
  );
}
