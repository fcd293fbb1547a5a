import type { Place } from '../errors.js';
import type { WrittenJudge } from '../judging/schema.js';
import type { WrittenChange } from '../spec/schema.js';

export type Format = 'kayenta' | 'argo' | 'flagger';
export const formats: readonly Format[] = ['kayenta', 'argo', 'flagger'];

/** A field that has its place in what is printed. */
export interface Carried {
  /** Path in the file, its document's kind before it where there are several. */
  path: string;
  to: string;
}

/** A field that has none, why, and what a person does instead. */
export interface Left {
  path: string;
  at: Place;
  why: string;
  instead: string;
}

/** Parts of a change spec; what is not there could not be told from the file. */
export type ChangeFragment = Pick<WrittenChange, 'signals' | 'waves' | 'bake' | 'gates'>;

export interface Imported {
  format: Format;
  /** null when there is no metric that could be judged. */
  judge: WrittenJudge | null;
  change: ChangeFragment;
  carried: Carried[];
  left: Left[];
}

/** What the file does not say: `--arg NAME=VALUE`. */
export type Arguments = Readonly<Record<string, string>>;
