/** Verdicts on before/after cases against their labels. */
import { random } from '../random.js';
import type { Figures } from './set.js';

export interface Outcome {
  bad: boolean;
  failed: boolean;
  /** Minutes after the change of the first fail. */
  minute: number | null;
  /** What the verdict was held against its bound by; NaN where it is not known. */
  ratio: number;
  /** Cases that must stay together when some are drawn. */
  pair: string;
}

interface Counts {
  hits: number;
  falseAlarms: number;
  missed: number;
}

const folds = 10;
const repetitions = 20;
const draws = 2000;

/** F1 first; its interval by bootstrap over pairs, 2,000 seeded draws. */
export function scored(outcomes: readonly Outcome[]): Figures {
  const counts = tally(outcomes);
  const minutes = outcomes.flatMap(({ bad, failed, minute }) => (bad && failed && minute !== null ? [minute] : []));
  return { ...shares(counts), n: outcomes.length, ci95: interval(outcomes), delayMinutes: median(minutes) };
}

/**
 * The bound chosen anew on nine of ten folds, at the middle of the plateau of F1, and held against the tenth; mean of 20
 * seeded ways to fold. `groups`: cases of one group are in one fold.
 */
export function crossValidated(outcomes: readonly Outcome[], groups: readonly (string | number)[]): Figures {
  const draw = random(1);
  const names = [...new Set(groups)];
  // Of every bound tried, for every case: counted once, summed over folds.
  const tried = bounds.map((bound) => outcomes.map((one) => tally([{ bad: one.bad, failed: one.ratio >= bound }])));
  const all = none();
  for (let repetition = 0; repetition < repetitions; repetition++) {
    shuffle(names, draw.uniform);
    const foldOf = new Map(names.map((name, index) => [name, index % folds]));
    const inFold = groups.map((name) => foldOf.get(name) ?? 0);
    for (let fold = 0; fold < folds; fold++) {
      const chosen = plateau(tried.map((cases) => f1Of(total(cases, (index) => inFold[index] !== fold))));
      add(
        all,
        total(tried[chosen] ?? [], (index) => inFold[index] === fold),
      );
    }
  }
  return { ...shares(all), groups: names.length };
}

/** Steps of 2% from 0.5 to 12. */
const bounds = Array.from({ length: 160 }, (_, i) => 0.5 * 1.02 ** i);

/** Index of the middle one of those within half a point of the best. */
function plateau(f1: readonly number[]): number {
  const best = Math.max(...f1);
  const good = f1.flatMap((one, index) => (one >= best - 0.005 ? [index] : []));
  return good[good.length >> 1] ?? 0;
}

function interval(outcomes: readonly Outcome[]): number[] {
  const draw = random(2);
  const pairs = new Map<string, Outcome[]>();
  for (const one of outcomes) pairs.set(one.pair, [...(pairs.get(one.pair) ?? []), one]);
  const byPair = [...pairs.values()].map(tally);
  const values = Array.from({ length: draws }, () => {
    const counts = none();
    for (let i = 0; i < byPair.length; i++) add(counts, byPair[Math.floor(draw.uniform() * byPair.length)] ?? none());
    return f1Of(counts);
  }).toSorted((a, b) => a - b);
  return [0.025, 0.975].map((share) => rounded(values[Math.floor(share * values.length)] ?? NaN));
}

function tally(outcomes: readonly Pick<Outcome, 'bad' | 'failed'>[]): Counts {
  const counts = none();
  for (const { bad, failed } of outcomes) {
    if (bad && failed) counts.hits++;
    else if (failed) counts.falseAlarms++;
    else if (bad) counts.missed++;
  }
  return counts;
}

const none = (): Counts => ({ hits: 0, falseAlarms: 0, missed: 0 });

function add(sum: Counts, one: Counts): void {
  sum.hits += one.hits;
  sum.falseAlarms += one.falseAlarms;
  sum.missed += one.missed;
}

function total(cases: readonly Counts[], counted: (index: number) => boolean): Counts {
  const sum = none();
  for (let index = 0; index < cases.length; index++) {
    const one = cases[index];
    if (one !== undefined && counted(index)) add(sum, one);
  }
  return sum;
}

function shares(counts: Counts): { f1: number; precision: number; recall: number } {
  const { hits, falseAlarms, missed } = counts;
  const precision = hits + falseAlarms === 0 ? 1 : hits / (hits + falseAlarms);
  const recall = hits + missed === 0 ? 1 : hits / (hits + missed);
  return { f1: rounded(f1Of(counts)), precision: rounded(precision), recall: rounded(recall) };
}

function f1Of({ hits, falseAlarms, missed }: Counts): number {
  return hits === 0 ? 0 : (2 * hits) / (2 * hits + falseAlarms + missed);
}

function shuffle(values: unknown[], uniform: () => number): void {
  for (let i = values.length - 1; i > 0; i--) {
    const j = Math.floor(uniform() * (i + 1));
    [values[i], values[j]] = [values[j], values[i]];
  }
}

function median(values: readonly number[]): number | null {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[sorted.length >> 1] ?? null;
}

const rounded = (value: number): number => Math.round(10_000 * value) / 10_000;
