import { postgresPrograms } from '../test/support/postgres.js';
import { Lane } from './lane/lane.js';
import type { Point, Victim } from './points.js';
import { type Outcome, playRound, versionsOf } from './round/round.js';
import type { LanePlan } from './schedule.js';

export interface PlayOptions {
  /** Lanes at the same time. */
  atOnce: number;
  endWithinMs: number;
  tell: (line: string) => void;
  signal: AbortSignal;
  /** True: what a lane has left on disk stays, and its place is told. */
  keep: boolean;
}

/** A point that was missed is played again so often. */
const extraRounds = 2;

/** Plays every lane, some at the same time, and gives what came of each point. */
export async function play(plans: LanePlan[], options: PlayOptions): Promise<Outcome[]> {
  const waiting = [...plans].sort((a, b) => b.rounds.length - a.rounds.length);
  const outcomes: Outcome[] = [];
  const work = async (): Promise<void> => {
    for (let plan = waiting.shift(); plan !== undefined; plan = waiting.shift())
      outcomes.push(...(await playLane(plan, options)));
  };
  // One lane that breaks takes no other with it: each ends its own processes.
  for (const worked of await Promise.allSettled(Array.from({ length: options.atOnce }, work)))
    if (worked.status === 'rejected') throw worked.reason;
  return outcomes;
}

async function playLane(plan: LanePlan, options: PlayOptions): Promise<Outcome[]> {
  const tell = (line: string): void => options.tell(`${plan.name.padEnd(11)}${line}`);
  if (plan.journal === 'postgres' && postgresPrograms() === null) {
    tell('PostgreSQL is not installed: none of its points is hit');
    return plan.rounds.flatMap(({ victim, points }) => points.map((point) => notPlayed(point, victim)));
  }
  const outcomes: Outcome[] = [];
  const waiting = plan.rounds.map((round) => ({ ...round, extra: 0 }));
  while (waiting.length > 0) outcomes.push(...(await playWhileWell(plan, waiting, options, tell)));
  return outcomes;
}

const notPlayed = (point: Point, victim: Victim): Outcome => {
  return { point, victim, hit: false, missed: 'PostgreSQL is not installed', problems: [] };
};

type Waiting = LanePlan['rounds'][number] & { extra: number };

/** Plays rounds on one lane, and no further ones on it once something was wrong: whatever that has left may be in their way. */
async function playWhileWell(
  { name, journal, rounds }: LanePlan,
  waiting: Waiting[],
  options: PlayOptions,
  tell: (line: string) => void,
): Promise<Outcome[]> {
  const most = Math.max(...waiting.map(({ points }) => points.length));
  const services = Array.from({ length: most }, (_, i) => `s${i + 1}`);
  const versions = Array.from({ length: rounds.length * (1 + extraRounds) }, (_, i) => versionsOf(i + 1)).flat();
  const began = Date.now();
  const lane = await Lane.open({ name, journal, services, versions, signal: options.signal });
  try {
    tell(`server, worker, journal and ${most * 3} processes stand after ${Math.round((Date.now() - began) / 1000)} s`);
    const outcomes: Outcome[] = [];
    for (let number = 1; waiting.length > 0; number++) {
      const { victim, points, extra } = waiting.shift() as Waiting;
      const { endWithinMs } = options;
      const said = (line: string): void => tell(`${victim}: ${line}`);
      const played = await playRound(lane, { number, victim, points, endWithinMs, tell: said });
      // A point that was missed is played again, but what was wrong with it all the same stays.
      const again = played.filter((one) => !one.hit && one.problems.length === 0 && extra < extraRounds);
      outcomes.push(...played.filter((one) => !again.includes(one)));
      if (again.length > 0) waiting.unshift({ victim, points: again.map(({ point }) => point), extra: extra + 1 });
      if (played.some(({ problems }) => problems.length > 0)) break;
    }
    return outcomes;
  } finally {
    if (options.keep) tell(`its files stay in ${lane.dir}`);
    await lane.close(options.keep);
  }
}
