import {
  ActivityFailure,
  ApplicationFailure,
  CancellationScope,
  createEventGroup,
  sleep,
  TimeoutFailure,
} from '@temporalio/workflow';
import type { Json } from '../spec/types.js';
import type { Found, Grant } from '../drivers/protocol.js';
import { backDriver } from './proxies.js';
import { type Run, say, verdictFound, show, type Touched } from './run.js';
import { tell } from './telling.js';

/** Share of the deadline in which restoring is tried; the rest is for taking the targets out of service. */
const restoringShare = 0.75;

export interface Restored {
  /** Every target was read back in its before-state. */
  whole: boolean;
  /** What is true of the world, for people. */
  account: string;
}

/**
 * Takes back every touch on record: revert in reverse order, read back, and again until all is as before or most of the
 * deadline is gone; then takes what is left out of service. Cannot be cancelled, needs neither lease nor journal to
 * begin, and always comes to an end that says what is true.
 */
export function rollBack(run: Run, touched: Touched[], reason: string): Promise<Restored> {
  return createEventGroup('roll back').withScope(() =>
    CancellationScope.nonCancellable(() => takeBack(run, touched, reason)),
  );
}

async function takeBack(run: Run, touched: Touched[], reason: string): Promise<Restored> {
  const { deadlineSeconds, batchShare } = run.input.spec.rollback;
  const startedMs = Date.now();
  const deadlineMs = startedMs + deadlineSeconds * 1000;
  const restoreByMs = startedMs + deadlineSeconds * 1000 * restoringShare;
  const left = (): { id: string; found: string }[] => rollback.left;
  const adopted = new Set(run.status.adopted);
  const all = touched.flatMap((entry) => entry.targets).filter((id) => !adopted.has(id));
  const rollback = {
    startedMs,
    reason,
    deadlineMs,
    restored: 0,
    of: all.length,
    attempts: 0,
    left: all.map((id) => ({ id, found: 'not read yet' })),
  };
  run.status.rollback = rollback;
  run.status.waitsFor = null;
  say(run, 'rolling_back', `Rolling back: ${reason}`, verdictFound(run));
  tell(run, 'rolling_back', reason);
  const outcomes = new Map<string, Outcome>();
  for (let attempt = 1; left().length > 0 && Date.now() < restoreByMs; attempt++) {
    // Nobody overwrites what a hand has put there, and asking again does not change that.
    if (attempt > 2 && left().every(({ id }) => outcomes.get(id)?.kind === 'by_hand')) break;
    if (attempt > 1) {
      const pauseMs = Math.min(2 ** attempt * 250, 15_000, restoreByMs - Date.now());
      await sleep(Math.max(1, pauseMs), { summary: 'not restored yet; again in a moment' });
    }
    rollback.attempts = attempt;
    const ids = new Set(left().map((target) => target.id));
    const leftMs = restoreByMs - Date.now();
    // After the first time each target by itself, so that one which cannot be restored keeps no other from it.
    const way = attempt === 1 ? { batchShare, apart: false } : { batchShare: 1, apart: true };
    // What hangs in the first call must leave time for the others by themselves.
    const withinMs = Math.max(leftMs / 3, Math.min(leftMs * 0.6, 15_000));
    await revertAll(run, touched, ids, { ...way, attempt, drain: false, withinMs }, outcomes);
    rollback.left = await readBack(run, touched, ids, restoreByMs);
    rollback.restored = all.length - rollback.left.length;
    show(run);
  }
  if (left().length === 0) {
    const kept = adopted.size > 0 ? `; left as adopted: ${[...adopted].join(', ')}` : '';
    return { whole: true, account: `all ${all.length} targets were read back in their before-state${kept}` };
  }
  const still = left().map(({ id, found }) => `${id} is ${found}`);
  const drained = await drainFailed(run, touched, left(), outcomes, deadlineMs);
  return {
    whole: false,
    account: [`${rollback.restored} of ${all.length} targets restored`, ...still, ...drained].join('; '),
  };
}

/** As `readBack` tells of a target that is still changed. */
const isAfter = (found: string): boolean => found.startsWith('after');

/** What came of the last revert of a target. `by_hand`: somebody had changed it, and it was left as it is. */
type Outcome = { kind: 'reverted' } | { kind: 'by_hand' } | { kind: 'failed'; why: string };

/**
 * Only what could not be reverted, or is still as changed though its driver says otherwise, is taken out of service:
 * never what a hand has put there, nor what was put back.
 */
async function drainFailed(
  run: Run,
  touched: Touched[],
  left: { id: string; found: string }[],
  outcomes: ReadonlyMap<string, Outcome>,
  deadlineMs: number,
): Promise<string[]> {
  const of = (kind: Outcome['kind']): string[] =>
    left.map(({ id }) => id).filter((id) => outcomes.get(id)?.kind === kind);
  const byHand = of('by_hand');
  const lied = left
    .filter(({ id, found }) => outcomes.get(id)?.kind === 'reverted' && isAfter(found))
    .map(({ id }) => id);
  const failed = [...of('failed'), ...lied];
  const told = byHand.length > 0 ? [`left as a hand has put it: ${byHand.join(', ')}`] : [];
  if (failed.length === 0) return told;
  const drains = new Map(outcomes);
  const withinMs = deadlineMs - Date.now();
  await revertAll(
    run,
    touched,
    new Set(failed),
    { attempt: 1, drain: true, apart: true, withinMs, batchShare: 1 },
    drains,
  );
  const out = failed.filter((id) => drains.get(id)?.kind === 'reverted');
  if (out.length > 0) told.push(`taken out of service: ${out.join(', ')}`);
  for (const id of failed) {
    const drain = drains.get(id);
    if (drain?.kind !== 'reverted') {
      told.push(
        `${id} could not be taken out of service either (${drain?.kind === 'failed' ? drain.why : 'nobody could ask'})`,
      );
    }
  }
  return told;
}

