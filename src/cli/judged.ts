import pc from 'picocolors';
import { explain } from '../judge/judge.js';
import type { VerdictKind } from '../judge/types.js';
import type { Judged } from '../judging/inputs.js';
import type { Recomputed } from '../judging/evidence.js';
import type { SeriesJudged } from '../judging/judge-series.js';
import { instant, table } from './table.js';

const colours: Record<VerdictKind, (text: string) => string> = {
  pass: pc.green,
  fail: pc.red,
  inconclusive: pc.yellow,
  error: pc.magenta,
};

/** What `judge` says to people: the verdict with its reason first, then the numbers. */
export function judgedLines(answer: Judged): string[] {
  switch (answer.what) {
    case 'series':
      return seriesLines(answer.judged);
    case 'cells': {
      const { settings, verdict, failedMs, provenMs, ignored } = answer.judged;
      const [, ...rest] = explain(settings, verdict);
      return [
        headline(verdict.kind, verdict.reason),
        ...rest.map((line) => `  ${line}`),
        ...(failedMs === null ? [] : [`  harm was proven by ${instant(failedMs)}`]),
        ...(provenMs === null ? [] : [`  safety was first proven by ${instant(provenMs)}`]),
        ...ignoredLine(ignored),
      ];
    }
    case 'evidence':
      return evidenceLines(answer.id, answer.recomputed);
    default:
      return answer satisfies never;
  }
}

const headline = (kind: VerdictKind, reason: string): string => `${colours[kind](pc.bold(kind))}: ${reason}`;

function seriesLines({ kind, reason, metrics, score, ignored }: SeriesJudged): string[] {
  const rows = metrics.map((one) => [
    `  ${one.metric}`,
    one.decides ? one.kind : `(${one.kind})`,
    `${one.samples.canary}`,
    `${one.samples.baseline}`,
    one.reason,
  ]);
  const groups = (score?.groups ?? []).map((group) => [
    `  ${group.name}`,
    group.score === null ? '-' : String(Number(group.score.toFixed(1))),
    `${Number(group.weight.toFixed(1))}%`,
  ]);
  return [
    headline(kind, reason),
    '',
    table([['  metric', 'verdict', 'canary', 'baseline', 'why'], ...rows]),
    ...(groups.length === 0 ? [] : ['', table([['  group', 'score', 'weight'], ...groups])]),
    ...(metrics.every(({ decides }) => decides) ? [] : ['', '  (in brackets: told, and decides nothing)']),
    ...ignoredLine(ignored),
  ];
}

const ignoredLine = (names: readonly string[]): string[] =>
  names.length === 0 ? [] : ['', `  not judged, the judge file does not name them: ${names.join(', ')}`];

function evidenceLines(id: string, all: readonly Recomputed[]): string[] {
  if (all.length === 0) return [`${id}: no verdict was said, so there is nothing to recompute.`];
  const same = all.filter((one) => one.same).length;
  const head = `${id}: ${same} of ${all.length} verdicts recomputed from the looks, bit for bit`;
  const rows = all.map((one) => [
    `  wave ${one.wave}`,
    one.kind,
    one.same ? pc.green('the same') : pc.red('not the same'),
    one.problem ?? one.reason,
  ]);
  return [same === all.length ? pc.green(head) : pc.red(head), '', table(rows)];
}
