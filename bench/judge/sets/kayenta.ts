/** Kayenta's own test vectors through the rank mode: the same classification, the same interval. */
import { join } from 'node:path';
import {
  classify,
  type Classification,
  type ClassifierSettings,
  type Direction,
  type NanStrategy,
} from '../../../src/judge/rank/classify.js';
import { shiftInterval, type Shift } from '../../../src/judge/rank/interval.js';
import { ascending } from '../../../src/judge/rank/sorted.js';
import type { DataSet, Opened, VerdictLine } from './set.js';
import { readLines } from './window-read.js';

interface Vector {
  case: string;
  kind: 'metric_classification' | 'mann_whitney_ci';
  classifier?: ClassifierSettings['classifier'];
  tolerance?: number | null;
  conf_level?: number | null;
  direction?: string;
  nan_strategy?: string;
  effect_size_measure?: ClassifierSettings['measure'];
  effect_size_thresholds?: [number, number];
  critical_thresholds?: [number, number];
  is_critical_metric?: boolean;
  baseline: (number | null)[];
  canary: (number | null)[];
  expect_classification?: string | null;
  expect_critical?: boolean | null;
  expect_ci_low?: number;
  expect_ci_high?: number;
  expect_estimate?: number;
}

export const kayenta: DataSet = {
  name: 'kayenta',
  async open(dir) {
    const vectors = readLines(join(dir, 'kayenta', 'vectors.jsonl')) as Vector[] | null;
    return vectors === null ? null : opened(vectors);
  },
};

const verdicts = { Pass: 'pass', High: 'fail', Low: 'fail', Nodata: 'inconclusive', Error: 'error' } as const;

/** No constant of ours is in it: all settings come with the vectors. */
function opened(vectors: readonly Vector[]): Opened {
  return {
    cases: vectors.length,
    judge: () =>
      vectors.map((vector): VerdictLine => {
        const verdict =
          vector.kind === 'mann_whitney_ci' ? intervalVerdict(vector) : verdicts[classified(vector).label];
        return { set: 'kayenta', case: vector.case, verdict };
      }),
    async score() {
      const known = vectors.filter((vector) => 'expect_classification' in vector || 'expect_ci_low' in vector);
      if (known.length === 0) return null;
      const failed = known.filter((vector) => !equal(vector));
      const passed = known.length - failed.length;
      return { share: passed / known.length, passed, n: known.length, failed: failed.map((vector) => vector.case) };
    },
  };
}

/** A vector that asks for an interval only has no classification: whether there is one. */
function intervalVerdict(vector: Vector): 'pass' | 'error' {
  return intervalOf(vector) === null ? 'error' : 'pass';
}

function intervalOf({ canary, baseline, conf_level }: Vector): Shift | null {
  return shiftInterval(ascending(canary as number[]), ascending(baseline as number[]), conf_level ?? 0.98);
}

function classified(vector: Vector): Classification {
  const settings: ClassifierSettings = {
    classifier: vector.classifier ?? 'MannWhitney',
    direction: (vector.direction ?? 'either').toLowerCase() as Direction,
    nanStrategy: (vector.nan_strategy ?? 'remove').toLowerCase() as NanStrategy,
    confidence: vector.conf_level ?? 0.98,
    tolerance: vector.tolerance ?? 0.25,
    measure: vector.effect_size_measure ?? 'meanRatio',
    allowed: vector.effect_size_thresholds ?? [1, 1],
    criticalBeyond: vector.critical_thresholds ?? [1, 1],
    critical: vector.is_critical_metric ?? false,
  };
  return classify(settings, vector.baseline, vector.canary);
}

/** Classification and criticality as asserted; interval to 1e-6, estimate to 1e-4. */
function equal(vector: Vector): boolean {
  if (vector.kind === 'mann_whitney_ci') {
    const shift = intervalOf(vector);
    return (
      shift !== null &&
      near(shift.low, vector.expect_ci_low, 1e-6) &&
      near(shift.high, vector.expect_ci_high, 1e-6) &&
      near(shift.estimate, vector.expect_estimate, 1e-4)
    );
  }
  const { label, critical } = classified(vector);
  const { expect_classification: wanted, expect_critical: wantedCritical } = vector;
  return (wanted == null || wanted === label) && (wantedCritical == null || wantedCritical === critical);
}

function near(value: number, wanted: number | undefined, within: number): boolean {
  return wanted === undefined || Math.abs(value - wanted) <= within;
}
