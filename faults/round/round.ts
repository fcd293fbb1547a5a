import { setTimeout as sleep } from 'node:timers/promises';
import { messageOf } from '../../src/errors.js';
import { examine } from '../examine/examine.js';
import type { Facts } from '../examine/facts.js';
import type { Problem } from '../examine/problem.js';
import type { Lane } from '../lane/lane.js';
import { type Place, readTouches, readWorld } from '../lane/reader.js';
import { endOf, type Point, type Victim } from '../points.js';
import { Story, until } from '../story.js';
import { strikes } from '../strike.js';
import { quiet } from '../targets/fleetfile.js';
import { endsOf } from './ends.js';
import { hasStopped, lastMark, whyNotThere } from './prove.js';

/** What came of one point and one victim. */
export interface Outcome {
  point: Point;
  victim: Victim;
  hit: boolean;
  /** Why it was not hit, and everything that was wrong afterwards. */
  missed: string | null;
  problems: Problem[];
}

export interface RoundOptions {
  number: number;
  victim: Victim;
  points: Point[];
  /** Changes end within this time after the fault, or are stuck. */
  endWithinMs: number;
  tell: (line: string) => void;
}

const reachWithinMs = 120_000;
/** What runs beside the workflow task is given up after 800 ms; the last of a round is waited for no longer than this. */
const besideMs = 600;
const besideLimitMs = 750;

/** Versions a round needs: one for its changes, one for each companion. */
export const versionsOf = (round: number): string[] => [`r${round}`, `r${round}-c1`];

/**
 * One fault: many changes, each at a point of its own, all proven to be there, are hit by it at the same moment; then
 * all go on, and what became of each is read from the world.
 */
export async function playRound(lane: Lane, options: RoundOptions): Promise<Outcome[]> {
  const { number, victim, points, tell } = options;
  const before = await readWorld(lane);
  const stories = points.map((point, i) => {
    const service = lane.options.services[i] ?? '';
    const id = `r${number}-${victim}-${i}-${point.name.replace(/[^a-z0-9]+/gi, '-')}`.toLowerCase().slice(0, 50);
    return new Story(lane, point, id.replace(/-$/, ''), service, `r${number}`);
  });
  const missed = new Map<Story, string>();
  await Promise.all(
    stories.map((story) => begin(story, stories).catch((error) => void missed.set(story, messageOf(error)))),
  );
  await allThere(stories.filter((story) => !missed.has(story)));
  await Promise.all(
    stories.map(async (story) => {
      const why = missed.get(story) ?? (await whyNotThere(story).catch(messageOf));
      if (why !== null) missed.set(story, `${why}; ${await whereItIs(story)}`);
    }),
  );
  tell(`${stories.length - missed.size} of ${stories.length} at their points`);
  for (const [{ point }, why] of missed) tell(`missed ${point.name}: ${why}`);
  const fault = { fromMs: Date.now(), toMs: Infinity };
  const aftermath = await strikes[victim](lane, stories, before);
  fault.toMs = Date.now();
  tell(`struck, and put right again after ${seconds(fault.toMs - fault.fromMs)}`);
  for (const story of stories) {
    story.fault = fault;
    const last = lastMark(story);
    if (last && last.what !== 'stopped' && last.ms < fault.fromMs) missed.set(story, 'it went on before the fault');
    if (story.point.group === 'beside' && fault.fromMs - (last?.ms ?? 0) > besideLimitMs)
      missed.set(story, 'the fault came too late');
  }
  const problems = new Map<Story, Problem[]>(stories.map((story) => [story, [...story.problems]]));
  const stuck = (story: Story, text: string): void => void problems.get(story)?.push({ kind: 'stuck', text });
  const onward = stories.map(async (story) => {
    if (victim === 'terminated') return;
    try {
      await story.point.path.onward?.(story);
    } catch (error) {
      lane.options.signal.throwIfAborted();
      stuck(story, messageOf(error));
    }
  });
  const ids = stories.flatMap((story) => [story.id, ...story.companions.map(({ id }) => id)]);
  let ends = await endsOf(lane, ids, options.endWithinMs);
  await Promise.all(onward);
  if (aftermath !== null) {
    await aftermath();
    ends = await endsOf(lane, ids, options.endWithinMs);
  }
  tell(`all ended after ${seconds(Date.now() - fault.toMs)}`);
  const after = await readWorld(lane);
  const touches = await readTouches(lane);
  for (const story of stories) {
    const facts = await factsOf(story, victim, ends, touches);
    problems.get(story)?.push(...examine(facts, of(story.service, before), of(story.service, after)));
  }
  if (lane.trouble) stories.forEach((story) => stuck(story, lane.trouble ?? ''));
  await tidy(lane, after);
  return stories.map((story) => ({
    point: story.point,
    victim,
    hit: !missed.has(story),
    missed: missed.get(story) ?? null,
    problems: problems.get(story) ?? [],
  }));
}

const seconds = (ms: number): string => `${(ms / 1000).toFixed(0)} s`;

/** Brings a change near its point; the slowest begin first, so that all are there at about the same time. */
async function begin(story: Story, all: Story[]): Promise<void> {
  const { lane, point, id } = story;
  const lead = (one: Story): number => one.point.path.leadSeconds ?? 15;
  const latest = Math.max(...all.map(lead));
  await sleep((latest - lead(story)) * 1000, undefined, { signal: lane.options.signal });
  if (point.path.rules) lane.signs.rule(id, point.path.rules);
  if (point.stop !== null) lane.signs.arm(id, point.stop);
  await point.path.before?.(story);
  await story.submit(point.path.more?.() ?? {});
  await point.path.lead?.(story);
}

/** Until every change that stops has stopped; what must happen within a moment is let happen last, for all at once. */
async function allThere(stories: Story[]): Promise<void> {
  const [first] = stories;
  if (!first) return;
  const { signal } = first.lane.options;
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

const of = (service: string, world: ReadonlyMap<string, Place>): Map<string, Place> =>
  new Map([...world].filter(([id]) => id.startsWith(`${service}-`) || id.startsWith(`${service}.`)));

async function factsOf(
  story: Story,
  victim: Victim,
  ends: ReadonlyMap<string, Facts['end']>,
  touches: Awaited<ReturnType<typeof readTouches>>,
): Promise<Facts[]> {
  const { lane, point, service, fault } = story;
  const own = { id: story.id, version: story.version, ends: endOf(point, victim) };
  return Promise.all(
    [own, ...story.companions].map(async ({ id, version, ends: wanted }): Promise<Facts> => {
      const isOwn = id === story.id;
      const quietly = isOwn && point.path.more?.().quietly === true;
      return {
        id,
        service,
        wanted: { image: quietly ? quiet(version) : version, setting: version },
        ends: wanted,
        end: ends.get(id) ?? null,
        entries: await lane.journal.entries(id),
        touches: touches.filter(({ key }) => key.startsWith(`${id}/`)),
        looks: await lane.cells.read(id),
        held: isOwn ? story.held : null,
        byHand: isOwn ? story.byHand : new Map(),
        victim,
        fault,
      };
    }),
  );
}

/** What a round has left out of service is put back, as an operator would, for the next one. */
async function tidy(lane: Lane, world: ReadonlyMap<string, Place>): Promise<void> {
  for (const place of world.values()) if (!place.serving) await lane.putBack(place);
}
