import { messageOf } from '../../../errors.js';
import { healthOf, stop } from './child.js';
import { type Fleet, Refusal, serviceOf, zonesOf } from './fleet.js';
import { launch } from './launch.js';
import { pushRoutes } from './routes.js';
import { newSlot, type Slot } from './slot.js';
import { finish } from './touch.js';

/** Starting many processes at once makes each slow; a few at a time is faster on few cores. */
const startsAtOnce = 4;

/**
 * Takes over what an earlier supervisor left, then starts what has no process yet, edges first. A live child is
 * adopted; a dead one is reported as crashed, never quietly started again.
 */
export async function boot(fleet: Fleet): Promise<void> {
  for (const slot of fleet.store.readAll()) if (slot.process !== null) fleet.adopted.add(slot.id);
  takeSlots(fleet);
  const slots = [...fleet.slots.values()];
  for (const slot of slots) await dropPending(fleet, slot);
  for (const slot of slots) if (slot.unlogged !== null) fleet.log.applied(slot.unlogged);
  const missing = slots.filter((slot) => slot.process === null && slot.serving);
  await startAll(
    fleet,
    missing.filter((slot) => serviceOf(fleet, slot).router),
  );
  await pushRoutes(fleet);
  for (const slot of slots) if (slot.unlogged !== null || slot.leaving !== null) await finish(fleet, slot);
  await startAll(
    fleet,
    missing.filter((slot) => !serviceOf(fleet, slot).router),
  );
  await pushRoutes(fleet);
}

function takeSlots(fleet: Fleet): void {
  const kept = new Map(fleet.store.readAll().map((slot) => [slot.id, slot]));
  for (const [name, service] of Object.entries(fleet.file.services)) {
    for (const [index, zone] of zonesOf(fleet.file, service).entries()) {
      const id = `${name}-${index + 1}`;
      fleet.slots.set(id, kept.get(id) ?? newSlot(id, name, zone, service.initial));
      kept.delete(id);
    }
  }
  if (kept.size === 0) return;
  throw new Refusal('internal', `the state directory knows ${[...kept.keys()].join(', ')}, the fleet file does not`);
}

/** A process that an earlier supervisor was starting when it died never served: it is stopped. */
async function dropPending(fleet: Fleet, slot: Slot): Promise<void> {
  const { pending } = slot;
  if (pending === null) return;
  if (pending.pid !== null) await stop({ pid: pending.pid, birth: pending.birth }, 200);
  else await stopListener(fleet, slot, pending.port);
  fleet.store.save(slot, { pending: null });
}

/** Died between start and record: the process, if there is one, shows itself on the port that was meant for it. */
async function stopListener(fleet: Fleet, slot: Slot, port: number): Promise<void> {
  const end = Date.now() + Math.min(2, fleet.file.startSeconds) * 1000;
  do {
    const health = await healthOf(port, serviceOf(fleet, slot).health, 300);
    if (health?.instance === slot.id) return stop({ pid: health.pid, birth: null }, 200);
    await new Promise((resolve) => setTimeout(resolve, 100));
  } while (Date.now() < end);
}

async function startAll(fleet: Fleet, slots: Slot[]): Promise<void> {
  const waiting = [...slots];
  const failures: unknown[] = [];
  const work = async (): Promise<void> => {
    for (let slot = waiting.shift(); slot !== undefined && failures.length === 0; slot = waiting.shift()) {
      try {
        fleet.store.save(slot, { process: await launch(fleet, slot, slot), pending: null });
      } catch (error) {
        failures.push(error);
      }
    }
  };
  await Promise.all(Array.from({ length: startsAtOnce }, work));
  if (failures.length > 0) throw failures[0];
}

/**
 * Stops every process of the fleet but those to `keep`; started again with the same state directory, the slots keep
 * their versions.
 */
export async function halt(fleet: Fleet, keep: ReadonlySet<string> = new Set()): Promise<void> {
  fleet.stopping.abort();
  const slots = [...fleet.slots.values()].filter((slot) => !keep.has(slot.id));
  const ends = slots.map((slot) => fleet.inTurn(slot, () => haltSlot(fleet, slot)));
  for (const end of await Promise.allSettled(ends)) {
    if (end.status === 'rejected') console.error(`stopping the fleet: ${messageOf(end.reason)}`);
  }
}

async function haltSlot(fleet: Fleet, slot: Slot): Promise<void> {
  for (const record of [slot.process, slot.leaving]) if (record !== null) await stop(record, 1000);
  fleet.store.save(slot, { process: null, leaving: null });
}
