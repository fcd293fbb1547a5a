import { setTimeout as sleep } from 'node:timers/promises';
import type { Driver } from '../drivers/driver.js';
import type { Grant } from '../drivers/protocol.js';
import { GraywaveError, messageOf } from '../errors.js';
import type { Json, PartSpec } from '../spec/types.js';
import { unaskedKit } from './kit.js';
import type { RecordedTouch } from './recorded.js';

/** What is to be taken back, and with what. */
export interface Work {
  changeId: string;
  specHash: string;
  /** Of the journal record that begins the undoing. */
  epoch: number;
  parts: readonly PartSpec[];
  touches: readonly RecordedTouch[];
  drivers: ReadonlyMap<string, Driver>;
  /** What of a part may go back together. */
  batchShare: number;
  /** Of this, three quarters are for restoring; the rest is for taking out of service what is left. */
  deadlineSeconds: number;
  signal: AbortSignal;
  tell: (line: string) => void;
}

export interface Restored {
  /** Every target was read back in its before-state. */
  whole: boolean;
  /** What is true of the world, for people. */
  account: string;
}

/** What came of the last revert of a target. `by_hand`: somebody had changed it, and it was left as it is. */
type Outcome = { kind: 'reverted' } | { kind: 'by_hand' } | { kind: 'failed'; why: string };
type Left = { part: string; id: string; found: string };

const attempts = 4;
const restoringShare = 0.75;
/** The last resort has its turn, however late it is. */
const leastMs = 10_000;
const readLimitMs = 60_000;

/**
 * Takes every touch back as a rollback does: part by part in reverse, read back, and again what is left; then takes out
 * of service what could not be reverted. Throws only when the signal is aborted; done again it goes on where it was.
 */
export async function restore(work: Work): Promise<Restored> {
  const outcomes = new Map<string, Outcome>();
  const all = targetsOf(work);
  const startedMs = Date.now();
  const restoreByMs = startedMs + work.deadlineSeconds * 1000 * restoringShare;
  let left = all.map((one) => ({ ...one, found: 'not read yet' }));
  for (let attempt = 1; attempt <= attempts && left.length > 0 && Date.now() < restoreByMs; attempt++) {
    // Nobody overwrites what a hand has put there, and asking again does not change that.
    if (attempt > 2 && left.every((one) => outcomes.get(nameOf(one))?.kind === 'by_hand')) break;
    if (attempt > 1) await sleep(250 * 2 ** attempt, undefined, { signal: work.signal });
    await revertAll(work, left, { attempt, drain: false, byMs: restoreByMs }, outcomes);
    left = await readBack(work, left);
    work.tell(`${all.length - left.length} of ${all.length} targets were read back in their before-state`);
  }
  if (left.length === 0) {
    return { whole: true, account: `all ${all.length} targets were read back in their before-state` };
  }
  const still = left.map(({ id, found }) => `${id} is ${found}`);
  const drained = await drainFailed(work, left, outcomes, startedMs + work.deadlineSeconds * 1000);
  const account = [`${all.length - left.length} of ${all.length} targets restored`, ...still, ...drained].join('; ');
  return { whole: false, account };
}

type Named = { part: string; id: string };
const nameOf = ({ part, id }: Named): string => `${part}/${id}`;

/** In the order in which they are taken back. */
function targetsOf({ parts, touches }: Work): Named[] {
  const order = parts.map(({ name }) => name).reverse();
  const rank = ({ part }: RecordedTouch): number => order.indexOf(part);
  const found = [...touches]
    .reverse()
    .sort((a, b) => rank(a) - rank(b))
    .flatMap(({ part, targets }) => targets.map((id) => ({ part, id })));
  return [...new Map(found.map((one) => [nameOf(one), one])).values()];
}

interface Way {
  attempt: number;
  drain: boolean;
  byMs: number;
}

async function revertAll(work: Work, left: readonly Named[], way: Way, outcomes: Map<string, Outcome>): Promise<void> {
  for (const part of new Set(left.map((one) => one.part))) {
    const ids = left.filter((one) => one.part === part).map(({ id }) => id);
    // After the first time each target by itself, so that one which cannot be restored keeps no other from it.
    const size = way.attempt === 1 && !way.drain ? Math.max(1, Math.ceil(ids.length * work.batchShare)) : 1;
    for (let from = 0; from < ids.length; from += size) {
      const batch = ids.slice(from, from + size);
      const own = work.touches.filter((touch) => touch.part === part).reverse();
      for (const touch of own) {
        const targets = touch.targets.filter((id) => batch.includes(id));
        if (targets.length === 0) continue;
        const outcome = await revertOne(work, touch, targets, way);
        work.tell(`${way.drain ? 'drain' : 'revert'} ${part} on ${targets.join(', ')}: ${wordOf(outcome)}`);
        for (const id of targets) outcomes.set(nameOf({ part, id }), outcome);
      }
    }
  }
}

