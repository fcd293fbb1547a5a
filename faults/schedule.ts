import { groups, points, type Point, type Victim, victims } from './points.js';

/** One point and one victim: what is counted. */
export interface Case {
  point: Point;
  victim: Victim;
}

/** Rounds that one lane plays one after the other. */
export interface LanePlan {
  name: string;
  journal: 'file' | 'postgres';
  rounds: { victim: Victim; points: Point[] }[];
}

/** More changes at the same time only wait for each other. */
const mostInARound = 32;

export const allCases: readonly Case[] = victims.flatMap((victim) =>
  points.filter((point) => point.victims.includes(victim)).map((point) => ({ point, victim })),
);

export const nameOf = ({ point, victim }: Case): string => `${victim}: ${point.name}`;

/** Those whose name has the pattern in it; of these, so many, evenly spread over victims and points. */
export function select(only: string | undefined, sample: number | undefined): Case[] {
  const pattern = only === undefined ? null : new RegExp(only, 'i');
  const chosen = allCases.filter((one) => pattern === null || pattern.test(nameOf(one)));
  if (sample === undefined || sample >= chosen.length) return chosen;
  return Array.from({ length: sample }, (_, i) => chosen[Math.floor((i * chosen.length) / sample)] as Case);
}

/** Cases of one group and one kind of journal share a lane; a sample has a lane for each victim, so that it is quick. */
export function schedule(cases: readonly Case[]): LanePlan[] {
  const lanes = new Map<string, LanePlan>();
  const few = cases.length <= mostInARound;
  for (const victim of victims) {
    for (const group of groups) {
      const mine = cases.filter((one) => one.victim === victim && one.point.group === group).map(({ point }) => point);
      if (mine.length === 0) continue;
      const zombies = victim === 'frozen' || victim === 'terminated';
      const journal = victim === 'journal' ? 'postgres' : 'file';
      const name = few ? victim : zombies ? 'zombies' : journal === 'postgres' ? 'journal' : group;
      const lane = lanes.get(name) ?? { name, journal, rounds: [] };
      lanes.set(name, lane);
      add(lane, victim, mine, few || zombies);
    }
  }
  return [...lanes.values()];
}

function add(lane: LanePlan, victim: Victim, more: Point[], together: boolean): void {
  const same = lane.rounds.find((round) => round.victim === victim);
  if (together && same) same.points.push(...more);
  else lane.rounds.push({ victim, points: more });
}
