import { messageOf } from '../../src/errors.js';
import type { Problem } from '../examine/problem.js';
import type { Lane } from '../lane/lane.js';
import { type Place, readTouches, readWorld } from '../lane/reader.js';
import type { Point, Victim } from '../points.js';
import { Story } from '../story.js';
import { strikes } from '../strike.js';
import { bringThere } from './begin.js';
import { endsOf } from './ends.js';
import { findProblems } from './find.js';
import { lastMark } from './prove.js';

/** What came of one point and one victim. */
export interface Outcome {
  point: Point;
  victim: Victim;
  hit: boolean;
  /** Why it was not hit. */
  missed: string | null;
  /** Everything that was wrong afterwards. */
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

/** A call beside the workflow task that has been given up was not hit in the middle. */
const besideLimitMs = 750;

/** Versions a round needs: one for its changes, one for each companion. */
export const versionsOf = (round: number): string[] => [`r${round}`, `r${round}-c1`];

/**
 * One fault: many changes, each at a point of its own, all proven to be there, are hit by it at the same moment; then
 * all go on, and what became of each is read from the world.
 */
export async function playRound(lane: Lane, options: RoundOptions): Promise<Outcome[]> {
  const { victim, endWithinMs, tell } = options;
  const { signal } = lane.options;
  const beganMs = Date.now();
  const before = await readWorld(lane);
  const stories = storiesOf(lane, options);
  const missed = await bringThere(stories, signal);
  tell(`${stories.length - missed.size} of ${stories.length} at their points`);
  for (const [{ point }, why] of missed) tell(`missed ${point.name}: ${why}`);

  const fault = { fromMs: Date.now(), toMs: Infinity };
  const aftermath = await strikes[victim](lane, stories, before);
  fault.toMs = Date.now();
  tell(`struck, and put right again after ${seconds(fault.toMs - fault.fromMs)}`);
  for (const story of stories) {
    story.fault = fault;
    const early = missedInTheEnd(story);
    if (early !== null) missed.set(story, early);
  }

  const onward = Promise.all(stories.map((story) => goOn(story, victim, signal)));
  const ids = stories.flatMap((story) => [story.id, ...story.companions.map(({ id }) => id)]);
  let ends = await endsOf(lane, ids, endWithinMs);
  await onward;
  if (aftermath !== null) {
    await aftermath();
    ends = await endsOf(lane, ids, endWithinMs);
  }
  tell(`all ended after ${seconds(Date.now() - fault.toMs)}`);
  const after = await readWorld(lane);
  const touches = (await readTouches(lane)).filter(({ atMs }) => atMs >= beganMs);
  const outcomes = await Promise.all(
    stories.map(async (story): Promise<Outcome> => {
      const problems = [...story.problems, ...(await findProblems(story, { victim, before, after, touches, ends }))];
      if (lane.trouble !== null) problems.push({ kind: 'stuck', text: lane.trouble });
      const why = missed.get(story) ?? null;
      return { point: story.point, victim, hit: why === null, missed: why, problems };
    }),
  );
  await tidy(lane, after);
  return outcomes;
}

const seconds = (ms: number): string => `${(ms / 1000).toFixed(0)} s`;

/** One change a point, each on a service of its own. */
const storiesOf = (lane: Lane, { number, victim, points }: RoundOptions): Story[] =>
  points.map((point, i) => {
    const name = `r${number}-${victim}-${i}-${point.name}`.toLowerCase().replace(/[^a-z0-9]+/g, '-');
    const id = name.slice(0, 50).replace(/-$/, '');
    return new Story(lane, point, id, lane.options.services[i] ?? '', `r${number}`);
  });

/** It was let go, or gave up, between its proof and the fault. */
function missedInTheEnd(story: Story): string | null {
  const last = lastMark(story);
  const { fromMs } = story.fault;
  if (last && last.what !== 'stopped' && last.ms < fromMs) return 'it went on before the fault';
  const late = story.point.group === 'beside' && fromMs - (last?.ms ?? 0) > besideLimitMs;
  return late ? 'the fault came too late' : null;
}

/** What a person would do now; never rejects. */
async function goOn(story: Story, victim: Victim, signal: AbortSignal): Promise<void> {
  // Of one that was terminated, only the warden knows.
  if (victim === 'terminated') return;
  try {
    await story.point.path.onward?.(story);
  } catch (error) {
    if (!signal.aborted) story.problems.push({ kind: 'stuck', text: messageOf(error) });
  }
}

/** What a round has left out of service is put back, as an operator would, for the next one. */
async function tidy(lane: Lane, world: ReadonlyMap<string, Place>): Promise<void> {
  for (const place of world.values()) if (!place.serving) await lane.putBack(place);
}
