import { Command, InvalidArgumentError, Option } from 'commander';
import { GraywaveError } from '../errors.js';
import type { VerdictKind } from '../judge/types.js';
import {
  adHoc,
  fetched,
  type Inputs,
  instantOption,
  judgeInputs,
  metricOption,
  queried,
  readInputs,
} from '../judging/inputs.js';
import { plainMetric } from '../judging/read.js';
import { readText } from '../judging/text.js';
import type { MetricSettings } from '../judging/types.js';
import { durationSeconds } from '../spec/units.js';
import { exitWith } from './exit.js';
import { judgedLines } from './judged.js';
import { learnCommand } from './learn.js';
import { jsonOption, print, printJson } from './session.js';

interface Options {
  metric?: MetricSettings[];
  prometheus?: string;
  baseline?: string;
  canary?: string;
  from?: string;
  to: string;
  step: number;
  json?: boolean;
}

export const judgeCommand = (): Command =>
  new Command('judge')
    .description('A verdict on files or queries, without any workflow; or every verdict of a change recomputed')
    .addCommand(learnCommand())
    .argument('[files...]', 'series, cells, a judge file, the evidence of a change; - for standard input')
    .option('--metric <name,direction>', 'a metric and which way is bad; may be repeated', collect)
    .option('--prometheus <url>', 'server to ask, or env:NAME of the variable that holds it')
    .option('--baseline <query>', 'PromQL of the unchanged side')
    .option('--canary <query>', 'PromQL of the changed side')
    .option('--from <instant>', 'begin of the window: 2026-11-21T09:00:00Z, or now-1h')
    .option('--to <instant>', 'end of the window', 'now')
    .addOption(new Option('--step <duration>', 'distance of the samples').argParser(seconds).default(60, '1m'))
    .addOption(jsonOption())
    .addHelpText(
      'after',
      `
Examples:
  $ graywave judge series.csv --metric errors,increase --metric latency,increase
  $ graywave judge cells.ndjson                     counts, judged as a wave is watched
  $ graywave judge judge.yaml series.json           metrics, weights and bounds from a judge file
  $ graywave judge judge.yaml --from now-1h         its queries, asked over the last hour
  $ graywave judge --prometheus http://prometheus:9090 --from now-1h --metric errors,increase \\
      --baseline 'sum(rate(errors_total{version="v1"}[1m]))' --canary 'sum(rate(errors_total{version="v2"}[1m]))'
  $ graywave explain checkout-v2 --evidence > evidence.json && graywave judge evidence.json
  $ graywave judge learn calibration.jsonl.gz --name checkout --buckets 25,40,63,100,160,250,400,1000

Exit code 0 pass, 1 fail, 6 inconclusive, 7 error; of evidence 0 when every verdict is the same.`,
    )
    .action(async (files: string[], options: Options) => {
      const inputs = withOptions(readInputs(files.map((file) => readText(file))), options);
      const nowMs = Date.now();
      const window =
        options.from === undefined
          ? null
          : { fromMs: instantOption(options.from, nowMs), toMs: instantOption(options.to, nowMs) };
      const answers = judgeInputs(await fetched(inputs, window));
      const kind = worstOf(answers.map((answer) => answer.kind));
      if (options.json) printJson({ kind, answers });
      else print(answers.flatMap(judgedLines).join('\n'));
      exitWith(exitOf[kind]);
    });

const exitOf = {
  pass: 'ok',
  fail: 'change did not complete',
  inconclusive: 'inconclusive',
  error: 'no verdict',
} as const;

const order: readonly VerdictKind[] = ['fail', 'error', 'inconclusive', 'pass'];
const worstOf = (kinds: readonly VerdictKind[]): VerdictKind => order.find((kind) => kinds.includes(kind)) ?? 'error';

function collect(text: string, before: MetricSettings[] = []): MetricSettings[] {
  return [...before, metricOption(text)];
}

function seconds(text: string): number {
  const read = durationSeconds(text);
  if (read !== null && read >= 1) return read;
  throw new InvalidArgumentError('Expected a duration such as 15s, 1m or 5m.');
}

/** What is typed stands in for a judge file; both would be two answers to one question. */
function withOptions(inputs: Inputs, { metric = [], prometheus, baseline, canary, step }: Options): Inputs {
  const typed = metric.length > 0 || prometheus !== undefined || canary !== undefined || baseline !== undefined;
  if (!typed) return inputs;
  if (inputs.judge !== null)
    throw new GraywaveError(
      'USAGE',
      'A judge file says the metrics and their queries: leave the options out, or the file.',
    );
  if (prometheus === undefined && canary === undefined && baseline === undefined)
    return { ...inputs, judge: adHoc(metric) };
  if (prometheus === undefined || canary === undefined || baseline === undefined)
    throw new GraywaveError('USAGE', 'A query pair needs --prometheus, --baseline and --canary.');
  if (metric.length > 1)
    throw new GraywaveError('USAGE', 'A query pair is one metric; for several write a judge file.');
  const its = metric[0] ?? plainMetric('metric');
  return { ...inputs, judge: adHoc([queried(its, { source: prometheus, baseline, canary }, step)]) };
}
