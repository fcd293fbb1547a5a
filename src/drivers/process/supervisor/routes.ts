import { setTimeout as sleep } from 'node:timers/promises';
import { messageOf } from '../../../errors.js';
import { callJson } from '../call.js';
import { alive } from './child.js';
import { type Fleet, Refusal, routingTable, serviceOf } from './fleet.js';
import type { ProcessRecord, Slot } from './slot.js';

const pushLimitMs = 2000;
const pushTries = 2;

/** The processes that get the routing table. */
export function routers(fleet: Fleet): Slot[] {
  return [...fleet.slots.values()].filter((slot) => serviceOf(fleet, slot).router);
}

function livingRouters(fleet: Fleet): ProcessRecord[] {
  return routers(fleet).flatMap(({ process }) => (process !== null && alive(process) ? [process] : []));
}

/** Rises with every push, over restarts too, so that an edge that was stopped for a while never goes back to an older table. */
let lastVersion = 0;
const nextVersion = (): number => (lastVersion = Math.max(lastVersion + 1, Date.now() * 1000));

const lastPush = new WeakMap<Fleet, Promise<void>>();

/**
 * Tells every edge the routing table as it is now, and returns when all have acknowledged it: what was taken out
 * gets no new request after that. Pushes go out one after the other, so an older table never follows a newer one.
 * A dead edge needs no telling: it routes nothing, and gets the table when it is started.
 * @throws Refusal `routing_failed` when a living edge does not acknowledge.
 */
export function pushRoutes(fleet: Fleet): Promise<void> {
  const push = (lastPush.get(fleet) ?? Promise.resolve()).then(() => pushNow(fleet));
  lastPush.set(
    fleet,
    push.catch(() => undefined),
  );
  return push;
}

async function pushNow(fleet: Fleet): Promise<void> {
  await Promise.all(livingRouters(fleet).map((router) => pushTo(router, fleet)));
}

async function pushTo(router: ProcessRecord, fleet: Fleet): Promise<void> {
  let problem = '';
  for (let tries = 0; tries < pushTries && alive(router); tries += 1) {
    try {
      const body = routingTable(fleet);
      const { status } = await callJson(`http://127.0.0.1:${router.port}/routes?version=${nextVersion()}`, {
        method: 'PUT',
        body,
        timeoutMs: pushLimitMs,
      });
      if (status < 300) return;
      problem = `answered ${status}`;
    } catch (error) {
      problem = messageOf(error);
    }
    await sleep(100);
  }
  if (alive(router))
    throw new Refusal('routing_failed', `the edge on port ${router.port} did not take the routes: ${problem}`);
}

/** Waits until no edge has a request in flight to that port, at most the fleet's grace. */
export async function quiet(fleet: Fleet, port: number): Promise<void> {
  const end = Date.now() + fleet.file.graceSeconds * 1000;
  while (Date.now() < end && !fleet.stopping.signal.aborted) {
    const counts = await Promise.all(livingRouters(fleet).map((router) => inFlight(router, port)));
    if (counts.every((count) => count === 0)) return;
    await sleep(15);
  }
}

async function inFlight(router: ProcessRecord, port: number): Promise<number> {
  try {
    const { status, json } = await callJson(`http://127.0.0.1:${router.port}/in-flight?port=${port}`, {
      timeoutMs: pushLimitMs,
    });
    const count = (json as { inFlight?: unknown } | undefined)?.inFlight;
    return status === 200 && typeof count === 'number' ? count : 1;
  } catch {
    return alive(router) ? 1 : 0;
  }
}
