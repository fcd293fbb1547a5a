import type { Client } from '@temporalio/client';
import { Context } from '@temporalio/activity';
import { messageOf } from '../errors.js';
import type { Metrics } from '../metrics.js';
import type { Entry, Journal } from '../journal/port.js';
import type { Notice } from '../notify/notice.js';
import { bringBack, type Brought } from './bring-back.js';
import { freeLeases } from './free-leases.js';
import { type Health, healthOf } from './health.js';

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
  /** Age of the oldest last look among changes that are watched, null when none is. */
  oldestLookAgeSeconds: number | null;
}

export interface SweepPorts {
  journal: Journal;
  metrics: Metrics;
  tell: (notice: Notice) => Promise<void>;
}

const atOnce = 20;
/** One question; a server that hangs is asked again by the next sweep. */
const answerWithinMs = 10_000;

/**
 * One sweep. The journal says what must be running, Temporal says by description (never by its list, which lags) what
 * is; whatever is missing is started again. A change that cannot be dealt with keeps no other from it.
 */
export async function sweep({ journal, metrics, tell }: SweepPorts): Promise<Swept> {
  const { client } = Context.current();
  const unsettled = inSomeOrder(await journal.unsettled());
  const swept: Swept = {
    unsettled: unsettled.length,
    restarted: [],
    settled: [],
    lost: {},
    stuck: {},
    freed: [],
    unasked: {},
    oldestLookAgeSeconds: null,
  };
  for (let from = 0; from < unsettled.length; from += atOnce) {
    await Promise.all(unsettled.slice(from, from + atOnce).map((entry) => one(client, journal, tell, entry, swept)));
    Context.current().heartbeat(swept);
  }
  swept.freed = await freeLeases(client, new Set(unsettled.map(({ changeId }) => changeId)));
  metrics.swept({
    atMs: Date.now(),
    unsettled: swept.unsettled,
    stuck: Object.keys(swept.stuck).length,
    held: null,
    oldestLookAgeSeconds: swept.oldestLookAgeSeconds,
  });
  return swept;
}

async function one(
  client: Client,
  journal: Journal,
  tell: SweepPorts['tell'],
  entry: Entry,
  swept: Swept,
): Promise<void> {
  const { changeId } = entry;
  try {
    let notice: Notice | null = null;
    const health = await client.withDeadline(Date.now() + answerWithinMs, () => healthOf(client, changeId));
    if (health.running) {
      note(swept, changeId, health);
      if (health.stuck) notice = aNotice('stuck', entry, health.stuck);
    } else {
      const brought = await client.withDeadline(Date.now() + answerWithinMs, () => bringBack(client, journal, entry));
      notice = tellOf(entry, brought, swept);
    }
    if (notice) await tell(notice);
  } catch (error) {
    // One question without an answer says nothing of the change, and keeps no other from being looked after.
    swept.unasked[changeId] = messageOf(error);
    Context.current().log.warn('the warden could not look after a change', { changeId, error: messageOf(error) });
  }
}

/** Not always the same first: what takes too long must not keep the rest from being swept for ever. */
function inSomeOrder(entries: Entry[]): Entry[] {
  const from = Math.floor(Math.random() * entries.length);
  return [...entries.slice(from), ...entries.slice(0, from)];
}

function note(swept: Swept, changeId: string, health: Health): void {
  if (health.stuck) swept.stuck[changeId] = health.stuck;
  if (health.lookAgeSeconds === null) return;
  swept.oldestLookAgeSeconds = Math.max(swept.oldestLookAgeSeconds ?? 0, health.lookAgeSeconds);
}

function tellOf(entry: Entry, brought: Brought, swept: Swept): Notice | null {
  const { changeId } = entry;
  switch (brought.kind) {
    case 'restarted':
      swept.restarted.push(changeId);
      return aNotice('found_unsettled', entry, `Nobody ran it (${brought.was}); started again, it only restores.`);
    case 'settled':
      swept.settled.push(changeId);
      return null;
    case 'running':
      return null;
    case 'lost':
      swept.lost[changeId] = brought.why;
      return aNotice('cannot_restore', entry, brought.why);
  }
}

/** Told once for each record: the next sweep, half a minute later, finds the same and starts no second notice. */
const aNotice = (event: 'stuck' | 'cannot_restore' | 'found_unsettled', entry: Entry, text: string): Notice => ({
  id: `${entry.changeId}/${event}/${entry.epoch}`,
  event,
  urgency: event === 'found_unsettled' ? 'warning' : 'page',
  title: `Change ${entry.changeId}: ${titles[event]}`,
  text,
  changeId: entry.changeId,
  owner: null,
  level: null,
  services: [],
  atMs: Date.now(),
  over: false,
});

const titles = {
  stuck: 'its workflow makes no headway',
  cannot_restore: 'unsettled, and nobody can restore it',
  found_unsettled: 'found unsettled, being restored',
} as const;
