/** Verdicts on ChangeRCA's cases against its labels. */
import { random } from '../random.js';
import type { Figures, VerdictLine } from './set.js';

/** `changes`: 1 for the bad one. */
export type Labels = Record<string, { fault: string; changes: Record<string, number> }>;

/** One verdict with its truth. */
export interface Decided {
  case: string;
  fault: string;
  bad: boolean;
  failed: boolean;
  /** Minute after the release at which it was first called bad. */
  minute: number | null;
}

const bootstraps = 2000;

/** Figures of the last decision where no other is named; `cross` are those of thresholds chosen without a case's fault. */
export function figuresOf(lines: readonly VerdictLine[], labels: Labels, cross: object): Figures {
  const late = decided(lines, 5, labels);
  const early = sharesOf(decided(lines, 1, labels));
  const { f1, precision, recall } = sharesOf(late);
  return {
    f1,
    precision,
    recall,
    n: late.length,
    ci95: bootstrap(late),
    f1At1Min: early.f1,
    precisionAt1Min: early.precision,
    delayMinutes: median(late.filter(({ bad }) => bad).flatMap(({ minute }) => minute ?? [])),
    goodChangesEverCalledBad: late.filter(({ bad, minute }) => !bad && minute !== null).length,
    leaveOneFaultOut: cross,
  };
}

/** Of one moment, in the order of the lines; lines of cases without a label are left out. */
export function decided(lines: readonly VerdictLine[], at: 1 | 5, labels: Labels): Decided[] {
  return lines.flatMap((line) => {
    const label = labels[line.case];
    if (line.at !== at || label === undefined) return [];
    const bad = label.changes[line.change ?? ''] === 1;
    return [{ case: line.case, fault: label.fault, bad, failed: line.verdict === 'fail', minute: line.minute ?? null }];
  });
}

/** 0 where a share has nothing to be of. */
export function sharesOf(all: readonly Decided[]): { precision: number; recall: number; f1: number } {
  const hits = all.filter(({ bad, failed }) => bad && failed).length;
  const failed = all.filter((one) => one.failed).length;
  const bad = all.filter((one) => one.bad).length;
  return {
    precision: hits / Math.max(1, failed),
    recall: hits / Math.max(1, bad),
    f1: (2 * hits) / Math.max(1, failed + bad),
  };
}

/** Percentile interval of F1 over cases drawn with replacement (Efron 1979): verdicts of one case hang together. */
function bootstrap(all: readonly Decided[]): [number, number] {
  const names = [...new Set(all.map((one) => one.case))];
  const cases = names.map((name) => all.filter((one) => one.case === name));
  const draw = random(1);
  const found = Array.from({ length: bootstraps }, () => {
    const drawn = cases.flatMap(() => cases[Math.floor(draw.uniform() * cases.length)] ?? []);
    return sharesOf(drawn).f1;
  }).toSorted((a, b) => a - b);
  const at = (share: number): number => found[Math.round(share * (bootstraps - 1))] ?? 0;
  return [at(0.025), at(0.975)];
}

function median(values: readonly number[]): number | null {
  const sorted = values.toSorted((a, b) => a - b);
  const middle = sorted.length / 2;
  const [low, high] = [sorted[Math.ceil(middle) - 1], sorted[Math.floor(middle)]];
  return low === undefined || high === undefined ? null : (low + high) / 2;
}
