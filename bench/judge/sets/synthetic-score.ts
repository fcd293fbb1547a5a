import { windowConstants, type WindowConstants } from '../../../src/judge/window/window.js';
import { random } from '../random.js';
import type { Figures } from './set.js';

export interface Labelled {
  bad: boolean;
  called: boolean;
  family: string;
}

interface Rates {
  f1: number;
  precision: number;
  recall: number;
}

/** F1 first; `families`: the share that was judged right. */
export function figuresOf(all: readonly Labelled[]): Figures {
  const families = [...new Set(all.map(({ family }) => family))].toSorted();
  return {
    ...ratesOf(all),
    n: all.length,
    ci95: wilson(all),
    families: Object.fromEntries(
      families.map((name) => {
        const own = all.filter(({ family }) => family === name);
        return [name, own.filter(({ bad, called }) => bad === called).length / own.length];
      }),
    ),
  };
}

function ratesOf(all: readonly Labelled[]): Rates {
  let [hits, called, bad] = [0, 0, 0];
  for (const one of all) {
    if (one.called) called++;
    if (one.bad) bad++;
    if (one.bad && one.called) hits++;
  }
  const f1 = called + bad === 0 ? 1 : (2 * hits) / (called + bad);
  return { f1, precision: called === 0 ? 1 : hits / called, recall: bad === 0 ? 1 : hits / bad };
}

/**
 * 95% interval of F1: Wilson's (1927) for TP/(TP + FP + FN), a share of cases, of which F1 is a function (2j/(1 + j)). Unlike
 * the bootstrap it does not shrink to a point where no case was judged wrong.
 */
function wilson(all: readonly Labelled[]): number[] {
  const n = all.filter(({ bad, called }) => bad || called).length;
  const hits = all.filter(({ bad, called }) => bad && called).length;
  const z2 = 1.96 ** 2;
  const share = hits / n;
  const centre = (share + z2 / (2 * n)) / (1 + z2 / n);
  const half = Math.sqrt(z2 * ((share * (1 - share)) / n + z2 / (4 * n * n))) / (1 + z2 / n);
  return [centre - half, Math.min(1, centre + half)].map((j) => (2 * j) / (1 + j));
}

const folds = 10;
const repeats = 10;

/**
 * Ten folds, ten times: the setting of a grid around the product's that is best on nine tenths (the nearest to the
 * product's among equals) judges the tenth. `f1` over all tenths of a repeat: mean and least of the repeats.
 */
export function crossValidated(judge: (constants: WindowConstants) => Labelled[]): object {
  const judged = grid().map(judge);
  const n = judged[0]?.length ?? 0;
  const f1s = Array.from({ length: repeats }, (_, repeat) => {
    const draw = random(100 + repeat);
    const fold = Array.from({ length: n }, () => Math.floor(draw.uniform() * folds));
    const tested: Labelled[] = [];
    for (let k = 0; k < folds; k++) {
      const train = judged.map((all) => ratesOf(all.filter((_one, i) => fold[i] !== k)).f1);
      const best = judged[train.indexOf(Math.max(...train))] ?? [];
      tested.push(...best.filter((_one, i) => fold[i] === k));
    }
    return ratesOf(tested).f1;
  });
  const worst = Math.min(...judged.map((all) => ratesOf(all).f1));
  return {
    f1: f1s.reduce((sum, f1) => sum + f1, 0) / repeats,
    least: Math.min(...f1s),
    settings: judged.length,
    worst,
  };
}

/** The product's own setting first. */
function grid(): WindowConstants[] {
  const factors = [1, 0.7, 1.4];
  return factors.flatMap((alpha) =>
    factors.flatMap((shift) =>
      factors.map((scale) => ({
        ...windowConstants,
        alpha: windowConstants.alpha * alpha,
        shiftFloor: windowConstants.shiftFloor * shift,
        scaleFloor: windowConstants.scaleFloor * scale,
      })),
    ),
  );
}
