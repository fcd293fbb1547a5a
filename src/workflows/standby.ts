import { CancellationScope } from '@temporalio/workflow';
import type { ClearRequest, GateAnswer } from '../activities/types.js';
import { waitFor } from './bake.js';
import { patiently } from './proxies.js';
import { controlsOf, type Run } from './run.js';

/** Asked before the gate, and after it: the wait for a resource may be long, and a pause must hold what it let through. */
export async function resumed(run: Run): Promise<boolean> {
  if (!run.status.paused) return false;
  const limitSeconds = controlsOf(run).waitLimitSeconds;
  await waitFor(run, { what: 'resume', detail: 'paused', limitSeconds, ready: () => !run.status.paused });
  return true;
}

/** Nothing is touched yet, so nobody is hurt by a long wait; it ends all the same. */
const untouchedLimitSeconds = 7 * 24 * 3600;

type InTheWay = Extract<GateAnswer, { outcome: 'held' | 'queued' }>;

/**
 * Waits for a hold to end or for this change's turn at a resource. It is woken by signal, and asks by itself, ever more
 * rarely, for the case that hold or lease were terminated; neither costs events. What is changed stays watched.
 */
export async function standBy(run: Run, inTheWay: InTheWay, request: ClearRequest): Promise<void> {
  const woken = run.wakes;
  let free = false;
  const asking = new CancellationScope();
  const asked = asking
    .run(() => patiently.clear.executeWithOptions({ summary: 'waits until nothing stands in the way' }, [request]))
    .then(
      () => void (free = true),
      () => undefined,
    );
  const limitSeconds = run.touched.length > 0 ? controlsOf(run).waitLimitSeconds : untouchedLimitSeconds;
  const ready = (): boolean => free || run.wakes > woken;
  try {
    await waitFor(run, { ...told(inTheWay), limitSeconds, ready });
  } finally {
    asking.cancel();
    await asked;
  }
}

function told(inTheWay: InTheWay): { what: 'hold' | 'resource'; detail: string } {
  if (inTheWay.outcome === 'queued') {
    const { resource, holder, place, sinceMs } = inTheWay;
    const detail = `${resource} is held by change ${holder}; place ${place} in the queue since ${time(sinceMs)}`;
    return { what: 'resource', detail };
  }
  const holds = inTheWay.holds.map(
    ({ scope, reason, owner, untilMs }) => `a hold over ${scope} by ${owner} until ${time(untilMs)} (${reason})`,
  );
  return { what: 'hold', detail: holds.join('; ') };
}

const time = (ms: number): string => `${new Date(ms).toISOString().slice(0, 19)}Z`;
