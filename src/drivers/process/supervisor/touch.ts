import { messageOf } from '../../../errors.js';
import type { AppliedEntry, DrainRequest, Instance, PutRequest, TouchAnswer } from '../wire.js';
import { alive, stop } from './child.js';
import { type Fleet, instanceOf, Refusal, serviceOf } from './fleet.js';
import { launch } from './launch.js';
import { pushRoutes, quiet } from './routes.js';
import type { Slot } from './slot.js';

/**
 * Brings a slot to a version, at most once for a key. The new process is started and healthy before the old one loses
 * its place in the routing table; the old one finishes its requests and is stopped. Where requests are routed that is
 * after the answer: nobody is served by it any more, and a version that hangs would hold up its own rollback.
 * @throws Refusal, with the slot as it was before.
 */
export async function put(fleet: Fleet, slot: Slot, request: PutRequest): Promise<TouchAnswer> {
  const service = serviceOf(fleet, slot);
  if (service.versions[request.version] === undefined) {
    const known = Object.keys(service.versions).join(', ');
    throw new Refusal('unknown_version', `${slot.service} has no version ${request.version}; it has ${known}`);
  }
  refuseStale(slot, request.epoch);
  await finishLeft(fleet, slot);
  const there = await instanceOf(fleet, slot);
  const sameKey = slot.key === request.key && slot.verb === 'put' && slot.version === request.version;
  if (sameKey || (there.version === request.version && there.state === 'running' && there.healthy)) {
    return absorb(fleet, slot, 'put', request, there);
  }
  refuseChanged(there, request);
  fleet.store.save(slot, { epoch: request.epoch });
  if (there.version === request.version && there.state === 'drained' && there.healthy) {
    return effect(fleet, slot, entryOf(slot, 'put', request, request.version), { serving: true });
  }
  if ((service.router || service.port !== 0) && slot.process !== null && alive(slot.process)) {
    throw new Refusal('unsupported', `${slot.id} has a fixed port and lives: it cannot be replaced beside itself`);
  }
  const process = await launch(fleet, slot, request);
  const change = { version: request.version, serving: true, process, pending: null, leaving: slot.process };
  return effect(fleet, slot, entryOf(slot, 'put', request, request.version), change);
}

/** Takes a slot out of the routing table; where the service has no place in it, the process is stopped. */
export async function drain(fleet: Fleet, slot: Slot, request: DrainRequest): Promise<TouchAnswer> {
  refuseStale(slot, request.epoch);
  await finishLeft(fleet, slot);
  const service = serviceOf(fleet, slot);
  if (service.router) throw new Refusal('unsupported', `${slot.id} routes the fleet's requests: it cannot be drained`);
  if (!slot.serving) return absorb(fleet, slot, 'drain', request, await instanceOf(fleet, slot));
  const change: Partial<Slot> = service.routed
    ? { serving: false }
    : { serving: false, process: null, leaving: slot.process };
  return effect(fleet, slot, entryOf(slot, 'drain', request, null), change);
}

function refuseStale(slot: Slot, epoch: number): void {
  if (epoch >= slot.epoch) return;
  throw new Refusal('stale', `${slot.id} has seen epoch ${slot.epoch}; ${epoch} is older`);
}

function refuseChanged(there: Instance, { version, expect }: PutRequest): void {
  if (expect === undefined) return;
  if (there.version !== expect.version && there.version !== version) {
    const wanted = `neither ${expect.version} as expected nor ${version}`;
    throw new Refusal('changed', `${there.id} is at ${there.version}, ${wanted}`);
  }
  if (expect.state !== undefined && there.state !== expect.state) {
    throw new Refusal('changed', `${there.id} is ${there.state}, not ${expect.state} as expected`);
  }
}

/** Nothing to do. The epoch is remembered all the same, so that an older touch that is still on its way is refused. */
function absorb(
  fleet: Fleet,
  slot: Slot,
  verb: 'put' | 'drain',
  { key, epoch }: DrainRequest,
  there: Instance,
): TouchAnswer {
  fleet.store.save(slot, { key, epoch, verb });
  return { outcome: 'already', instance: { ...there, key, epoch } };
}

/**
 * The effective part of a touch. From the save on it is decided: a restarted supervisor logs it and carries it to its
 * end. Only a living edge that does not take the routes undoes it, and that is a line of the log too.
 */
async function effect(fleet: Fleet, slot: Slot, entry: AppliedEntry, change: Partial<Slot>): Promise<TouchAnswer> {
  const before = { ...slot };
  const verb = entry.verb === 'undo' ? before.verb : entry.verb;
  fleet.store.save(slot, { ...change, key: entry.key, epoch: entry.epoch, verb, unlogged: entry });
  fleet.log.applied(entry);
  try {
    await pushRoutes(fleet);
  } catch (error) {
    await undo(fleet, slot, before, entry);
    throw new Refusal('routing_failed', messageOf(error));
  }
  const isSwap = entry.verb === 'put' && serviceOf(fleet, slot).routed;
  if (isSwap) finishLater(fleet, slot);
  else await finish(fleet, slot);
  return { outcome: 'touched', instance: await instanceOf(fleet, slot) };
}

/** The next in the slot's turn; what is asked of the slot meanwhile waits for it, or does it first. */
function finishLater(fleet: Fleet, slot: Slot): void {
  fleet
    .inTurn(slot, () => finishLeft(fleet, slot))
    .catch((error: unknown) => console.error(`${slot.id}: the old process does not end: ${messageOf(error)}`));
}

async function finishLeft(fleet: Fleet, slot: Slot): Promise<void> {
  if (slot.leaving !== null || slot.unlogged !== null) await finish(fleet, slot);
}

async function undo(fleet: Fleet, slot: Slot, before: Slot, done: AppliedEntry): Promise<void> {
  const at = new Date().toISOString();
  const entry: AppliedEntry = {
    ...done,
    at,
    from: slot.version,
    to: before.serving ? before.version : null,
    verb: 'undo',
  };
  const { version, key, verb, serving, process } = before;
  const replaced = slot.process !== null && slot.process !== process ? slot.process : null;
  fleet.store.save(slot, { version, key, verb, serving, process, pending: null, leaving: replaced, unlogged: entry });
  fleet.log.applied(entry);
  await pushRoutes(fleet).catch((error: unknown) => {
    console.error(`${slot.id}: the routes are not pushed after an undo: ${messageOf(error)}`);
  });
  await finish(fleet, slot);
}

/** The last steps of a decided touch, from the slot alone; a restarted supervisor takes them too. */
export async function finish(fleet: Fleet, slot: Slot): Promise<void> {
  const { leaving, serving, process } = slot;
  if (leaving !== null && alive(leaving)) {
    await quiet(fleet, leaving.port);
    await stop(leaving, fleet.file.graceSeconds * 1000);
  } else if (!serving && process !== null) {
    await quiet(fleet, process.port);
  }
  fleet.store.save(slot, { leaving: null, unlogged: null });
}

function entryOf(slot: Slot, verb: 'put' | 'drain', request: DrainRequest, to: string | null): AppliedEntry {
  const { key, epoch } = request;
  return { at: new Date().toISOString(), instance: slot.id, from: slot.version, to, key, epoch, verb };
}