const wordOf = (outcome: Outcome): string => {
  if (outcome.kind === 'failed') return outcome.why;
  return outcome.kind === 'reverted' ? 'done' : 'a hand has changed it; left as it is';
};

async function revertOne(work: Work, touch: RecordedTouch, targets: string[], way: Way): Promise<Outcome> {
  const { changeId, specHash, epoch } = work;
  const driver = work.drivers.get(touch.driver);
  const part = work.parts.find(({ name }) => name === touch.part);
  if (!driver || !part) return { kind: 'failed', why: `nobody here serves driver ${touch.driver}` };
  const again = way.attempt === 1 ? '' : `-${way.attempt}/${targets.join(',')}`;
  const verb = way.drain ? 'drain' : 'revert';
  const grant: Grant = {
    changeId,
    key: `${changeId}/${touch.part}/${touch.wave}/${verb}@offline${epoch}${again}`,
    specHash,
    epoch: epoch + 1,
    holds: [],
  };
  try {
    const request = { changeId, part, targets, before: touch.before, grant, drain: way.drain };
    await driver.revert(request, unaskedKit(limited(work, way.byMs)));
    return { kind: 'reverted' };
  } catch (error) {
    work.signal.throwIfAborted();
    if (error instanceof GraywaveError && error.code === 'WORLD_CHANGED') return { kind: 'by_hand' };
    return { kind: 'failed', why: messageOf(error) };
  }
}

/** Targets that are not in their before-state; unread counts as not restored. */
async function readBack(work: Work, left: readonly Named[]): Promise<Left[]> {
  const still: Left[] = [];
  for (const name of new Set(left.map((one) => one.part))) {
    const own = work.touches.filter((touch) => touch.part === name);
    const targets = left.filter((one) => one.part === name).map(({ id }) => id);
    const found = await foundBy(work, name, own, targets);
    for (const id of targets) {
      const what = typeof found === 'string' ? found : (found.get(id) ?? 'without an answer');
      if (what !== 'before') still.push({ part: name, id, found: what });
    }
  }
  return still;
}

async function foundBy(
  work: Work,
  name: string,
  own: readonly RecordedTouch[],
  targets: string[],
): Promise<Map<string, string> | string> {
  const part = work.parts.find((one) => one.name === name);
  const driver = work.drivers.get(own[0]?.driver ?? '');
  if (!driver || !part) return `unread (nobody here serves driver ${own[0]?.driver})`;
  // Of a target that was touched twice, what was there before the first time.
  const before: Record<string, Json> = Object.assign({}, ...[...own].reverse().map((touch) => touch.before));
  try {
    const request = { changeId: work.changeId, part, targets, before, expect: 'before' as const };
    const answer = await driver.verify(request, { signal: limited(work, Date.now() + readLimitMs) });
    return new Map(
      answer.targets.map(({ id, found, detail }) => [id, found === 'before' ? found : `${found} (${detail})`]),
    );
  } catch (error) {
    work.signal.throwIfAborted();
    return `unread (${messageOf(error)})`;
  }
}

/** Only what could not be reverted is taken out of service: never what a hand has put there, nor what was put back. */
async function drainFailed(
  work: Work,
  left: readonly Left[],
  reverts: Map<string, Outcome>,
  byMs: number,
): Promise<string[]> {
  const of = (kind: Outcome['kind']): Left[] => left.filter((one) => reverts.get(nameOf(one))?.kind === kind);
  const [failed, byHand] = [of('failed'), of('by_hand')];
  const idsOf = (some: readonly Named[]): string => some.map(({ id }) => id).join(', ');
  const told = byHand.length > 0 ? [`left as a hand has put it: ${idsOf(byHand)}`] : [];
  const drains = new Map<string, Outcome>();
  await revertAll(work, failed, { attempt: 1, drain: true, byMs }, drains);
  const out = failed.filter((one) => drains.get(nameOf(one))?.kind === 'reverted');
  if (out.length > 0) told.push(`taken out of service: ${idsOf(out)}`);
  for (const one of failed) {
    const drain = drains.get(nameOf(one));
    if (drain?.kind === 'reverted') continue;
    const why = drain?.kind === 'failed' ? drain.why : 'it was left as a hand has put it';
    told.push(`${one.id} could not be taken out of service either (${why})`);
  }
  return told;
}

const limited = ({ signal }: Work, byMs: number): AbortSignal =>
  AbortSignal.any([signal, AbortSignal.timeout(Math.max(leastMs, byMs - Date.now()))]);
