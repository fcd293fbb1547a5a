/** Canaries of nine shapes, judged once at the end of the window. A case is called bad unless it passes. */
import { join } from 'node:path';
import {
  judgeWindow,
  windowConstants,
  type WindowConstants,
  type WindowMetric,
} from '../../../src/judge/window/window.js';
import type { DataSet, Opened, VerdictLine } from './set.js';
import { crossValidated, figuresOf, type Labelled } from './synthetic-score.js';
import { metricOf, readLines, variedConstants } from './window-read.js';

interface Case {
  id: string;
  metrics: WindowMetric[];
  label?: string;
  family?: string;
}

export const synthetic: DataSet = {
  name: 'synthetic',
  async open(dir) {
    const cases = readLines(join(dir, 'synthetic', 'cases.jsonl')) as Case[] | null;
    return cases === null ? null : opened(cases);
  },
};

/**
 * Nothing is learnt from a set's past here: a window brings its own control, and its spread and autocorrelation are
 * measured in it. So `profile` and `default` are the same.
 */
function opened(cases: readonly Case[]): Opened {
  const seen = cases.map(({ id, metrics }) => ({ id, metrics: metrics.map(metricOf) }));
  const judge = (constants: WindowConstants): VerdictLine[] =>
    seen.map(({ id, metrics }) => ({ set: 'synthetic', case: id, verdict: judgeWindow(metrics, constants).kind }));
  let cv: object | null = null;
  return {
    cases: cases.length,
    judge: (_mode, vary) => judge(variedConstants(windowConstants, vary)),
    async score(lines) {
      const labels = new Map(
        cases.flatMap(({ id, label, family }) => (label ? [[id, { label, family }]] : [])) as [
          string,
          { label: string; family?: string },
        ][],
      );
      if (labels.size === 0) return null;
      const labelled = (verdicts: readonly VerdictLine[]): Labelled[] =>
        verdicts.flatMap(({ case: id, verdict }) => {
          const truth = labels.get(id);
          if (truth === undefined) return [];
          return [{ bad: truth.label === 'bad', called: verdict !== 'pass', family: truth.family ?? 'unknown' }];
        });
      cv ??= crossValidated((constants) => labelled(judge(constants)));
      return { ...figuresOf(labelled(lines)), cv };
    },
  };
}
