/**
 * The judge of two finished windows of samples, metric by metric and together: importers of other canary judges, files,
 * query pairs. Looked at once, at the end; for a verdict at every look there are counts (judge.ts).
 */
import { GraywaveError } from '../../errors.js';
import { upperTail } from '../rank/normal.js';
import { correlation } from './arms.js';
import { found, strength } from './contrasts.js';
import { windowConstants, type WindowConstants } from './constants.js';
import { judgeMetric, type MetricJudged } from './metric.js';
import { wordsOf } from './reason.js';
import type { Finding, MetricVerdict, WindowMetric, WindowVerdict } from './types.js';

export { windowConstants, type WindowConstants } from './constants.js';
export type { Contrast, Finding, MetricVerdict, WindowMetric, WindowVerdict } from './types.js';

/**
 * `fail` when any contrast of any metric, or all metrics together, are beyond their part of alpha and large enough to
 * matter; `inconclusive` when a metric has too little data to tell; else `pass`. Never `pass` from nothing.
 *
 * @throws GraywaveError SOURCE_ANSWER for values so large that their differences would not be numbers any more.
 */
export function judgeWindow(
  metrics: readonly WindowMetric[],
  constants: WindowConstants = windowConstants,
): WindowVerdict {
  for (const metric of metrics) checkSizes(metric);
  const budget = constants.alpha / Math.max(1, metrics.length);
  const judged = metrics.map((metric) => judgeMetric(metric, constants, budget));
  const verdicts = judged.map((one) => one.verdict);
  const bad = verdicts.filter((one) => one.kind === 'fail');
  if (bad.length > 0) {
    const worst = bad.reduce((most, one) => (strengthOf(one) > strengthOf(most) ? one : most));
    const others = bad.length > 1 ? ` (and ${bad.length - 1} more)` : '';
    return {
      kind: 'fail',
      reason: `${worst.metric}${others}: ${worst.reason}`,
      culprit: worst.metric,
      metrics: verdicts,
    };
  }
  const all = together(metrics, judged, constants);
  if (all !== null && found(all)) {
    const reason = wordsOf(all, 'worse');
    return { kind: 'fail', reason, culprit: null, metrics: verdicts };
  }
  const open = verdicts.find((one) => one.kind !== 'pass');
  if (open !== undefined)
    return { kind: 'inconclusive', reason: `${open.metric}: ${open.reason}`, culprit: null, metrics: verdicts };
  if (verdicts.length === 0)
    return { kind: 'inconclusive', reason: 'no metrics to judge by', culprit: null, metrics: [] };
  const least = verdicts[0] as (typeof verdicts)[number];
  const reason =
    verdicts.length === 1 ? `${least.metric}: ${least.reason}` : `no harm found on any of ${verdicts.length} metrics`;
  return { kind: 'pass', reason, culprit: null, metrics: verdicts };
}

const largest = 1e100;

function checkSizes({ name, control, experiment }: WindowMetric): void {
  for (const [side, values] of [
    ['control', control],
    ['experiment', experiment],
  ] as const) {
    const wrong = values.find((value) => value !== null && Number.isFinite(value) && Math.abs(value) > largest);
    if (wrong !== undefined) {
      throw new GraywaveError('SOURCE_ANSWER', `${name}, ${side}: a value of ${wrong} is beyond ±${largest}`);
    }
  }
}

function strengthOf({ findings }: MetricVerdict): number {
  return Math.max(...findings.filter(found).map(strength));
}

/**
 * Stouffer's sum of z over the metrics, its variance by the correlation of their controls; null for fewer than two. Small
 * shifts that agree are believed where a single one would not be. Metrics without a direction of harm are taken to have
 * gone up together, or down together, at half the budget each.
 */
function together(
  metrics: readonly WindowMetric[],
  judged: readonly MetricJudged[],
  constants: WindowConstants,
): Finding | null {
  const these = judged.filter((one) => one.verdict.findings.length > 0);
  if (these.length < 2) return null;
  const ways = metrics.some(({ direction }) => direction === 'either') ? ([1, -1] as const) : ([1] as const);
  const findings = ways.map((way): Finding => {
    let [sum, effect, variance] = [0, 0, 0];
    judged.forEach((one, i) => {
      if (!these.includes(one)) return;
      const sign = metrics[i]?.direction === 'either' ? way : 1;
      sum += sign * Math.max(-constants.capZ, Math.min(constants.capZ, one.z));
      effect += (sign * Math.max(-1, Math.min(1, one.shift))) / these.length;
      for (const other of these) variance += one === other ? 1 : alike(one.control, other.control);
    });
    const chance = upperTail(sum / Math.sqrt(variance));
    const budget = (constants.alpha * constants.togetherShare) / ways.length;
    return { contrast: 'together', chance, budget, effect, matters: effect > constants.togetherFloor };
  });
  return findings.find(found) ?? (findings[0] as Finding);
}

/** Correlation beyond one standard error of none, so that chance alikeness of many metrics does not add up. */
function alike(a: Float64Array, b: Float64Array): number {
  if (a.length !== b.length) return 0;
  const r = correlation(a, b);
  return Number.isNaN(r) ? 0 : Math.max(0, r - 1 / Math.sqrt(a.length));
}
