import type { Client } from '@temporalio/client';
import { Context } from '@temporalio/activity';
import { messageOf } from '../errors.js';
import type { Metrics } from '../metrics.js';
import type { Entry, Journal } from '../journal/port.js';
import { bringBack } from './bring-back.js';
import { changesHeld } from './held.js';
import { freeLeases } from './free-leases.js';
import { healthOf } from './health.js';
import { foundUnsettled, type Tell, lastWarned, tellEnds, type Warned, warned, warning } from './warned.js';

/** What one sweep found and did, by change id. */
export interface Swept {
  unsettled: number;
  /** Started again: the new run only restores. */
  restarted: string[];
  /** Had ended without a word to the journal; settled as their end says. */
  settled: string[];
  /** Nobody runs them and nobody can: the reason. Paged. */
  lost: Record<string, string>;
  /** Their workflow tasks make no headway. Paged. */
  stuck: Record<string, string>;
  /** Leases taken from changes that are gone. */
  freed: string[];
  /** Temporal did not say in time how they are; the next sweep asks again. */
  unasked: Record<string, string>;
  /** Changes that wait for a hold; null when it could not be learnt. */
  held: number | null;
  /** Age of the oldest last look among changes that are watched, null when none is. */
  oldestLookAgeSeconds: number | null;
  /** What people were paged for and what is not over yet. */
  warned: Warned[];
}

export interface SweepPorts {
  journal: Journal;
  metrics: Metrics;
  tell: Tell;
}

const atOnce = 20;
/** One question; a server that hangs is asked again by the next sweep. */
const answerWithinMs = 10_000;

/**
 * One sweep. The journal says what must be running, Temporal says by description (never by its list, which lags) what
 * is; whatever is missing is started again. A change that cannot be dealt with keeps no other from it.
 */
export async function sweep(ports: SweepPorts): Promise<Swept> {
  const { journal, metrics, tell } = ports;
  const { client } = Context.current();
  const unsettled = inSomeOrder(await journal.unsettled());
  const known = await lastWarned(client);
  const swept: Swept = {
    unsettled: unsettled.length,
    restarted: [],
    settled: [],
    lost: {},
    stuck: {},
    freed: [],
    unasked: {},
    held: null,
    oldestLookAgeSeconds: null,
    warned: [],
  };
  for (let from = 0; from < unsettled.length; from += atOnce) {
    await Promise.all(
      unsettled.slice(from, from + atOnce).map((entry) => lookAfter(client, ports, entry, known, swept)),
    );
    Context.current().heartbeat(swept);
  }
  await tellEnds(known, swept.warned, new Set(Object.keys(swept.unasked)), tell);
  swept.freed = await freeLeases(client, new Set(unsettled.map(({ changeId }) => changeId)));
  swept.held = await changesHeld(client).catch(() => null);
  metrics.swept({
    atMs: Date.now(),
    unsettled: swept.unsettled,
    stuck: Object.keys(swept.stuck).length,
    held: swept.held,
    oldestLookAgeSeconds: swept.oldestLookAgeSeconds,
  });
  return swept;
}

async function lookAfter(
  client: Client,
  ports: SweepPorts,
  entry: Entry,
  known: readonly Warned[],
  swept: Swept,
): Promise<void> {
  const { changeId } = entry;
  const within = <T>(ask: () => Promise<T>): Promise<T> => client.withDeadline(Date.now() + answerWithinMs, ask);
  const warn = async (event: Warned['event'], why: string): Promise<void> => {
    const found = warned(known, event, changeId, Date.now());
    swept.warned.push(found);
    await ports.tell(warning(found, why));
  };
  try {
    const { running, stuck, lookAgeSeconds } = await within(() => healthOf(client, changeId));
    if (running) {
      swept.oldestLookAgeSeconds = older(swept.oldestLookAgeSeconds, lookAgeSeconds);
      if (stuck === null) return;
      swept.stuck[changeId] = stuck;
      return await warn('stuck', stuck);
    }
    const brought = await within(() => bringBack(client, ports.journal, entry));
    if (brought.kind === 'settled') swept.settled.push(changeId);
    if (brought.kind === 'restarted') {
      swept.restarted.push(changeId);
      await ports.tell(foundUnsettled(entry, brought.was));
    }
    if (brought.kind === 'lost') {
      swept.lost[changeId] = brought.why;
      await warn('cannot_restore', brought.why);
    }
  } catch (error) {
    // One question without an answer says nothing of the change, and keeps no other from being looked after.
    swept.unasked[changeId] = messageOf(error);
    Context.current().log.warn('the warden could not look after a change', { changeId, error: messageOf(error) });
  }
}

const older = (a: number | null, b: number | null): number | null =>
  a === null || b === null ? (a ?? b) : Math.max(a, b);

/** Not always the same first: what takes too long must not keep the rest from being swept for ever. */
function inSomeOrder(entries: Entry[]): Entry[] {
  const from = Math.floor(Math.random() * entries.length);
  return [...entries.slice(from), ...entries.slice(0, from)];
}
