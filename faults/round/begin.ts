import { setTimeout as sleep } from 'node:timers/promises';
import { messageOf } from '../../src/errors.js';
import { type Story, until } from '../story.js';
import { hasStopped, lastMark, whyNotThere } from './prove.js';

const usualLeadSeconds = 15;
const reachWithinMs = 120_000;
/** What runs beside the workflow task is given up after 800 ms; the last of a round is waited for no longer than this. */
const besideMs = 600;

/** Brings every change to its point, all at about the same time; answers why those are not there that are not. */
export async function bringThere(stories: Story[], signal: AbortSignal): Promise<Map<Story, string>> {
  const missed = new Map<Story, string>();
  const latest = Math.max(...stories.map(leadSeconds));
  await Promise.all(
    stories.map((story) =>
      sleep((latest - leadSeconds(story)) * 1000, undefined, { signal })
        .then(() => begin(story))
        .catch((error: unknown) => void missed.set(story, messageOf(error))),
    ),
  );
  signal.throwIfAborted();
  await allThere(
    stories.filter((story) => !missed.has(story)),
    signal,
  );
  await Promise.all(
    stories.map(async (story) => {
      const why = missed.get(story) ?? (await whyNotThere(story).catch(messageOf));
      if (why !== null) missed.set(story, `${why}; ${await whereItIs(story)}`);
    }),
  );
  signal.throwIfAborted();
  return missed;
}

const leadSeconds = ({ point }: Story): number => point.path.leadSeconds ?? usualLeadSeconds;

async function begin(story: Story): Promise<void> {
  const { lane, id, point } = story;
  const { path, stop } = point;
  if (path.rules) lane.signs.rule(id, path.rules);
  if (stop !== null) lane.signs.arm(id, stop);
  await path.before?.(story);
  await story.submit(path.more?.() ?? {});
  await path.lead?.(story);
}

/** Until every change that stops has stopped; what must happen within a moment is let happen last, for all at once. */
async function allThere(stories: Story[], signal: AbortSignal): Promise<void> {
  const beside = stories.filter(({ point }) => point.path.go);
  const others = stories.filter(({ point }) => point.stop !== null && !point.path.go);
  const there = (): boolean => others.every(hasStopped);
  await until('every change at its stop', there, signal, reachWithinMs).catch(() => signal.throwIfAborted());
  if (beside.length === 0) return;
  for (const story of beside) story.point.path.go?.(story).catch(() => undefined);
  const endMs = Date.now() + 10_000;
  for (;;) {
    const stopped = beside.flatMap((story) => (hasStopped(story) ? [lastMark(story)?.ms ?? 0] : []));
    const oldestMs = stopped.length === 0 ? 0 : Date.now() - Math.min(...stopped);
    if (stopped.length === beside.length || oldestMs > besideMs || Date.now() > endMs) return;
    await sleep(5, undefined, { signal });
  }
}

const whereItIs = (story: Story): Promise<string> =>
  story.status().then(({ state, reason }) => `it is ${state}: ${reason}`, messageOf);
