/** Values of the canary held against absolute bounds, one measurement after the other. */
import type { VerdictKind } from '../judge/types.js';
import { judgeMeasurements, type MeasurementPhase } from '../judge/window/measurements.js';
import type { Bounds, Measured, Range } from './types.js';

export const inRange = (value: number, { min, max, above, below }: Range): boolean =>
  (min === undefined || value >= min) &&
  (max === undefined || value <= max) &&
  (above === undefined || value > above) &&
  (below === undefined || value < below);

/** What one value counts as. Given both, `reject` wins where they overlap. */
export function measured(value: number | null, { accept, reject, noData }: Bounds): Measured {
  if (value === null || Number.isNaN(value)) return noData;
  const inside = (ranges: readonly Range[]): boolean => ranges.some((range) => inRange(value, range));
  if (reject !== null && inside(reject)) return 'bad';
  if (accept === null) return 'good';
  if (inside(accept)) return 'good';
  return reject === null ? 'bad' : 'inconclusive';
}

const phases: Record<Measured, MeasurementPhase> = {
  good: 'Successful',
  bad: 'Failed',
  inconclusive: 'Inconclusive',
  error: 'Error',
};

/**
 * More bad values than allowed: `fail`; else more errors in a row: `error`; else more inconclusive ones than allowed:
 * `inconclusive`; else what measurements say. A hole that counts as good is let through, and proves nothing.
 */
export function tally(values: readonly (number | null)[], bounds: Bounds): { kind: VerdictKind; reason: string } {
  const { allow } = bounds;
  const counted = values.map((value): MeasurementPhase => {
    const what = measured(value, bounds);
    return value === null && what === 'good' ? 'Terminated' : phases[what];
  });
  const judged = judgeMeasurements(counted, { failureLimit: allow.bad ?? Infinity });
  const failed = counted.filter((phase) => phase === 'Failed').length;
  if (allow.bad !== null && failed > allow.bad) return judged;
  let [row, longest] = [0, 0];
  for (const phase of counted) {
    row = phase === 'Error' ? row + 1 : 0;
    longest = Math.max(longest, row);
  }
  if (allow.errorsInRow !== null && longest > allow.errorsInRow)
    return { kind: 'error', reason: `${longest} values in a row are missing, ${allow.errorsInRow} allowed` };
  const open = counted.filter((phase) => phase === 'Inconclusive').length;
  if (allow.inconclusive !== null && open > allow.inconclusive)
    return { kind: 'inconclusive', reason: `${open} values are neither good nor bad, ${allow.inconclusive} allowed` };
  return judged;
}
