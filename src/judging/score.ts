/**
 * One score of many metrics, as Kayenta's WeightedSumScorer and ThresholdScoreClassifier have it (spinnaker/kayenta): in
 * each group the share of metrics that pass, weighted over the groups; a critical metric that does not pass makes it 0.
 */
import type { Label } from '../judge/rank/classify.js';
import type { VerdictKind } from '../judge/types.js';
import type { JudgeFile } from './types.js';

export interface Labelled {
  metric: string;
  groups: readonly string[];
  label: Label;
  /** This metric alone fails the canary. */
  critical: boolean;
  /** Without data it counts as one that did not pass, instead of not at all. */
  mustHaveData: boolean;
}

export interface Scored {
  kind: VerdictKind;
  /** 0 to 100; null where no group has data. */
  score: number | null;
  groups: { name: string; score: number | null; weight: number }[];
  reason: string;
}

export function scoreOf({ score, groups }: Pick<JudgeFile, 'score' | 'groups'>, metrics: readonly Labelled[]): Scored {
  const names = [...new Set(metrics.flatMap((one) => one.groups))];
  const unweighted = names.filter((name) => !Object.hasOwn(groups, name));
  const given = Object.values(groups).reduce((sum, weight) => sum + weight, 0);
  const rest = unweighted.length === 0 ? 0 : (100 - given) / unweighted.length;
  const scored = names.map((name) => {
    const inside = metrics.filter((one) => one.groups.includes(name));
    const passed = inside.filter(({ label }) => label === 'Pass').length;
    const known = inside.filter(counts).length;
    return { name, score: known === 0 ? null : (100 * passed) / known, weight: groups[name] ?? rest };
  });
  const critical = metrics.filter((one) => one.critical && one.label !== 'Pass');
  const first = critical[0];
  if (first !== undefined) {
    const what = `${first.metric} is critical and ${labelText[first.label]}`;
    const kind = critical.some(({ label }) => label === 'High' || label === 'Low') ? 'fail' : 'error';
    return { kind, score: 0, groups: scored, reason: what };
  }
  if (scored.every((group) => group.score === null))
    return { kind: 'error', score: null, groups: scored, reason: 'no metric has data on both sides' };
  const sum = scored.reduce((total, group) => total + ((group.score ?? 0) * group.weight) / 100, 0);
  const kind = sum >= score.pass ? 'pass' : sum >= score.marginal ? 'inconclusive' : 'fail';
  const bound =
    kind === 'fail' ? `below ${score.marginal}` : kind === 'pass' ? `at least ${score.pass}` : `below ${score.pass}`;
  return { kind, score: sum, groups: scored, reason: `score ${Number(sum.toFixed(1))} of 100, ${bound}` };
}

const counts = ({ label, mustHaveData }: Labelled): boolean =>
  label === 'Pass' || label === 'High' || label === 'Low' || (label === 'Nodata' && mustHaveData);

export const labelText: Record<Label, string> = {
  Pass: 'as before',
  High: 'higher than before',
  Low: 'lower than before',
  Nodata: 'without data',
  Error: 'not to be judged',
};
