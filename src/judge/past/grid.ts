/** Minutes of the method as steps of a series, and the refusal of what is no series. */
import { GraywaveError } from '../../errors.js';
import type { PastConstants } from './constants.js';
import type { PastSeries } from './types.js';

/** Steps of everything that has a length in time; at least one each. */
export interface Grid {
  stepMinutes: number;
  day: number;
  level: number;
  horizon: number;
  recent: number;
  clock: number;
  fakeEvery: number;
  smooth: number;
  /** Of the windows, ascending. */
  widths: readonly number[];
}

/** Differences of larger values could overflow, and what is infinite is no deviation any more. */
const largest = 1e300;

export function gridOf(stepSeconds: number, constants: PastConstants): Grid {
  const steps = (minutes: number): number => Math.max(1, Math.round((60 * minutes) / stepSeconds));
  const fakeEvery = steps(constants.fakeEveryMinutes);
  return {
    stepMinutes: stepSeconds / 60,
    day: steps(1440),
    level: Math.max(Math.round(constants.leastLevel), steps(constants.levelMinutes)),
    horizon: steps(constants.horizonMinutes),
    recent: Math.max(steps(constants.recentMinutes), fakeEvery * Math.ceil(constants.leastFakes - 1)),
    clock: steps(constants.clockMinutes),
    fakeEvery,
    smooth: steps(constants.smoothMinutes),
    widths: widths(steps(constants.widestMinutes), Math.max(2, Math.round(constants.windows))),
  };
}

/** From one step to the widest, evenly in the logarithm, each once. */
function widths(widest: number, windows: number): number[] {
  return [...new Set(Array.from({ length: windows }, (_, i) => Math.round(widest ** (i / (windows - 1)))))];
}

/**
 * The values as numbers, NaN where there is none.
 *
 * @throws GraywaveError SOURCE_ANSWER for a value that is no finite number below 10^300; SPEC_INVALID for a step or an
 * index that cannot be meant.
 */
export function checked(series: PastSeries): Float64Array {
  const { values, stepSeconds, changeIndex } = series;
  if (!(stepSeconds > 0 && stepSeconds <= 86_400)) refuse('stepSeconds', stepSeconds, 'more than 0, at most 86400');
  if (!(Number.isSafeInteger(changeIndex) && changeIndex >= 0 && changeIndex <= values.length)) {
    refuse('changeIndex', changeIndex, `a whole number from 0 to ${values.length}, the number of values`);
  }
  return Float64Array.from(values, (value, index) => {
    if (value === null) return NaN;
    if (Math.abs(value) <= largest) return value;
    throw new GraywaveError(
      'SOURCE_ANSWER',
      `value ${index} of the series is ${value}; expected a finite number or null`,
    );
  });
}

export function refuse(name: string, value: number | string, expected: string): never {
  throw new GraywaveError('SPEC_INVALID', `series: ${name} is ${value}; expected ${expected}`);
}
