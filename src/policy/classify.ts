import { type ChangeKind, type ChangeSpec, type Level, levels } from '../spec/types.js';
import { percentText } from '../spec/units.js';
import { type Controls, controlsOf } from './controls.js';

/** What is known of a change once its drivers have planned it. */
export interface Risk {
  type: ChangeKind;
  tier: ChangeSpec['tier'];
  /** Share of the work that the first wave touches, in (0, 1]: the worst part counts. */
  firstShare: number;
  targets: number;
  parts: number;
  /** False when any part cannot bring its before-state back. */
  reversible: boolean;
  signals: number;
  /** True when the first wave leaves an unchanged side to compare with. */
  unchangedArm: boolean;
}

/** One factor of the expected loss: the effects add up to the score. */
export interface Contribution {
  name: string;
  /** Added to the score: log10 of the factor. */
  effect: number;
  why: string;
}

export interface Floor {
  level: Level;
  why: string;
}

export interface Classification {
  version: 1;
  level: Level;
  /** log10 of the expected loss, in monthly error budgets: -3 is a thousandth of a budget. */
  score: number;
  contributions: Contribution[];
  /** Floors that apply; the highest binds when it is above what the score says. */
  floors: Floor[];
  controls: Controls;
}

/** Chance that such a change is bad, before anything is known of the service (systems.md D1; to be learnt later). */
export const badOdds: Record<ChangeKind, number> = {
  flag: 0.02,
  deploy: 0.03,
  config: 0.04,
  infra: 0.05,
  experiment: 0.05,
  schema: 0.06,
  traffic: 0.08,
};

/** Share of bad changes that show only after the first wave, on the rest of the world (systems.md C2). */
export const lateShare = 0.1;

/** Seconds of full failure in a month that the service's promise allows: 99.95%, 99.9%, 99.5%, 99% of 30 days. */
export const budgetSeconds: Record<ChangeSpec['tier'], number> = { 0: 1296, 1: 2592, 2: 12_960, 3: 25_920 };

/** Level by expected loss: below .1%, 1%, 5% and 20% of a month's error budget (systems.md D1). */
const bounds: readonly number[] = [0.001, 0.01, 0.05, 0.2];

/**
 * The level of a change, from the loss to expect if nobody helps: chance that it is bad × share it reaches × time
 * until it is undone ÷ the month's error budget, everything on the changed side failing; and hard floors under that.
 * More exposure, less reversibility and weaker evidence never lower the level. Same input, same answer.
 */
export function classify(given: Risk): Classification {
  const risk = careful(given);
  const contributions = contributionsOf(risk);
  const score = contributions.reduce((sum, item) => sum + item.effect, 0);
  const byScore = bounds.filter((bound) => score >= Math.log10(bound)).length;
  const floors = floorsOf(risk);
  const rank = Math.max(byScore, ...floors.map((floor) => levels.indexOf(floor.level)));
  const level = levels[rank] ?? 'L4';
  return { version: 1, level, score, contributions, floors, controls: controlsOf(level) };
}

/** Numbers that make no sense count as the worst that they could mean. */
function careful(risk: Risk): Risk {
  const firstShare = risk.firstShare >= 0 && risk.firstShare <= 1 ? risk.firstShare : 1;
  const atLeastOne = (count: number): number => (count >= 1 ? Math.min(count, 1e9) : 1);
  const signals = risk.signals >= 1 ? risk.signals : 0;
  return { ...risk, firstShare, signals, targets: atLeastOne(risk.targets), parts: atLeastOne(risk.parts) };
}

function contributionsOf(risk: Risk): Contribution[] {
  const odds = badOdds[risk.type];
  const reached = risk.firstShare + (1 - risk.firstShare) * lateShare;
  const { seconds, watched } = watching(risk);
  const budget = budgetSeconds[risk.tier];
  const factors: [name: string, factor: number, why: string][] = [
    ['kind', odds, `${percentText(odds)} of changes of kind ${risk.type} are bad`],
    [
      'exposure',
      reached,
      `the first wave touches ${percentText(risk.firstShare)}; one bad change in ten shows only later`,
    ],
    ['watch', seconds, `about ${seconds} s until it is stopped and undone: ${watched}`],
    ['tier', 1 / budget, `tier ${risk.tier} has ${budget} s of failure a month to lose`],
    ['targets', 1 + 0.05 * Math.log(risk.targets), `${risk.targets} targets, which may differ from each other`],
    [
      'parts',
      1 + 0.15 * (risk.parts - 1),
      risk.parts === 1 ? 'one part' : `${risk.parts} parts, which may not fit together`,
    ],
    ['undo', risk.reversible ? 1 : 3, risk.reversible ? 'it can be taken back' : 'a part of it cannot be taken back'],
  ];
  return factors.map(([name, factor, why]) => ({ name, effect: Math.log10(factor), why }));
}

function watching(risk: Risk): { seconds: number; watched: string } {
  if (risk.signals === 0) return { seconds: 7200, watched: 'no signal watches it, so somebody has to notice' };
  const few = risk.signals === 1 ? 1.2 : 1;
  const count = risk.signals === 1 ? 'one signal' : `${risk.signals} signals`;
  if (!risk.unchangedArm) return { seconds: 1800 * few, watched: `${count}, and no unchanged side to compare with` };
  return { seconds: 600 * few, watched: `${count} against an unchanged side` };
}

/** Rules that no arithmetic may soften (systems.md D1). */
function floorsOf(risk: Risk): Floor[] {
  const global = risk.firstShare >= 1;
  const steers = risk.type === 'traffic' || risk.type === 'infra';
  const rules: [applies: boolean, level: Level, why: string][] = [
    [!risk.reversible, 'L3', 'a part cannot be taken back'],
    [steers && global, 'L3', `${risk.type} is changed everywhere at once`],
    [risk.signals === 0, 'L2', 'no signal watches it'],
    [!risk.unchangedArm || global, 'L2', 'no unchanged side to compare with'],
    [risk.tier === 0, 'L2', 'tier 0'],
    [risk.tier === 1, 'L1', 'tier 1'],
  ];
  return rules.filter(([applies]) => applies).map(([, level, why]) => ({ level, why }));
}
