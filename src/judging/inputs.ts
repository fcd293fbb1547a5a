import { GraywaveError } from '../errors.js';
import type { Direction } from '../judge/rank/classify.js';
import type { VerdictKind } from '../judge/types.js';
import { quote } from '../spec/issues.js';
import { nearest } from '../spec/nearest.js';
import { cellsOf, type CellsJudged, type FileCell, instantOf, judgeCells, rowsOfCells } from './cells.js';
import { type Evidence, evidenceOf, type Recomputed, recompute } from './evidence.js';
import { judgeSeries, type SeriesJudged } from './judge-series.js';
import { querySeries, type Window } from './prometheus.js';
import { plainMetric, readJudge } from './read.js';
import { parseData } from './rows.js';
import { seriesOf } from './series.js';
import { type Input, wrongData } from './text.js';
import type { JudgeFile, MetricSettings, Query, Series } from './types.js';

/** What the files hold, told apart by their content. Series and cells of several files are judged together. */
export interface Inputs {
  judge: JudgeFile | null;
  series: Series[];
  cells: FileCell[];
  evidence: Evidence[];
}

export type Judged =
  | { what: 'series'; kind: VerdictKind; judged: SeriesJudged }
  | { what: 'cells'; kind: VerdictKind; judged: CellsJudged }
  | { what: 'evidence'; kind: VerdictKind; id: string; recomputed: Recomputed[] };

const isJudgeFile = (text: string): boolean => /^\s*["']?kind["']?\s*:\s*["']?Judge\b/m.test(text);

/** Throws DATA_INVALID or SPEC_INVALID with the place. */
export function readInputs(files: readonly Input[]): Inputs {
  const inputs: Inputs = { judge: null, series: [], cells: [], evidence: [] };
  for (const input of files) {
    if (isJudgeFile(input.text)) {
      if (inputs.judge !== null) throw wrongData({ file: input.file }, 'a second judge file; expected one');
      inputs.judge = readJudge(input.text, { file: input.file });
      continue;
    }
    const parsed = parseData(input);
    const value = parsed.shape === 'document' ? parsed.value : null;
    const cells = rowsOfCells(parsed);
    if (isEvidence(value)) inputs.evidence.push(evidenceOf(value, input));
    else if (cells !== null) inputs.cells.push(...cellsOf(cells, input));
    else inputs.series.push(...seriesOf(parsed, input, soleMetric(inputs.judge) ?? 'metric'));
  }
  refuseTwice(inputs.series);
  return inputs;
}

const isEvidence = (value: unknown): boolean =>
  typeof value === 'object' && value !== null && 'kind' in value && value.kind === 'Evidence';

const soleMetric = (judge: JudgeFile | null): string | undefined =>
  judge?.metrics.length === 1 ? judge.metrics[0]?.name : undefined;

function refuseTwice(series: readonly Series[]): void {
  const twice = series.find(({ metric }, i) => series.findIndex((one) => one.metric === metric) < i);
  if (twice !== undefined) throw new GraywaveError('DATA_INVALID', `two pairs of series are called ${twice.metric}`);
}

const directions: readonly Direction[] = ['increase', 'decrease', 'either'];

/** `errors,increase` or `errors,increase,critical` as it is typed. Throws USAGE. */
export function metricOption(text: string): MetricSettings {
  const [name = '', direction = 'either', ...flags] = text.split(',').map((piece) => piece.trim());
  const strange = flags.find((flag) => flag !== 'critical');
  if (name === '' || !(directions as readonly string[]).includes(direction) || strange !== undefined) {
    const guess = nearest(strange ?? direction, [...directions, 'critical']);
    const meant = guess === undefined ? '' : `; did you mean ${quote(guess)}?`;
    const message = `--metric ${text}: expected NAME,DIRECTION, where direction is one of ${directions.join(', ')}${meant}`;
    throw new GraywaveError('USAGE', message);
  }
  return { ...plainMetric(name), direction: direction as Direction, critical: flags.includes('critical') };
}

/** A judge file of nothing but these metrics. */
export const adHoc = (metrics: MetricSettings[]): JudgeFile => ({
  apiVersion: 'graywave/v1',
  kind: 'Judge',
  title: '',
  method: 'windows',
  alpha: 0.01,
  beta: 0.05,
  score: { pass: 95, marginal: 75 },
  groups: {},
  metrics,
});

/** The pair of queries as a metric, for a command without a judge file. */
export function queried(
  metric: MetricSettings,
  query: Pick<Query, 'source' | 'baseline' | 'canary'>,
  stepSeconds: number,
): MetricSettings {
  return { ...metric, query: { ...query, stepSeconds, timeoutSeconds: 10, headers: {}, delaySeconds: 0 } };
}

/** Asks for the metrics that have a query and no series yet, one after the other: a judge is no load test. */
export async function fetched(inputs: Inputs, window: Window | null): Promise<Inputs> {
  const missing = (inputs.judge?.metrics ?? []).filter(
    ({ name, query }) => query !== null && !inputs.series.some(({ metric }) => metric === name),
  );
  const wanted = inputs.cells.length > 0 || inputs.evidence.length > 0 ? [] : missing;
  if (wanted.length === 0) return inputs;
  if (window === null) {
    const message = `${wanted.length} metric(s) are to be asked for, and no window is said.`;
    throw new GraywaveError('USAGE', message, { hint: 'Say --from and --to, for example --from now-1h --to now.' });
  }
  const series = [...inputs.series];
  for (const metric of wanted) series.push(await querySeries(metric, window));
  return { ...inputs, series };
}

/** `2026-11-20T17:00:00Z`, Unix seconds, `now`, or `now-30m`. Throws USAGE. */
export function instantOption(text: string, nowMs: number): number {
  const back = /^now(?:-(\d+)(s|m|h|d))?$/.exec(text);
  const size = { s: 1_000, m: 60_000, h: 3_600_000, d: 86_400_000 } as const;
  if (back) return nowMs - Number(back[1] ?? 0) * size[(back[2] ?? 's') as keyof typeof size];
  const instant = instantOf(text);
  if (instant !== null) return instant;
  throw new GraywaveError('USAGE', `${quote(text)} is no instant; write 2026-11-21T09:00:00Z, now, or now-30m`);
}

/** One answer for series, one for cells, one for each evidence. Throws USAGE when there is nothing to judge. */
export function judgeInputs(inputs: Inputs): Judged[] {
  const { judge, series, cells, evidence } = inputs;
  const answers: Judged[] = [];
  if (series.length > 0) {
    const judged = judgeSeries(series, judge);
    answers.push({ what: 'series', kind: judged.kind, judged });
  }
  if (cells.length > 0) {
    const judged = judgeCells(cells, judge, 'cells');
    answers.push({ what: 'cells', kind: judged.verdict.kind, judged });
  }
  for (const one of evidence) {
    const recomputed = recompute(one);
    const kind = recomputed.length === 0 ? 'error' : recomputed.every(({ same }) => same) ? 'pass' : 'fail';
    answers.push({ what: 'evidence', kind, id: one.id, recomputed });
  }
  if (answers.length > 0) return answers;
  throw new GraywaveError('USAGE', 'There is nothing to judge: give files with data, or queries.');
}
