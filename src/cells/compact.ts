import type { Sample } from '../judge/level/difference.js';
import type { Cell, LevelCell, Look } from '../judge/types.js';

/**
 * How fine looks are shown, by age: 10 s for the first hour, 1 min for a day, 10 min beyond. Fixed, so that two readers
 * of the same looks show the same. `ageMs` is counted from the newest look; widths divide each other.
 */
const steps = [
  { upToAgeMs: 3_600_000, widthMs: 10_000 },
  { upToAgeMs: 86_400_000, widthMs: 60_000 },
  { upToAgeMs: Infinity, widthMs: 600_000 },
] as const;

/**
 * Merges looks for reports; counts add up, nothing is dropped. For showing only: a verdict is recomputed from the looks
 * as stored. Looks of different waves, and broken ones, stay apart. A merged look has the last `seq` and the first `after`;
 * a target is silent in it when it was silent in all of its looks.
 */
export function compact(looks: readonly Look[]): Look[] {
  const newestMs = looks.reduce((latest, look) => Math.max(latest, look.toMs), 0);
  const merged: Look[] = [];
  let slot = '';
  for (const look of looks) {
    const mine = slotOf(look, newestMs);
    const last = merged.at(-1);
    if (last !== undefined && mine === slot) merged[merged.length - 1] = merge(last, look);
    else merged.push(look);
    slot = mine;
  }
  return merged;
}

/** Looks that lie side by side in one slot become one. The slot is where a look ends on the clock. */
function slotOf(look: Look, newestMs: number): string {
  const widthOf = (ms: number): number => steps.find(({ upToAgeMs }) => newestMs - ms <= upToAgeMs)?.widthMs ?? 0;
  const widthMs = widthOf(look.toMs);
  return `${look.wave} ${look.error ?? ''} ${widthMs} ${Math.ceil(look.toMs / widthMs)}`;
}

function merge(a: Look, b: Look): Look {
  const silentInBoth = (arm: 'canary' | 'baseline'): Look['canary'] => ({
    targets: b[arm].targets,
    silent: b[arm].silent.filter((target) => a[arm].silent.includes(target)),
  });
  return {
    seq: b.seq,
    after: a.after,
    wave: b.wave,
    fromMs: Math.min(a.fromMs, b.fromMs),
    toMs: Math.max(a.toMs, b.toMs),
    cells: sumCells([...a.cells, ...b.cells]),
    ...(a.levels === undefined && b.levels === undefined
      ? {}
      : { levels: poolLevels([...(a.levels ?? []), ...(b.levels ?? [])]) }),
    canary: silentInBoth('canary'),
    baseline: silentInBoth('baseline'),
    ...(b.still === undefined ? {} : { still: b.still }),
    error: b.error,
  };
}

function sumCells(cells: Cell[]): Cell[] {
  const sums = new Map<string, Cell>();
  for (const { stream, canary, baseline } of cells) {
    const sum = sums.get(stream);
    const plus = (a: Cell['canary'] | undefined, b: Cell['canary']): Cell['canary'] => ({
      exposure: (a?.exposure ?? 0) + b.exposure,
      bad: (a?.bad ?? 0) + b.bad,
    });
    sums.set(stream, { stream, canary: plus(sum?.canary, canary), baseline: plus(sum?.baseline, baseline) });
  }
  return [...sums.values()];
}

/** As if all values had been read in one look: `n` counts readings, not targets, from then on. */
function poolLevels(cells: LevelCell[]): LevelCell[] {
  const pools = new Map<string, LevelCell>();
  for (const { stream, canary, baseline } of cells) {
    const pool = pools.get(stream);
    pools.set(stream, {
      stream,
      canary: pool === undefined ? canary : poolOf(pool.canary, canary),
      baseline: pool === undefined ? baseline : poolOf(pool.baseline, baseline),
    });
  }
  return [...pools.values()];
}

/** Mean and variance of both together (Chan, Golub & LeVeque 1983). */
function poolOf(a: Sample, b: Sample): Sample {
  const n = a.n + b.n;
  if (n === 0) return a;
  const apart = b.mean - a.mean;
  const mean = a.mean + (apart * b.n) / n;
  return { n, mean, variance: (a.n * a.variance + b.n * b.variance) / n + (apart * apart * a.n * b.n) / (n * n) };
}
