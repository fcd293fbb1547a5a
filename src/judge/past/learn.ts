/**
 * What is learnt from the past of a series before a change: for each control, what it expects after the change, and how
 * far fake changes, placed where nothing was changed, strayed from what it expected of them (placebo tests in time:
 * Abadie, Diamond & Hainmueller 2015, Comparative Politics and the Synthetic Control Method). Nothing after the change is
 * read.
 */
import { figure } from '../wording.js';
import { pastConstants, type PastConstants } from './constants.js';
import { type Course, courseOf, paths, type Row, rowOf } from './deviation.js';
import { checked, type Grid, gridOf } from './grid.js';
import { quantile } from './medians.js';
import { dayRows, stretchBefore } from './season.js';
import type { Control, ControlKind, LearntPast, Onset, PastSeries } from './types.js';

export interface LearnOptions {
  onset?: Onset;
  /** Controls to learn; `hours` alone asks for no more than the last hours. */
  controls?: readonly ControlKind[];
}

/** @throws GraywaveError SOURCE_ANSWER or SPEC_INVALID for what is no series. */
export function learnPast(
  series: PastSeries,
  { onset = 'near', controls: kinds = ['hours', 'days'] }: LearnOptions = {},
  constants: PastConstants = pastConstants,
): LearntPast {
  const { changeIndex, stepSeconds, direction } = series;
  const past = checked({ ...series, values: series.values.slice(0, changeIndex) });
  const grid = gridOf(stepSeconds, constants);
  const course = courseOf(grid, grid.horizon, direction, onset, constants);
  const controls: Control[] = [];
  const missing: string[] = [];
  for (const kind of ['hours', 'days'] as const) {
    if (!kinds.includes(kind)) {
      missing.push(`no comparison with ${against[kind]}: they were not read`);
      continue;
    }
    const { did, usual, days } = kind === 'hours' ? hours(past, grid, course) : pastDays(past, grid, course);
    if (did.length < constants.leastFakes) missing.push(lacking(kind, did.length, changeIndex * grid.stepMinutes));
    else controls.push({ kind, usual, spread: spreadOf(did, constants.exceeding), fakes: did.length, days });
  }
  return { version: 1, stepSeconds, direction, onset, controls, missing };
}

interface Fakes {
  /** What each fake change did over the whole horizon, a number a width. */
  did: number[][];
  usual: Control['usual'];
  days: number;
}

/** Fake changes that ended just before the change, against nothing but the level before each. */
function hours(past: Float64Array, grid: Grid, course: Course): Fakes {
  const reach = grid.recent + grid.horizon + grid.level;
  const recent = past.subarray(Math.max(0, past.length - reach));
  const row = rowOf(recent, course);
  const did: number[][] = [];
  for (let start = recent.length - grid.horizon; start >= grid.level; start -= grid.fakeEvery) {
    did.push(...fake(row, start, course));
  }
  return { did, usual: null, days: 0 };
}

/** Fake changes on past days around the clock time of the change, against the usual course of the other days. */
function pastDays(past: Float64Array, grid: Grid, course: Course): Fakes {
  const [today, ...earlier] = dayRows(past, past.length, grid);
  const at = stretchBefore(grid);
  const reach = Math.floor(grid.clock / grid.fakeEvery);
  const did: number[][] = [];
  let days = 0;
  for (const { residuals } of earlier) {
    const row = rowOf(residuals, course);
    const before = did.length;
    for (let k = -reach; k <= reach; k++) did.push(...fake(row, at + k * grid.fakeEvery, course));
    if (did.length > before) days++;
  }
  const usual = today?.usual.subarray(at - grid.level, at + grid.horizon) ?? [];
  return { did, usual: Array.from(usual, (value) => (value === value ? value : null)), days };
}

/** One fake change, or none where values are missing. */
function fake(row: Row, start: number, course: Course): number[][] {
  const did = paths(row, start, course)?.map((path) => path.at(-1) ?? NaN) ?? [NaN];
  return did.every((size) => size === size) ? [did] : [];
}

function spreadOf(did: readonly number[][], exceeding: number): number[] {
  const ofWidth = (i: number): Float64Array => Float64Array.from(did, (sizes) => sizes[i] ?? NaN);
  return (did[0] ?? []).map((_, i) => quantile(ofWidth(i), 1 - exceeding));
}

const against = { hours: 'the hours just before', days: 'past days' } as const;

function lacking(kind: ControlKind, fakes: number, minutes: number): string {
  const room = `no comparison with ${against[kind]}: a past of ${figure(minutes / 60)} h has room for ${fakes} fake changes`;
  return kind === 'hours' ? room : `${room} at this time of day, so a usual swing of the day cannot be told from harm`;
}
