/**
 * A labelled data set as the bench sees it. Judging sees no labels: it works on a folder whose labels were taken out and
 * whose cases were renamed and shuffled; scoring reads the labels, and is left out where there are none.
 */
export interface DataSet {
  name: string;
  /** Null when the folder has no such set. Reads cases and profile material only, never a label. */
  open(dir: string): Promise<Opened | null>;
}

export interface Opened {
  /** Cases found. */
  cases: number;
  /** A verdict a case, by the settings given, in the order of the file. The same input gives the same lines. */
  judge(mode: Mode, vary: Vary): VerdictLine[];
  /** Figures of the lines against the labels; null where the folder has none. The first figure is the one that is varied. */
  score(lines: readonly VerdictLine[]): Promise<Figures | null>;
}

/** `profile`: noise and season learnt from the set's own past; `default`: what the product assumes where nothing was learnt. */
export type Mode = 'profile' | 'default';

/** Hands on a constant of ours, as it is or changed: how much a figure hangs on it. */
export type Vary = (constant: number) => number;

export type Figures = Record<string, number | number[] | object | null>;

/** One line of `--verdicts`. Minutes count from the change; null when it did not happen. */
export interface VerdictLine {
  set: string;
  case: string;
  change?: string;
  at?: 1 | 5;
  verdict?: 'pass' | 'fail' | 'inconclusive' | 'error';
  minute?: number | null;
  stopMinute?: number | null;
  safeMinute?: number | null;
}
