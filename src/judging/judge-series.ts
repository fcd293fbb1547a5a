import { classify, type ClassifierSettings, kayentaDefaults, type Label } from '../judge/rank/classify.js';
import type { VerdictKind } from '../judge/types.js';
import {
  judgeWindow,
  type MetricVerdict,
  windowConstants,
  type WindowMetric,
  type WindowVerdict,
} from '../judge/window/window.js';
import { tally } from './bounds.js';
import { plainMetric } from './read.js';
import { labelText, scoreOf, type Scored } from './score.js';
import type { Effect, JudgeFile, MetricSettings, Series } from './types.js';

export interface MetricJudged {
  metric: string;
  kind: VerdictKind;
  reason: string;
  /** False: told only, or left out because there is no data and none is asked for. */
  decides: boolean;
  /** Of ranks; null otherwise. */
  label: Label | null;
  /** Values with a number in them. */
  samples: { baseline: number; canary: number };
}

export interface SeriesJudged {
  kind: VerdictKind;
  reason: string;
  /** Metric to blame; null when none, or several together. */
  culprit: string | null;
  method: JudgeFile['method'];
  score: Scored | null;
  metrics: MetricJudged[];
  /** Series that the judge file does not name. */
  ignored: string[];
}

interface Pair {
  its: MetricSettings;
  series: Series;
  samples: MetricJudged['samples'];
}

/** Metrics with their series, judged each and together. Without a judge file every series is judged, either way. */
export function judgeSeries(all: readonly Series[], file: JudgeFile | null): SeriesJudged {
  const settings = file?.metrics ?? all.map(({ metric }) => plainMetric(metric));
  const pairs = settings.map((its): Pair => {
    const series = all.find(({ metric }) => metric === its.name) ?? { metric: its.name, baseline: [], canary: [] };
    return { its, series, samples: { baseline: known(series.baseline ?? []), canary: known(series.canary) } };
  });
  const ignored = all.map(({ metric }) => metric).filter((name) => !settings.some((its) => its.name === name));
  const judged = file?.method === 'ranks' ? byRanks(pairs, file) : byWindows(pairs);
  return { ...judged, ignored };
}

const known = (values: readonly (number | null)[]): number =>
  values.filter((value) => value !== null && Number.isFinite(value)).length;

/** Bounds, and what cannot be compared at all; null: it is to be compared. */
function aside({ its, series, samples }: Pair): Omit<MetricJudged, 'label'> | null {
  const said = (kind: VerdictKind, reason: string, decides = its.decides): Omit<MetricJudged, 'label'> => ({
    metric: its.name,
    kind,
    reason,
    decides,
    samples,
  });
  if (its.bounds !== null) {
    const { kind, reason } = tally(series.canary, its.bounds);
    return said(kind, reason);
  }
  if (series.baseline === null) return said('error', 'there is no baseline to compare with, and it has no bounds');
  if (samples.baseline + samples.canary > 0) return null;
  if (its.mustHaveData || its.critical) return said('error', 'no data on either side, and it must have some');
  return said('inconclusive', 'no data on either side; left out', false);
}

function byWindows(pairs: readonly Pair[]): Omit<SeriesJudged, 'ignored'> {
  const compared = pairs.filter((pair) => aside(pair) === null);
  const deciding = compared.filter(({ its }) => its.decides);
  const whole = judgeWindow(deciding.map(windowOf));
  const metrics = pairs.map((pair): MetricJudged => {
    const without = aside(pair);
    if (without !== null) return { ...without, label: null };
    const at = deciding.indexOf(pair);
    const found = at < 0 ? judgeWindow([windowOf(pair)]).metrics[0] : whole.metrics[at];
    const { kind, reason } = largeEnough(found, pair);
    return { metric: pair.its.name, kind, reason, decides: pair.its.decides, label: null, samples: pair.samples };
  });
  return { ...worst(metrics, whole), method: 'windows', score: null, metrics };
}

const windowOf = ({ its, series }: Pair): WindowMetric => ({
  name: its.name,
  control: series.baseline ?? [],
  experiment: series.canary,
  direction: its.direction,
  nanStrategy: its.nan,
});

/**
 * The least effect that counts: the canary must fail against a baseline that already is so much worse, too. Of other
 * measures than the ratio of means, which is what a level can be moved by, nothing is asked.
 */
