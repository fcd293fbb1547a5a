/**
 * Every constant of the judge against the past. None is in the unit of a series: sizes come from the series itself, from
 * what fake changes did to it.
 */
export interface PastConstants {
  /** Minutes before a change whose median sets the level. */
  levelMinutes: number;
  /** Values that make a level, however long the steps are. */
  leastLevel: number;
  /** Minutes after a change that are judged. */
  horizonMinutes: number;
  /** Widest window; the narrowest is one value, and `windows` of them are spaced evenly in the logarithm. */
  widestMinutes: number;
  windows: number;
  /** After so many minutes a deviation counts half (onset `near`). */
  onsetHalfLifeMinutes: number;
  /** Control `hours`: its fake changes start within so many minutes, the last of them a horizon before the change. */
  recentMinutes: number;
  /** Control `days`: fake changes of past days are at most so far from the clock time of the change. */
  clockMinutes: number;
  /** Minutes from one fake change to the next. */
  fakeEveryMinutes: number;
  /** A day's course is smoothed by a running median of so many minutes. */
  smoothMinutes: number;
  /** Share of the fake changes that exceed the spread. */
  exceeding: number;
  /** It fails from this much beyond the spread: 0.8 = at 1.8 times it. */
  margin: number;
  /** A ratio counts for at most this, and at least its inverse, so that one window cannot decide alone. */
  most: number;
  /** Fewer fake changes than this teach nothing. */
  leastFakes: number;
}

export const pastConstants: Readonly<PastConstants> = {
  levelMinutes: 60,
  leastLevel: 3,
  horizonMinutes: 90,
  widestMinutes: 8,
  windows: 4,
  onsetHalfLifeMinutes: 15,
  recentMinutes: 60,
  clockMinutes: 90,
  fakeEveryMinutes: 5,
  smoothMinutes: 7,
  exceeding: 0.2,
  margin: 0.8,
  most: 50,
  leastFakes: 5,
};
