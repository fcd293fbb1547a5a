import { GraywaveError } from '../../errors.js';
import type { RolloutInput, RolloutStep } from './types.js';

type Column = readonly (number | null)[];

/**
 * Refuses an input that could not be read as meant: for files that people write. Gaps are no error: nulls, missing series
 * and services nobody calls are what the judge is made for.
 *
 * @throws GraywaveError SPEC_INVALID naming the place, what it is and what was expected.
 */
export function checkRollouts(input: RolloutInput): void {
  time('atMs', input.atMs);
  const names = new Set<string>();
  for (const { change, releasedMs, unchanged, steps } of input.changes) {
    if (change === '' || names.has(change)) refuse('change', change, 'a name of its own');
    names.add(change);
    time(`${change}: releasedMs`, releasedMs);
    if (steps.length === 0) refuse(`${change}: steps`, 0, 'one step or more');
    checkSteps(change, new Set(unchanged), steps);
  }
  for (const series of input.edges) {
    const name = `${series.instance}, ${series.caller} to ${series.callee}`;
    checkSeries(name, series.atMs, [series.success, series.latencySeconds]);
    share(name, series.success);
    if (!(series.stepMs > 0)) refuse(`${name}: stepMs`, series.stepMs, 'more than 0');
  }
  for (const series of input.usage) checkSeries(series.instance, series.atMs, [series.memory]);
  for (const view of input.views) {
    const name = `${view.caller} to ${view.callee}`;
    checkSeries(name, view.atMs, [view.success]);
    share(name, view.success);
    if (!(view.stepMs > 0)) refuse(`${name}: stepMs`, view.stepMs, 'more than 0');
  }
}

function checkSteps(change: string, unchanged: ReadonlySet<string>, steps: readonly RolloutStep[]): void {
  for (const { started, completeMs } of steps) {
    const both = started.find((instance) => unchanged.has(instance));
    if (both !== undefined) refuse(`${change}: started`, both, 'no instance that is unchanged as well');
    if (completeMs !== null) time(`${change}: completeMs`, completeMs);
  }
}

function checkSeries(name: string, atMs: readonly number[], columns: readonly Column[]): void {
  for (const column of columns) {
    if (column.length !== atMs.length) refuse(`${name}: values`, column.length, `${atMs.length}, one a time`);
    const wrong = column.find((value) => value !== null && !(Number.isFinite(value) && value >= 0));
    if (wrong !== undefined) refuse(`${name}: value`, wrong, 'null, or 0 or more');
  }
  atMs.forEach((at, i) => {
    time(`${name}: atMs`, at);
    if (at <= (atMs[i - 1] ?? -Infinity)) refuse(`${name}: atMs`, at, 'later than the one before it');
  });
}

function share(name: string, success: Column): void {
  const wrong = success.find((value) => value !== null && value > 1);
  if (wrong !== undefined) refuse(`${name}: success`, wrong, 'a share in [0, 1]');
}

function time(name: string, ms: number): void {
  if (!Number.isFinite(ms)) refuse(name, ms, 'Unix milliseconds');
}

function refuse(name: string, value: number | string | null, expected: string): never {
  throw new GraywaveError('SPEC_INVALID', `rollouts: ${name} is ${value}; expected ${expected}`);
}
