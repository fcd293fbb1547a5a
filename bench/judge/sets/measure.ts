import { random } from '../random.js';
import type { DataSet, Figures, Mode, Opened, Vary, VerdictLine } from './set.js';

/** What one set came to: the figures of `profile`, those of `default`, and how far both hang on our constants. */
export interface Measured {
  set: string;
  cases: number;
  lines: VerdictLine[];
  figures: Figures | null;
  byDefault: Figures | null;
  perturbed: Record<Mode, Perturbed> | null;
  /** Judging all cases once, `profile`. */
  seconds: number;
}

/** The set's main figure with every constant of ours multiplied by a factor of its own in [.7, 1.3]. */
export interface Perturbed {
  median: number;
  worst: number;
  draws: number;
}

const modes: readonly Mode[] = ['profile', 'default'];
const spread = 0.3;
/** A set that takes long to judge is drawn less often, so that the whole bench takes minutes. */
const secondsForDraws = 60;
const leastDraws = 5;
const asItIs: Vary = (constant) => constant;

/** Null when the folder has no such set. `draws`: 0 leaves the perturbed figures out. */
export async function measure(
  set: DataSet,
  dir: string,
  draws: number,
  tell: (text: string) => void,
): Promise<Measured | null> {
  const opened = await set.open(dir);
  if (opened === null) return null;
  const startMs = performance.now();
  const lines = opened.judge('profile', asItIs);
  const seconds = (performance.now() - startMs) / 1000;
  const figures = await opened.score(lines);
  tell(`${set.name}: ${opened.cases} cases judged in ${seconds.toFixed(1)} s`);
  const byDefault = figures && (await opened.score(opened.judge('default', asItIs)));
  const affordable = Math.min(draws, Math.max(leastDraws, Math.floor(secondsForDraws / seconds)));
  const perturbed =
    figures && draws > 0
      ? { profile: await perturb(opened, 'profile', affordable), default: await perturb(opened, 'default', affordable) }
      : null;
  if (perturbed) tell(`${set.name}: ${affordable} draws of every constant ±30%`);
  return { set: set.name, cases: opened.cases, lines, figures, byDefault, perturbed, seconds };
}

async function perturb(opened: Opened, mode: Mode, draws: number): Promise<Perturbed> {
  const figures: number[] = [];
  for (let seed = 1; seed <= draws; seed++) {
    const { uniform } = random(seed * 1_000 + modes.indexOf(mode));
    const scored = await opened.score(
      opened.judge(mode, (constant) => constant * (1 - spread + 2 * spread * uniform())),
    );
    const main = scored && mainFigure(scored);
    if (typeof main === 'number') figures.push(main);
  }
  const sorted = figures.toSorted((a, b) => a - b);
  return { median: sorted[Math.floor(sorted.length / 2)] ?? NaN, worst: sorted[0] ?? NaN, draws: sorted.length };
}

/** F1 where a set has it, else its accuracy, or the share that came out as it should. */
export const mainFigure = ({ f1, accuracy, share }: Figures): number | null => {
  const main = f1 ?? accuracy ?? share;
  return typeof main === 'number' ? main : null;
};
