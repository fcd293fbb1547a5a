/**
 * `kontrast`: one KPI before and after a (simulated) change, its own past as control, direction either. `profile`: the
 * day's course and the spread of fake changes are learnt from the KPI's past days and last hours; `default`: nothing is
 * learnt ahead, the last hours before the change are all there is. A case is judged by itself: no other one is read.
 */
import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { pastConstants, type PastConstants } from '../../../src/judge/past/constants.js';
import { judgePast } from '../../../src/judge/past/judge.js';
import { learnPast } from '../../../src/judge/past/learn.js';
import type { Onset, PastSeries } from '../../../src/judge/past/types.js';
import { type Case, kpis } from './kontrast-kpis.js';
import { crossValidated, type Outcome, scored } from './kontrast-score.js';
import type { DataSet, Figures, Mode, Opened, Vary, VerdictLine } from './set.js';

interface Label {
  bad: 0 | 1;
  /** Cases of one KPI that lie in each other's past; never separated by a fold. */
  pair?: string;
}

/** What a list of lines was made with, for the figures that need more than the lines. */
interface Made {
  mode: Mode;
  constants: PastConstants;
  ratios: number[];
}

export const kontrast: DataSet = {
  name: 'kontrast',
  async open(dir) {
    const file = path.join(dir, 'kontrast', 'cases.jsonl');
    if (!existsSync(file)) return null;
    const lines = (await readFile(file, 'utf8')).split('\n').filter((line) => line.trim() !== '');
    return opened(
      lines.map((line) => JSON.parse(line) as Case),
      path.join(dir, 'kontrast', 'labels.json'),
    );
  },
};

function opened(cases: Case[], labelsFile: string): Opened {
  const made = new WeakMap<readonly VerdictLine[], Made>();
  return {
    cases: cases.length,
    judge(mode, vary) {
      const constants = varied(vary);
      const { lines, ratios } = judged(cases, mode, 'near', constants);
      made.set(lines, { mode, constants, ratios });
      return lines;
    },
    async score(lines) {
      if (!existsSync(labelsFile)) return null;
      const labels = JSON.parse(await readFile(labelsFile, 'utf8')) as Record<string, Label>;
      return figures(cases, labels, lines, made.get(lines));
    },
  };
}

function figures(
  cases: readonly Case[],
  labels: Record<string, Label>,
  lines: readonly VerdictLine[],
  made: Made | undefined,
): Figures {
  const pairs = new Map(cases.map((one) => [one.case, labels[one.case]?.pair ?? one.case]));
  const outcomes = (of: readonly VerdictLine[], ratios?: readonly number[]): Outcome[] =>
    of.flatMap((line, index) => {
      const label = labels[line.case];
      if (label === undefined) return [];
      const told = { bad: label.bad === 1, failed: line.verdict === 'fail', minute: line.minute ?? null };
      return [{ ...told, ratio: ratios?.[index] ?? NaN, pair: pairs.get(line.case) ?? line.case }];
    });
  const all = scored(outcomes(lines));
  // Under changed constants only the headline is asked for.
  if (made === undefined || !unchanged(made.constants)) return all;
  const off = judged(cases, made.mode, 'any', made.constants);
  const kpiOf = kpis(cases, (one) => pairs.get(one.case) ?? one.case);
  const kpi = lines.flatMap((line, index) => (labels[line.case] === undefined ? [] : [kpiOf[index] ?? index]));
  const rated = outcomes(lines, made.ratios);
  return {
    ...all,
    cv: {
      pair: crossValidated(
        rated,
        rated.map((one) => one.pair),
      ),
      kpi: crossValidated(rated, kpi),
    },
    onsetPriorOff: scored(outcomes(off.lines)),
  };
}

function judged(
  cases: readonly Case[],
  mode: Mode,
  onset: Onset,
  constants: PastConstants,
): { lines: VerdictLine[]; ratios: number[] } {
  const ratios: number[] = [];
  const lines = cases.map((one): VerdictLine => {
    const series = seriesOf(one);
    const controls = mode === 'profile' ? (['hours', 'days'] as const) : (['hours'] as const);
    const verdict = judgePast(learnPast(series, { onset, controls }, constants), series, Infinity, constants);
    ratios.push(verdict.ratio ?? 0);
    const minute = verdict.failedMinute === null ? null : sinceChange(one, series, verdict.failedMinute);
    return { set: 'kontrast', case: one.case, verdict: verdict.kind, minute };
  });
  return { lines, ratios };
}

function seriesOf(one: Case): PastSeries {
  const changeIndex = Math.min(one.values.length, Math.max(0, Math.ceil((one.change_ts - one.t0) / one.step_s)));
  return { values: one.values, stepSeconds: one.step_s, changeIndex, direction: 'either' };
}

/** From the first value after the change to the change itself: minutes, two decimals. */
function sinceChange(one: Case, { changeIndex, stepSeconds }: PastSeries, minute: number): number {
  const late = (one.t0 + changeIndex * stepSeconds - one.change_ts) / 60;
  return Math.round(100 * (minute + late)) / 100;
}

function varied(vary: Vary): PastConstants {
  const copy = { ...pastConstants };
  for (const name of Object.keys(copy) as (keyof PastConstants)[]) copy[name] = vary(copy[name]);
  return copy;
}

function unchanged(constants: PastConstants): boolean {
  return (Object.keys(constants) as (keyof PastConstants)[]).every((name) => constants[name] === pastConstants[name]);
}
