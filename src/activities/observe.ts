import { ApplicationFailure, Context } from '@temporalio/activity';
import { beat } from '../drivers/heartbeat.js';
import { messageOf } from '../errors.js';
import { verdict } from '../judge/judge.js';
import type { Verdict } from '../judge/types.js';
import { serverClock } from './clock.js';
import { execution } from './execution.js';
import { lookFrom } from './look.js';
import { Newsroom } from './news.js';
import { scheduleOf } from './pace.js';
import type { Ports } from './ports.js';
import type { Live, ObserveAnswer, ObserveRequest, Watching } from './types.js';
import { watchingOf } from './watching.js';

/**
 * Looks until the wave is proven safe or harmful, or its bake is over. Heartbeats only after a look, so that silence
 * means that nobody looks; they carry all that the next watcher needs. A worker that stops hands its state over.
 */
export async function observe(ports: Ports, request: ObserveRequest): Promise<ObserveAnswer> {
  const context = Context.current();
  const signal = context.cancellationSignal;
  const clock = serverClock();
  const { startedMs, endsAtMs } = request.bake;
  const beganMs = clock.nowMs();
  const schedule = scheduleOf(ports.pace, request.changeId, beganMs);
  const pause = pauses(signal);
  let live: Live = request.live;
  let last: Verdict = judged(request, live, beganMs);
  let toldMs = beganMs;
  const newsroom = new Newsroom(request.believes ?? null);
  for (;;) {
    try {
      live = await lookFrom(ports, request, live, { clock, signal });
    } catch (error) {
      throw handedOver(context, { live, verdict: last }) ?? error;
    }
    const nowMs = clock.nowMs();
    last = judged(request, live, nowMs);
    const watching: Watching = { live, verdict: last };
    context.heartbeat(watching);
    if (nowMs - startedMs <= livelyMs && nowMs - toldMs >= tellEveryMs) {
      await tellSoon(context, watching);
      toldMs = nowMs;
    }
    if (last.kind === 'fail' || nowMs >= endsAtMs || (last.kind === 'pass' && request.passEnds)) {
      return { ...watching, cellsHash: await cellsHash(ports, request.changeId) };
    }
    const news = newsroom.of(last, nowMs, live.judge.still?.sinceMs ?? null);
    if (news) return { ...watching, cellsHash: await cellsHash(ports, request.changeId), news };
    const dueMs = Math.min(schedule.next(nowMs, nowMs - startedMs), endsAtMs);
    await pause(Math.max(0, dueMs - clock.nowMs()));
    const handOver = handedOver(context, watching);
    if (handOver) throw handOver;
  }
}

/** While people look on, at the beginning, evidence is shown at least so often; the SDK's throttle would hold it 16 s. */
const livelyMs = 60_000;
const tellEveryMs = 2_500;

async function tellSoon(context: Context, watching: Watching): Promise<void> {
  try {
    await beat(watching);
  } catch (error) {
    // The throttled heartbeat goes out all the same, and what it is answered decides.
    context.log.debug('a heartbeat for the audience was not taken', { error: messageOf(error) });
  }
}

/** One look from the latest state known: the running watcher's last heartbeat, if it is ahead of the request's. */
export async function lastLook(ports: Ports, request: ObserveRequest): Promise<ObserveAnswer> {
  const context = Context.current();
  const watching = await heldByWatcher(context);
  const from = watching && watching.live.seq > request.live.seq ? watching.live : request.live;
  const clock = serverClock();
  const live = await lookFrom(ports, request, from, { clock, signal: context.cancellationSignal });
  return { live, verdict: judged(request, live, clock.nowMs()), cellsHash: await cellsHash(ports, request.changeId) };
}

/** A verdict never waits for its evidence to be readable again. */
async function cellsHash(ports: Ports, changeId: string): Promise<string> {
  try {
    return (await ports.cells.head(changeId)).hash;
  } catch (error) {
    return `unreadable: ${messageOf(error)}`;
  }
}

async function heldByWatcher({ client }: Context): Promise<Watching | null> {
  const { workflowId, runId } = execution();
  return watchingOf(await client.workflow.getHandle(workflowId, runId).describe(), client);
}

function judged(request: ObserveRequest, live: Live, nowMs: number): Verdict {
  const { startedMs, minSeconds, overAtMs } = request.bake;
  const told = verdict(request.settings, live.judge, {
    nowMs,
    waveStartedMs: startedMs,
    minSeconds,
    maxSeconds: Math.max(0, (overAtMs - startedMs) / 1000),
    control: request.arms.baseline.length > 0 ? 'concurrent' : 'none',
  });
  if (told.kind !== 'pass' || live.judge.wave === request.wave) return told;
  return { ...told, kind: 'inconclusive', reason: 'still looking: no look has been made of this wave alone' };
}

/** Waits; ends early, without an error, when told to stop. One listener for all pauses of a watcher, which are many. */
function pauses(signal: AbortSignal): (ms: number) => Promise<void> {
  let wake = (): void => undefined;
  signal.addEventListener('abort', () => wake(), { once: true });
  return (ms) =>
    new Promise((resolve) => {
      // Told during the look itself: the event will not come again.
      if (signal.aborted) return resolve();
      const timer = setTimeout(resolve, ms);
      wake = () => {
        clearTimeout(timer);
        resolve();
      };
    });
}

function handedOver(context: Context, watching: Watching): Error | null {
  if (!context.cancellationSignal.aborted) return null;
  if (!context.cancellationDetails?.workerShutdown) return context.cancellationSignal.reason as Error;
  return ApplicationFailure.create({
    type: 'WORKER_STOPPING',
    message: 'This worker stops; the next goes on from here.',
    nonRetryable: true,
    details: [watching],
    category: 'BENIGN',
  });
}