interface Way {
  attempt: number;
  drain: boolean;
  withinMs: number;
  batchShare: number;
  /** One call a target. */
  apart: boolean;
}

/** Part by part in reverse, in batches; notes what came of each target. */
async function revertAll(
  run: Run,
  touched: Touched[],
  ids: ReadonlySet<string>,
  way: Way,
  outcomes: Map<string, Outcome>,
): Promise<void> {
  const endsMs = Date.now() + way.withinMs;
  const size = Math.max(1, Math.ceil(ids.size * way.batchShare));
  for (const part of run.parts.map(({ name }) => name).reverse()) {
    const own = touched.filter((entry) => entry.part === part).reverse();
    const order = own.flatMap((entry) => entry.targets).filter((id) => ids.has(id));
    for (let from = 0; from < order.length; from += size) {
      const batch = order.slice(from, from + size);
      if (from > 0 && Date.now() >= endsMs) {
        for (const id of order.slice(from)) outcomes.set(id, { kind: 'failed', why: 'no time was left' });
        break;
      }
      const calls = way.apart ? batch.map((id) => new Set([id])) : [new Set(batch)];
      await Promise.all(
        calls.flatMap((some) =>
          own.map(async (entry) => {
            const outcome = await revertOne(run, entry, some, { ...way, withinMs: endsMs - Date.now() }, outcomes);
            for (const id of entry.targets) if (some.has(id)) outcomes.set(id, outcome);
          }),
        ),
      );
    }
  }
}

async function revertOne(
  run: Run,
  entry: Touched,
  batch: ReadonlySet<string>,
  way: Way,
  outcomes: ReadonlyMap<string, Outcome>,
): Promise<Outcome> {
  const targets = entry.targets.filter((id) => batch.has(id));
  const part = run.parts.find((item) => item.name === entry.part);
  if (targets.length === 0 || !part) return { kind: 'failed', why: `this spec has no part ${entry.part}` };
  const changeId = run.input.spec.id;
  const verb = way.drain ? 'drain' : 'revert';
  // A run that takes up where another left off must not be taken for that one asking again.
  const other = run.caughtUp ? `@${run.epoch}` : '';
  const again = (way.attempt === 1 ? '' : `-${way.attempt}`) + (way.apart ? `/${targets.join(',')}` : '');
  const grant: Grant = {
    changeId,
    key: `${changeId}/${entry.part}/${entry.wave}/${verb}${other}${again}`,
    specHash: run.input.specHash,
    epoch: entry.epoch + 1,
    holds: [],
  };
  const summary = `${verb} ${entry.part} on ${targets.join(', ')}`.slice(0, 190);
  try {
    const driver = backDriver(entry.driver, way.withinMs);
    await driver.revert.executeWithOptions({ summary }, [
      { changeId, part, targets, before: entry.before, grant, drain: way.drain },
    ]);
    return { kind: 'reverted' };
  } catch (error) {
    const cause = error instanceof ActivityFailure ? error.cause : error;
    if (cause instanceof ApplicationFailure && cause.type === 'WORLD_CHANGED') return { kind: 'by_hand' };
    const before = outcomes.get(targets[0] ?? '');
    return { kind: 'failed', why: whyOf(error, before?.kind === 'failed' ? before.why : undefined) };
  }
}

/** Targets that are not in their before-state, as the drivers read them back; unread counts as not restored. */
async function readBack(
  run: Run,
  touched: Touched[],
  ids: ReadonlySet<string>,
  byMs: number,
): Promise<{ id: string; found: string }[]> {
  const known = new Set(run.parts.map((part) => part.name));
  const left = touched
    .filter((entry) => !known.has(entry.part))
    .flatMap((entry) => entry.targets.map((id) => ({ id, found: `unread (this spec has no part ${entry.part})` })));
  for (const part of run.parts) {
    const own = touched.filter((entry) => entry.part === part.name);
    const targets = own.flatMap((entry) => entry.targets).filter((id) => ids.has(id));
    if (targets.length === 0) continue;
    const before: Record<string, Json> = Object.assign({}, ...own.map((entry) => entry.before));
    try {
      const answer = await backDriver(part.driver, Math.min(byMs - Date.now(), 60_000)).verify.executeWithOptions(
        { summary: `read back ${part.name}: is it as before?` },
        [{ changeId: run.input.spec.id, part, targets, before, expect: 'before' }],
      );
      const found = new Map(answer.targets.map((target) => [target.id, target] as const));
      for (const id of targets) {
        const target = found.get(id);
        const isBefore: Found = 'before';
        if (target?.found !== isBefore)
          left.push({ id, found: target ? `${target.found} (${target.detail})` : 'without an answer' });
      }
    } catch (error) {
      for (const id of targets) {
        const before = run.status.rollback?.left.find((target) => target.id === id)?.found;
        const why = /^unread \((.*)\)$/.exec(before ?? '')?.[1];
        left.push({ id, found: `unread (${whyOf(error, why)})` });
      }
    }
  }
  return left;
}

/** What a try failed of; a time limit that ended the last one hides what those before it had met. */
function whyOf(error: unknown, before: string | undefined): string {
  const isLimit = error instanceof ActivityFailure && error.cause instanceof TimeoutFailure;
  return isLimit && before !== undefined ? before : causeOf(error);
}

function causeOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  const { cause } = error;
  return cause instanceof Error ? cause.message : error.message;
}
