/** Rival judges' bug reports: pairs of series, and measurements that a provider counted. */
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { judgeMeasurements, type MeasurementPhase } from '../../../src/judge/window/measurements.js';
import { judgeWindow, windowConstants, type WindowMetric } from '../../../src/judge/window/window.js';
import type { DataSet, Opened, VerdictLine } from './set.js';
import { metricOf, variedConstants } from './window-read.js';

interface Measured {
  spec: { failureLimit?: number };
  measurements: MeasurementPhase[];
}

type Fixture = { id: string } & (
  | { kind: 'metric_pair'; metrics: WindowMetric[]; expected?: string[] }
  | ({ kind: 'measurements'; expected?: string[] } & Measured)
  | { kind: 'measurements_multi'; metrics: Record<string, Measured>; expected?: Record<string, string[]> }
);

export const fixtures: DataSet = {
  name: 'fixtures',
  async open(dir) {
    const file = join(dir, 'fixtures', 'rivals.json');
    if (!existsSync(file)) return null;
    return opened((JSON.parse(readFileSync(file, 'utf8')) as { fixtures: Fixture[] }).fixtures);
  },
};

function opened(all: readonly Fixture[]): Opened {
  return {
    cases: all.length,
    judge(_mode, vary) {
      const constants = variedConstants(windowConstants, vary);
      const line = (id: string, verdict: VerdictLine['verdict']): VerdictLine =>
        verdict === undefined ? { set: 'fixtures', case: id } : { set: 'fixtures', case: id, verdict };
      return all.flatMap((one): VerdictLine[] => {
        switch (one.kind) {
          case 'metric_pair':
            return [line(one.id, judgeWindow(one.metrics.map(metricOf), constants).kind)];
          case 'measurements':
            return [line(one.id, judged(one))];
          case 'measurements_multi':
            return Object.entries(one.metrics).map(([name, metric]) => line(lineName(one.id, name), judged(metric)));
        }
      });
    },
    async score(lines) {
      const accepted = all.flatMap(acceptedOf);
      if (accepted.length === 0) return null;
      const verdicts = new Map(lines.map((line) => [line.case, line.verdict ?? 'error']));
      const failed = accepted.filter(({ names, among }) =>
        names.some((name, i) => !among[i]?.includes(verdicts.get(name) ?? '')),
      );
      const passed = accepted.length - failed.length;
      return { share: passed / accepted.length, passed, n: accepted.length, failed: failed.map(({ id }) => id) };
    },
  };
}

/** Case of one metric of several. */
function lineName(id: string, metric: string): string {
  return `${id}/${metric}`;
}

function judged({ spec, measurements }: Measured): VerdictLine['verdict'] {
  return judgeMeasurements(measurements, { failureLimit: spec.failureLimit ?? 0 }).kind;
}

/** Lines of a fixture and the verdicts that are accepted for each. */
function acceptedOf(one: Fixture): { id: string; names: string[]; among: string[][] }[] {
  if (one.expected === undefined) return [];
  if (one.kind !== 'measurements_multi') return [{ id: one.id, names: [one.id], among: [one.expected as string[]] }];
  const entries = Object.entries(one.expected);
  const names = entries.map(([name]) => lineName(one.id, name));
  return [{ id: one.id, names, among: entries.map(([, among]) => among) }];
}
