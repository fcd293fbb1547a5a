/** Sets of numbers as unions of intervals: what a condition on one value is true of. */
import type { Range } from '../judging/types.js';

export interface Interval {
  from: number;
  /** Whether `from` itself belongs to it. */
  withFrom: boolean;
  to: number;
  withTo: boolean;
}

/** What a condition is true of: numbers, NaN, and no data at all. */
export interface Truth {
  numbers: Interval[];
  nan: boolean;
  /** `error`: the condition cannot be evaluated without data. */
  noData: boolean | 'error';
}

const all: Interval = { from: -Infinity, withFrom: true, to: Infinity, withTo: true };

export const always = (yes: boolean): Truth => ({ numbers: yes ? [all] : [], nan: yes, noData: yes });

export type Comparison = '<' | '<=' | '>' | '>=' | '==' | '!=';

/** Every comparison with NaN is false, but that it differs. */
export function compared(operator: Comparison, number: number): Interval[] {
  const below: Interval = { from: -Infinity, withFrom: true, to: number, withTo: false };
  const above: Interval = { from: number, withFrom: false, to: Infinity, withTo: true };
  switch (operator) {
    case '<':
      return [below];
    case '<=':
      return [{ ...below, withTo: true }];
    case '>':
      return [above];
    case '>=':
      return [{ ...above, withFrom: true }];
    case '==':
      return [{ from: number, withFrom: true, to: number, withTo: true }];
    case '!=':
      return [below, above];
    default:
      return operator satisfies never;
  }
}

export const holds = (operator: Comparison, a: number, b: number): boolean =>
  compared(operator, b).some((one) => contains(one, a));

const contains = ({ from, withFrom, to, withTo }: Interval, value: number): boolean =>
  (value > from || (withFrom && value === from)) && (value < to || (withTo && value === to));

export function and(a: Truth, b: Truth): Truth {
  const numbers = a.numbers.flatMap((one) => b.numbers.flatMap((other) => overlap(one, other)));
  return { numbers, nan: a.nan && b.nan, noData: a.noData === true ? b.noData : a.noData };
}

export function or(a: Truth, b: Truth): Truth {
  const noData = a.noData === false ? b.noData : a.noData;
  return { numbers: union([...a.numbers, ...b.numbers]), nan: a.nan || b.nan, noData };
}

export function not(a: Truth): Truth {
  let rest: Interval[] = [all];
  for (const { from, withFrom, to, withTo } of a.numbers) {
    const before: Interval = { from: -Infinity, withFrom: true, to: from, withTo: !withFrom };
    const after: Interval = { from: to, withFrom: !withTo, to: Infinity, withTo: true };
    rest = rest.flatMap((one) => [...overlap(one, before), ...overlap(one, after)]);
  }
  return { numbers: rest, nan: !a.nan, noData: a.noData === 'error' ? 'error' : !a.noData };
}

function overlap(a: Interval, b: Interval): Interval[] {
  const [first, second] = a.from > b.from || (a.from === b.from && !a.withFrom) ? [a, b] : [b, a];
  const [early, late] = a.to < b.to || (a.to === b.to && !a.withTo) ? [a, b] : [b, a];
  const one: Interval = {
    from: first.from,
    withFrom: first.withFrom && (first.from !== second.from || second.withFrom),
    to: early.to,
    withTo: early.withTo && (early.to !== late.to || late.withTo),
  };
  const empty = one.from > one.to || (one.from === one.to && !(one.withFrom && one.withTo));
  return empty ? [] : [one];
}

/** Joined where they touch. */
function union(intervals: Interval[]): Interval[] {
  const sorted = intervals.toSorted((a, b) => a.from - b.from || Number(b.withFrom) - Number(a.withFrom));
  const joined: Interval[] = [];
  for (const next of sorted) {
    const last = joined.at(-1);
    const touches =
      last !== undefined && (next.from < last.to || (next.from === last.to && (next.withFrom || last.withTo)));
    if (!touches) joined.push({ ...next });
    else if (next.to > last.to) Object.assign(last, { to: next.to, withTo: next.withTo });
    else if (next.to === last.to) last.withTo ||= next.withTo;
  }
  return joined;
}

/** As a judge file writes them. An interval without ends, all numbers, has no range: null. */
export function rangesOf(intervals: readonly Interval[]): Range[] | null {
  const ranges = intervals.map(({ from, withFrom, to, withTo }): Range => {
    const low = from === -Infinity ? {} : withFrom ? { min: from } : { above: from };
    const high = to === Infinity ? {} : withTo ? { max: to } : { below: to };
    return { ...low, ...high };
  });
  return ranges.length === 0 || ranges.some((range) => Object.keys(range).length === 0) ? null : ranges;
}

export const sameNumbers = (a: readonly Interval[], b: readonly Interval[]): boolean =>
  JSON.stringify(rangesOf(union([...a]))) === JSON.stringify(rangesOf(union([...b])));
