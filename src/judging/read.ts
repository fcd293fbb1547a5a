import { readDocument } from '../spec/document.js';
import { SpecError, type SpecIssue } from '../spec/error.js';
import { issuesOf, quote } from '../spec/issues.js';
import { nearest } from '../spec/nearest.js';
import * as units from '../spec/units.js';
import { judgeSchema, type WrittenMetric } from './schema.js';
import type { Bounds, CountSettings, Effect, JudgeFile, MetricSettings, Query } from './types.js';

const hint =
  'Correct the places named above; docs/judge-files.md has every field, and `graywave judge --help` examples.';

/**
 * Reads a judge file from YAML or JSON: checked, every default filled in. Throws SpecError (SPEC_INVALID,
 * SPEC_UNREADABLE) with every mistake and its place.
 */
export function readJudge(input: string | Uint8Array, options: { file: string }): JudgeFile {
  const document = readDocument(input, options.file);
  const parsed = judgeSchema.safeParse(document.value);
  if (!parsed.success) throw new SpecError('SPEC_INVALID', issuesOf(parsed.error.issues, document), { hint });
  const written = parsed.data;
  const faults: SpecIssue[] = [];
  const fault = (path: (string | number)[], message: string, expected: string, guess?: string): void => {
    faults.push({ message, at: document.locate(path), expected, ...(guess === undefined ? {} : { nearest: guess }) });
  };
  const file: JudgeFile = {
    apiVersion: 'graywave/v1',
    kind: 'Judge',
    title: written.title ?? '',
    method: written.method ?? 'windows',
    alpha: written.alpha ?? 0.01,
    beta: written.beta ?? 0.05,
    score: written.score ?? { pass: 95, marginal: 75 },
    groups: written.groups ?? {},
    metrics: written.metrics.map(metricOf),
  };
  if (file.score.marginal > file.score.pass) {
    fault(['score', 'marginal'], `score.marginal is above score.pass; expected at most ${file.score.pass}`, 'less');
  }
  const known = [...new Set(file.metrics.flatMap(({ groups }) => groups))];
  for (const group of Object.keys(file.groups).filter((name) => !known.includes(name))) {
    const guess = nearest(group, known);
    const meant = guess === undefined ? '' : `; did you mean ${quote(guess)}?`;
    const message = `no metric is in the group ${quote(group)}; expected one of ${known.join(', ')}${meant}`;
    fault(['groups', group], message, 'a group of a metric', guess);
  }
  file.metrics.forEach((metric, i) => {
    if (file.metrics.findIndex(({ name }) => name === metric.name) < i)
      fault(['metrics', i, 'name'], `a second metric ${quote(metric.name)}; expected a name of its own`, 'a name');
    if (metric.query !== null && metric.query.baseline === null && metric.bounds === null)
      fault(
        ['metrics', i, 'query'],
        `metrics[${i}].query has no baseline and the metric no bounds; expected one of them`,
        'baseline, or bounds beside the query',
      );
    const { detectRatio, tolerance } = metric.counts;
    if (detectRatio <= 1 + tolerance)
      fault(['metrics', i, 'counts'], `counts.detect must be more than 1 + tolerance = ${1 + tolerance}`, 'more');
    if (metric.counts.floor >= metric.counts.limit)
      fault(['metrics', i, 'counts'], 'counts.floor is not below counts.limit; expected less', 'less');
  });
  if (faults.length > 0) throw new SpecError('SPEC_INVALID', faults, { hint });
  return file;
}

export const defaultCounts: CountSettings = {
  detectRatio: 3,
  tolerance: 0.25,
  floor: 0,
  limit: 1,
  prove: true,
  dispersion: 1,
};

/** A metric that nobody said more of than its name. */
export function plainMetric(name: string): MetricSettings {
  return metricOf({ name });
}

function metricOf(written: WrittenMetric): MetricSettings {
  return {
    name: written.name,
    direction: written.direction ?? 'either',
    groups: written.groups ?? [written.group ?? written.name],
    weight: written.weight ?? 1,
    critical: written.critical ?? false,
    mustHaveData: written.mustHaveData ?? false,
    nan: written.nan ?? 'remove',
    decides: written.decides ?? true,
    effect: written.effect === undefined ? null : effectOf(written.effect),
    bounds: written.bounds === undefined ? null : boundsOf(written.bounds),
    counts: countsOf(written.counts),
    query: written.query === undefined ? null : queryOf(written.query),
  };
}

function effectOf(written: NonNullable<WrittenMetric['effect']>): Effect {
  const measure = written.measure ?? 'meanRatio';
  const none = measure === 'cles' ? 0.5 : 1;
  const { increase = none, decrease = none, criticalIncrease = none, criticalDecrease = none } = written;
  return { measure, increase, decrease, criticalIncrease, criticalDecrease };
}

function boundsOf(written: NonNullable<WrittenMetric['bounds']>): Bounds {
  const number = (value: number | 'unlimited' | undefined, usual: number): number | null =>
    value === 'unlimited' ? null : (value ?? usual);
  const { accept = null, reject = null, noData = 'error', allow = {} } = written;
  return {
    accept,
    reject,
    noData,
    allow: {
      bad: number(allow.bad, 0),
      inconclusive: number(allow.inconclusive, 0),
      errorsInRow: number(allow.errorsInRow, 4),
    },
  };
}

function countsOf(written: WrittenMetric['counts'] = {}): CountSettings {
  const share = (text: string | undefined, usual: number): number =>
    text === undefined ? usual : (units.percent(text) ?? usual);
  return {
    detectRatio: units.times(written.detect ?? '') ?? defaultCounts.detectRatio,
    tolerance: share(written.tolerance, defaultCounts.tolerance),
    floor: share(written.floor, defaultCounts.floor),
    limit: share(written.limit, defaultCounts.limit),
    prove: written.prove ?? defaultCounts.prove,
    dispersion: written.dispersion ?? defaultCounts.dispersion,
  };
}

function queryOf(written: NonNullable<WrittenMetric['query']>): Query {
  const seconds = (text: string | undefined, usual: number): number => units.durationSeconds(text ?? '') ?? usual;
  return {
    source: written.source,
    baseline: written.baseline ?? null,
    canary: written.canary,
    stepSeconds: seconds(written.step, 60),
    timeoutSeconds: seconds(written.timeout, 10),
    delaySeconds: seconds(written.delay, 0),
    headers: written.headers ?? {},
  };
}