function largeEnough(found: MetricVerdict | undefined, pair: Pair): { kind: VerdictKind; reason: string } {
  if (found === undefined) return { kind: 'error', reason: 'it was not judged' };
  const { effect } = pair.its;
  if (found.kind !== 'fail' || effect === null || effect.measure !== 'meanRatio') return found;
  const against = (direction: 'increase' | 'decrease', times: number): boolean =>
    pair.its.direction === 'either' || pair.its.direction === direction ? failsAgainst(pair, direction, times) : false;
  if (against('increase', effect.increase) || against('decrease', effect.decrease)) return found;
  return { kind: 'pass', reason: `${found.reason}; less than the least effect that counts` };
}

function failsAgainst(pair: Pair, direction: 'increase' | 'decrease', times: number): boolean {
  const window = windowOf(pair);
  const control = window.control.map((value) => (value === null ? null : value * times));
  // The least effect stands in for the method's own.
  return judgeWindow([{ ...window, control, direction }], { ...windowConstants, shiftFloor: 0 }).kind === 'fail';
}

function worst(
  metrics: readonly MetricJudged[],
  whole: WindowVerdict,
): Pick<SeriesJudged, 'kind' | 'reason' | 'culprit'> {
  const deciding = metrics.filter(({ decides }) => decides);
  for (const kind of ['fail', 'error', 'inconclusive'] as const) {
    const first = deciding.find((one) => one.kind === kind);
    if (first === undefined) {
      const together = kind === 'fail' && whole.kind === 'fail' && whole.culprit === null;
      if (together) return { kind, reason: whole.reason, culprit: null };
      continue;
    }
    const more = deciding.filter((one) => one.kind === kind).length - 1;
    const others = more > 0 ? ` (and ${more} more)` : '';
    // The strongest finding leads the reason of a metric; the others stand with the metric.
    const [lead = ''] = first.reason.split('; ');
    return { kind, reason: `${first.metric}${others}: ${lead}`, culprit: kind === 'fail' ? first.metric : null };
  }
  if (deciding.length === 0) return { kind: 'error', reason: 'no metric that decides has any data', culprit: null };
  const [only] = deciding;
  const reason =
    deciding.length === 1 ? `${only?.metric}: ${only?.reason}` : `no harm on any of ${deciding.length} metrics`;
  return { kind: 'pass', reason, culprit: null };
}

function byRanks(pairs: readonly Pair[], file: JudgeFile): Omit<SeriesJudged, 'ignored'> {
  const alone = new Set<string>();
  const metrics = pairs.map((pair): MetricJudged => {
    const { its, series, samples } = pair;
    const without = its.bounds === null && series.baseline !== null ? null : aside(pair);
    if (without !== null) {
      const label = without.kind === 'pass' ? 'Pass' : without.kind === 'fail' ? 'High' : 'Error';
      if (its.critical) alone.add(its.name);
      return { ...without, label };
    }
    const { label, critical, effect } = classify(classifierOf(its), series.baseline ?? [], series.canary);
    if (critical) alone.add(its.name);
    const size =
      effect === null ? '' : `, ${measureText[(its.effect ?? usualEffect).measure]} ${Number(effect.toPrecision(3))}`;
    const kind = kindOf[label];
    const reason = `${labelText[label]}${size}`;
    return { metric: its.name, kind, reason, decides: its.decides, label, samples };
  });
  const labelled = metrics.flatMap(({ metric, label, decides }, i) => {
    const its = pairs[i]?.its;
    if (!decides || label === null || its === undefined) return [];
    return [{ metric, label, groups: its.groups, critical: alone.has(metric), mustHaveData: its.mustHaveData }];
  });
  const score = scoreOf(file, labelled);
  const culprit =
    score.kind === 'fail' ? (metrics.find((one) => one.decides && one.kind === 'fail')?.metric ?? null) : null;
  return { kind: score.kind, reason: score.reason, culprit, method: 'ranks', score, metrics };
}

const kindOf: Record<Label, VerdictKind> = {
  Pass: 'pass',
  High: 'fail',
  Low: 'fail',
  Nodata: 'inconclusive',
  Error: 'error',
};
const measureText = { meanRatio: 'ratio of means', cles: 'higher in a share of pairs of' } as const;
const usualEffect: Effect = {
  measure: 'meanRatio',
  increase: 1,
  decrease: 1,
  criticalIncrease: 1,
  criticalDecrease: 1,
};

function classifierOf(its: MetricSettings): ClassifierSettings {
  const effect = its.effect ?? usualEffect;
  return {
    ...kayentaDefaults,
    direction: its.direction,
    nanStrategy: its.nan,
    measure: effect.measure,
    allowed: [effect.decrease, effect.increase],
    criticalBeyond: [effect.criticalDecrease, effect.criticalIncrease],
    critical: its.critical,
  };
}
