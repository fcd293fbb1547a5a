import { leastChance } from '../rank/exact.js';
import { armsOf, paired, type Arms } from './arms.js';
import { calmer, found, late, location, rankZ, scale, tail } from './contrasts.js';
import type { WindowConstants } from './constants.js';
import { badStretches, without, type Stretch } from './healed.js';
import { describe } from './reason.js';
import type { Finding, MetricVerdict, WindowMetric } from './types.js';

/** What the other metrics need of this one; z and shift of the whole window, harm upwards. */
export interface MetricJudged {
  verdict: MetricVerdict;
  z: number;
  shift: number;
  control: Float64Array;
}

/** One metric; `budget`: the part of alpha that is its own. */
export function judgeMetric(metric: WindowMetric, constants: WindowConstants, budget: number): MetricJudged {
  const signs: (1 | -1)[] = metric.direction === 'either' ? [1, -1] : [metric.direction === 'increase' ? 1 : -1];
  const each = signs.map((sign) => judgeSide(metric, constants, budget / signs.length, sign));
  const worst = each.find((side) => side.verdict.kind === 'fail') ?? each.find((side) => side.verdict.kind !== 'pass');
  return worst ?? (each[0] as MetricJudged);
}

function judgeSide(metric: WindowMetric, constants: WindowConstants, budget: number, sign: 1 | -1): MetricJudged {
  const arms = armsOf(metric, sign, constants);
  const open = undecidable(metric, arms, constants, budget);
  const judged = { z: 0, shift: 0, control: arms.control };
  if (open !== null) {
    return {
      ...judged,
      verdict: { metric: metric.name, kind: 'inconclusive', reason: open, findings: [], healed: null },
    };
  }
  const pairs = paired(metric, arms, constants, sign);
  let findings = findingsOf(metric, arms, pairs, constants, budget);
  let healed: Stretch | null = null;
  let left = arms;
  if (findings.some(found)) {
    for (const stretch of badStretches(arms.experiment, arms.control, constants)) {
      const rest = { ...arms, experiment: without(arms.experiment, stretch) };
      const after = findingsOf(metric, rest, null, constants, budget);
      if (after.some(found)) continue;
      [findings, healed, left] = [after, stretch, rest];
      break;
    }
  }
  findings.sort((a, b) => Number(found(b)) - Number(found(a)));
  const whole = findings.find((one) => one.contrast === 'location') as Finding;
  const kind = findings.some(found) ? 'fail' : doubtful(arms, whole, constants) ? 'inconclusive' : 'pass';
  const reason = describe(kind, left, findings, healed, sign, constants);
  const z = rankZ(left.experiment, left.control, left.inflation);
  return {
    verdict: { metric: metric.name, kind, reason, findings, healed },
    z,
    shift: whole.effect,
    control: arms.control,
  };
}

function findingsOf(
  metric: WindowMetric,
  arms: Arms,
  pairs: Arms | null,
  constants: WindowConstants,
  budget: number,
): Finding[] {
  const level = pairs ?? arms;
  const scaleBudget = budget * constants.scaleShare;
  const findings = [
    location(level, constants, budget * constants.locationShare),
    scale(arms, constants, scaleBudget),
    late(level, constants, budget * constants.lateShare),
    tail(arms, constants, budget * constants.tailShare),
  ];
  if (metric.direction === 'either') findings.push(calmer(arms, constants, scaleBudget));
  return findings;
}

/** Why there is nothing that could be decided; null when there is. */
function undecidable(metric: WindowMetric, arms: Arms, constants: WindowConstants, budget: number): string | null {
  const { control, experiment } = arms;
  if (control.length === 0 && experiment.length === 0) return 'no data on either side';
  if (control.length === 0) return 'no data on the unchanged side to compare with';
  if (experiment.length === 0) return 'no data on the changed side';
  if (leastChance(experiment.length, control.length) > budget * constants.locationShare) {
    return `${experiment.length} against ${control.length} samples are too few: not even full separation could be told from chance`;
  }
  return fellSilent(metric, constants)
    ? 'the changed side has no data in the last part of the window, the unchanged side has'
    : null;
}

/** No sample of the changed side in the last part, although the unchanged side goes on. Holes read as 0 are data. */
function fellSilent(metric: WindowMetric, constants: WindowConstants): boolean {
  if (metric.nanStrategy === 'replace') return false;
  const real = (values: readonly (number | null)[]) => {
    const last = values.slice(values.length - Math.max(2, Math.round(values.length * constants.healedRest)));
    return last.some((value) => value !== null && Number.isFinite(value));
  };
  return real(metric.control) && !real(metric.experiment);
}

/** Against a control of zeros even a few bad samples may not pass as nothing. */
function doubtful(arms: Arms, whole: Finding, constants: WindowConstants): boolean {
  return arms.base === 0 && whole.chance <= constants.doubt;
}
