/**
 * Words of the judge of one measured value against its own past. Everything here is plain JSON: values in the unit of the
 * series, times in seconds or minutes as the name says, null where nothing was measured.
 */
import type { VerdictKind } from '../types.js';

/** Which way a deviation is harm. */
export type Direction = 'either' | 'increase' | 'decrease';

/** A value on a regular grid. The index of a value is its time. */
export interface PastSeries {
  values: readonly (number | null)[];
  /** Seconds from one value to the next, more than 0. */
  stepSeconds: number;
  /** Index of the first value measured after the change. */
  changeIndex: number;
  direction: Direction;
}

/**
 * `near`: an effect of a change starts soon after it, so a deviation counts for less the later it comes; `any`: it counts
 * the same whenever it comes, at the price of more false alarms. For slow leaks use `any`.
 */
export type Onset = 'near' | 'any';

/** What fake changes in the past are compared with. `hours`: just before the change; `days`: at this time of past days. */
export type ControlKind = 'hours' | 'days';

/** What one control expects after the change, and how far fake changes strayed from what it expected of them. */
export interface Control {
  kind: ControlKind;
  /**
   * Usual course, a value a step, from the start of the level before the change to the horizon, null where there is none;
   * null altogether for a control that expects the level to go on.
   */
  usual: readonly (number | null)[] | null;
  /** Deviation that only a share of the fake changes exceeded, for each width. */
  spread: readonly number[];
  /** Fake changes it was learnt from; they overlap. */
  fakes: number;
  /** Past days among them. */
  days: number;
}

/** Learnt before the first value after the change is looked at, and frozen then. */
export interface LearntPast {
  /** Of the method: what one learnt is not read by another. */
  version: 1;
  stepSeconds: number;
  direction: Direction;
  onset: Onset;
  controls: readonly Control[];
  /** Why a control is not there, one sentence each. */
  missing: readonly string[];
}

export interface PastVerdict {
  kind: VerdictKind;
  /** One sentence for people, with the numbers that decided. */
  reason: string;
  /** Minutes after the change at whose end it first failed; null when it did not. */
  failedMinute: number | null;
  /** Minutes after the change that were looked at. */
  seenMinutes: number;
  /**
   * Largest deviation so far as a multiple of what most fake changes did (geometric mean over widths and controls); null
   * when there was nothing to compare.
   */
  ratio: number | null;
  /** `ratio` from which it fails. */
  bound: number;
  /** Least lasting shift from the change on that fails, in the unit of the series; null without a control. */
  detectable: number | null;
  /** What the verdict rests on, strongest last; empty: nothing. */
  controls: readonly ControlKind[];
  /** What could not have been seen, one sentence each. */
  blind: readonly string[];
}
