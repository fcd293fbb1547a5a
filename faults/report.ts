import { type Kind, kinds } from './examine/problem.js';
import { points, victims } from './points.js';
import type { Outcome } from './round/round.js';

/** The figures of a run; all of them but `points` and `hit` should be 0, and these two the same. */
export type Figures = { points: number; hit: number } & Record<Kind, number>;

export function figuresOf(outcomes: readonly Outcome[]): Figures {
  const having = (kind: Kind): number =>
    outcomes.filter(({ problems }) => problems.some((problem) => problem.kind === kind)).length;
  const counted = Object.fromEntries(kinds.map((kind) => [kind, having(kind)])) as Record<Kind, number>;
  return { points: outcomes.length, hit: outcomes.filter(({ hit }) => hit).length, ...counted };
}

export const isWell = ({ points: all, hit, ...wrong }: Figures): boolean =>
  all > 0 && hit === all && Object.values(wrong).every((count) => count === 0);

/** One row a state and moment, one column a victim. */
export function table(outcomes: readonly Outcome[]): string[] {
  const width = Math.max(...points.map(({ name }) => name.length)) + 2;
  const cells = new Map(outcomes.map((one) => [`${one.victim} ${one.point.name}`, cellOf(one)]));
  const rows = points.filter(({ name }) => outcomes.some(({ point }) => point.name === name));
  return [
    `${'point'.padEnd(width)}${victims.map((victim) => victim.padEnd(12)).join('')}`,
    ...rows.map(({ name, victims: its }) => {
      const cell = (victim: (typeof victims)[number]): string =>
        cells.get(`${victim} ${name}`) ?? (its.includes(victim) ? '·' : '');
      return `${name.padEnd(width)}${victims.map((victim) => cell(victim).padEnd(12)).join('')}`.trimEnd();
    }),
  ];
}

function cellOf({ hit, problems }: Outcome): string {
  const [first] = problems;
  return first ? first.kind : hit ? 'ok' : 'missed';
}

/** What was missed, and what was wrong, in sentences. */
export function details(outcomes: readonly Outcome[]): string[] {
  return outcomes.flatMap(({ point, victim, missed, problems }) => [
    ...(missed === null ? [] : [`${victim}: ${point.name}: missed: ${missed}`]),
    ...problems.map(({ kind, text }) => `${victim}: ${point.name}: ${kind}: ${text}`),
  ]);
}
