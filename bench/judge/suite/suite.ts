import { ttd } from '../../../src/judge/plan.js';
import { centre, seeds, upperBound } from '../figures.js';
import { random } from '../random.js';
import { type Condition, harmful, harmless } from './conditions.js';
import { anHour } from './looks.js';
import { ours, tolerance } from './ours.js';
import { type Rule, rules } from './rules.js';

export interface Row {
  rule: string;
  condition: string;
  /** Share of runs that were stopped within the hour, and the exact upper 95% bound of it. */
  stopped: number;
  upper: number;
  /** Median over all runs, in minutes; a run that was not stopped counts as never: null. */
  medianMinutes: number | null;
  /** Mean seconds to the stop, where every run was stopped; else null. */
  meanSeconds: number | null;
  /** Mean over the runs of bad events on the changed side until the stop, beyond those that would have been. */
  harmed: number;
  runs: number;
}

export interface Suite {
  nulls: Row[];
  harms: Row[];
  /** Our mean seconds to the stop by the closed form's. */
  closedForm: { condition: string; ratio: number }[];
}

const alpha = 0.01;
const harms = [
  { ratio: 2, badShare: 0.01 },
  { ratio: 3, badShare: 0.01 },
  { ratio: 10, badShare: 0.01 },
  { ratio: 3, badShare: 0.001 },
  { ratio: 10, badShare: 0.001 },
] as const;

/** False stops, detection and harm of our judge and of the rules that people use instead, on the same seeded runs. */
export function simulate(runs: { nulls: number; harms: number }, tell: (text: string) => void): Suite {
  const suite: Suite = { nulls: [], harms: [], closedForm: [] };
  for (const condition of harmless) {
    suite.nulls.push(...against(condition, runs.nulls));
    tell(`simulated: ${condition.name}`);
  }
  for (const { ratio, badShare } of harms) {
    const condition = harmful(ratio, badShare);
    const rows = against(condition, runs.harms);
    suite.harms.push(...rows);
    const mean = rows[0]?.meanSeconds ?? null;
    // A look is on average half a look late.
    const expected = ttd({ rps: 200, badShare, share: 0.1, ratio, alpha, tolerance, priceNats: Math.LN2 }) + 5;
    if (mean !== null) suite.closedForm.push({ condition: condition.name, ratio: mean / expected });
    tell(`simulated: ${condition.name}`);
  }
  return suite;
}

/** Every rule sees the same runs. */
function against(condition: Condition, runs: number): Row[] {
  return [ours(alpha, condition.dispersion), ...rules].map((rule) => measured(rule, condition, runs));
}

function measured(rule: Rule, condition: Condition, runs: number): Row {
  const outcomes = seeds(runs).map((seed) => one(rule, condition, seed));
  const stopped = outcomes.filter(({ at }) => at !== null).length;
  const { measured: mean, median } = centre(outcomes.map(({ at }) => at ?? Infinity));
  return {
    rule: rule.name,
    condition: condition.name,
    stopped: stopped / runs,
    upper: upperBound(stopped, runs),
    medianMinutes: Number.isFinite(median) ? median / 60 : null,
    meanSeconds: Number.isFinite(mean) ? mean : null,
    harmed: outcomes.reduce((sum, { harmed }) => sum + harmed, 0) / runs,
    runs,
  };
}

function one(rule: Rule, condition: Condition, seed: number): { at: number | null; harmed: number } {
  const draw = random(seed);
  const judge = rule.begin();
  let harmed = 0;
  for (const { at, cell, bad, wouldBe } of anHour(condition.weather(draw), draw)) {
    harmed += bad - wouldBe;
    if (judge(cell, at)) return { at, harmed };
  }
  return { at: null, harmed };
}
