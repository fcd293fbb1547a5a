import { CancellationScope, createEventGroup, sleep } from '@temporalio/workflow';
import type { Json } from '../spec/types.js';
import type { Found, Grant } from '../drivers/protocol.js';
import { backDriver } from './proxies.js';
import { type Run, say, verdictFound, show, type Touched } from './run.js';

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
  const all = touched.flatMap((entry) => entry.targets);
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
  for (let attempt = 1; left().length > 0 && Date.now() < restoreByMs; attempt++) {
    if (attempt > 1)
      await sleep(Math.min(2 ** attempt * 250, 15_000), { summary: 'not restored yet; again in a moment' });
    rollback.attempts = attempt;
    const ids = new Set(left().map((target) => target.id));
    const leftMs = restoreByMs - Date.now();
    // After the first time each target by itself, so that one which cannot be restored keeps no other from it.
    const way = attempt === 1 ? { batchShare, apart: false } : { batchShare: 1, apart: true };
    await revertAll(run, touched, ids, {
      ...way,
      attempt,
      drain: false,
      withinMs: Math.max(leftMs / 3, Math.min(leftMs, 15_000)),
    });
    rollback.left = await readBack(run, touched, ids, restoreByMs);
    rollback.restored = all.length - rollback.left.length;
    show(run);
  }
  if (left().length === 0)
    return { whole: true, account: `all ${all.length} targets were read back in their before-state` };
  const ids = new Set(left().map((target) => target.id));
  const drained = await revertAll(run, touched, ids, {
    attempt: 1,
    drain: true,
    apart: true,
    withinMs: deadlineMs - Date.now(),
    batchShare: 1,
  });
  const still = left()
    .map((target) => `${target.id} is ${target.found}`)
    .join('; ');
  const taken =
    drained.length === 0 ? 'taken out of service' : `could not be taken out of service either (${drained.join('; ')})`;
  return {
    whole: false,
    account: `${rollback.restored} of ${all.length} targets restored; ${still}; the rest was ${taken}`,
  };
}

interface Way {
  attempt: number;
  drain: boolean;
  withinMs: number;
  batchShare: number;
  /** One call a target. */
  apart: boolean;
}

/** Part by part in reverse, in batches; returns what failed, in words. */
async function revertAll(run: Run, touched: Touched[], ids: ReadonlySet<string>, way: Way): Promise<string[]> {
  const failures: string[] = [];
  const endsMs = Date.now() + way.withinMs;
  const size = Math.max(1, Math.ceil(ids.size * way.batchShare));
  for (const { part } of [...run.input.spec.parts].reverse().map((item) => ({ part: item.name }))) {
    const own = touched.filter((entry) => entry.part === part).reverse();
    const order = own.flatMap((entry) => entry.targets).filter((id) => ids.has(id));
    for (let from = 0; from < order.length; from += size) {
      if (from > 0 && Date.now() >= endsMs) {
        failures.push(`no time was left for ${order.slice(from).join(', ')}`);
        break;
      }
      const batch = order.slice(from, from + size);
      const calls = way.apart ? batch.map((id) => new Set([id])) : [new Set(batch)];
      const reverts = calls.flatMap((ids) =>
        own.map((entry) => revertOne(run, entry, ids, { ...way, withinMs: endsMs - Date.now() })),
      );
      failures.push(...(await Promise.all(reverts)).filter((failure) => failure !== null));
    }
  }
  return failures;
}

async function revertOne(run: Run, entry: Touched, batch: ReadonlySet<string>, way: Way): Promise<string | null> {
  const targets = entry.targets.filter((id) => batch.has(id));
  const part = run.input.spec.parts.find((item) => item.name === entry.part);
  if (targets.length === 0 || !part) return null;
  const changeId = run.input.spec.id;
  const verb = way.drain ? 'drain' : 'revert';
  const again = (way.attempt === 1 ? '' : `-${way.attempt}`) + (way.apart ? `/${targets.join(',')}` : '');
  const grant: Grant = {
    changeId,
    key: `${changeId}/${entry.part}/${entry.wave}/${verb}${again}`,
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
    return null;
  } catch (error) {
    return causeOf(error);
  }
}

/** Targets that are not in their before-state, as the drivers read them back; unread counts as not restored. */
async function readBack(
  run: Run,
  touched: Touched[],
  ids: ReadonlySet<string>,
  byMs: number,
): Promise<{ id: string; found: string }[]> {
  const known = new Set(run.input.spec.parts.map((part) => part.name));
  const left = touched
    .filter((entry) => !known.has(entry.part))
    .flatMap((entry) => entry.targets.map((id) => ({ id, found: `unread (this spec has no part ${entry.part})` })));
  for (const part of run.input.spec.parts) {
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
      left.push(...targets.map((id) => ({ id, found: `unread (${causeOf(error)})` })));
    }
  }
  return left;
}

function causeOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  return error.cause instanceof Error ? error.cause.message : error.message;
}
