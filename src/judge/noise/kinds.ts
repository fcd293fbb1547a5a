/**
 * What kinds of noise a service has, from runs without a change, each run being of one kind: a finite mixture fitted by
 * EM (Dempster, Laird & Rubin 1977) on a grid of drifts, of the arms' difference and of their mean together. By BIC
 * (Schwarz 1978): how many kinds, whether they share their sizes, and whether a kind's two drifts share their
 * autocorrelation. Sharing what the runs do not tell apart is what makes 120 runs enough.
 */

/** Log likelihoods of each run at each point of the grid: `[run][rho · sizes + size]`, of difference and mean. */
export interface RunLogs {
  rhos: number;
  sizes: number;
  difference: number[][];
  common: number[][];
}

/** Indices on the grid. */
interface Point {
  rho: number;
  size: number;
}

/** A kind, and its share of the runs. */
export interface GridKind {
  weight: number;
  difference: Point;
  common: Point;
}

interface Ties {
  rho: boolean;
  size: boolean;
}

/** Kinds that describe the runs best. `order` sorts the runs for a start. */
export function findKinds(logs: RunLogs, order: readonly number[], most: number, steps: number): GridKind[] {
  let best: GridKind[] = [];
  let least = Infinity;
  for (let count = 1; count <= most; count++) {
    for (const ties of [true, false].flatMap((rho) => [true, false].map((size): Ties => ({ rho, size })))) {
      const { kinds, log } = fit(logs, order, count, ties, steps);
      const parameters = count * (ties.rho ? 1 : 2) + 2 * (ties.size ? 1 : count) + count - 1;
      const bic = parameters * Math.log(order.length) - 2 * log;
      if (bic < least) [best, least] = [kinds, bic];
    }
  }
  return best;
}

function fit(logs: RunLogs, order: readonly number[], count: number, ties: Ties, steps: number) {
  let shares: number[][] = order.map(() => []);
  order.forEach((run, i) => {
    const group = Math.floor((i * count) / order.length);
    shares[run] = Array.from({ length: count }, (_, k) => (k === group ? 1 : 0));
  });
  let kinds: GridKind[] = [];
  let log = -Infinity;
  for (let step = 0; step < steps; step++) {
    kinds = bestKinds(logs, shares, count, ties);
    const before = log;
    ({ shares, log } = expect(logs, kinds));
    if (log - before < 1e-3) break;
  }
  return { kinds, log };
}

/** Share of each run in each kind, and the log likelihood of all. */
function expect(logs: RunLogs, kinds: readonly GridKind[]): { shares: number[][]; log: number } {
  let log = 0;
  const shares = logs.difference.map((row, run) => {
    const terms = kinds.map(({ weight, difference, common }) => {
      const apart = row[difference.rho * logs.sizes + difference.size] ?? 0;
      return Math.log(weight) + apart + (logs.common[run]?.[common.rho * logs.sizes + common.size] ?? 0);
    });
    const top = Math.max(...terms);
    const sum = terms.reduce((all, term) => all + Math.exp(term - top), 0);
    log += top + Math.log(sum);
    return terms.map((term) => Math.exp(term - top) / sum);
  });
  return { shares, log };
}

function bestKinds(logs: RunLogs, shares: readonly number[][], count: number, ties: Ties): GridKind[] {
  const { rhos, sizes } = logs;
  const kinds = Array.from({ length: count }, (_, k) => k);
  const apart = kinds.map((k) => sums(logs.difference, shares, k));
  const common = kinds.map((k) => sums(logs.common, shares, k));
  if (!ties.rho) {
    const ofApart = bestPoints(apart, rhos, sizes, ties.size);
    const ofCommon = bestPoints(common, rhos, sizes, ties.size);
    return kinds.map((k) => ({ weight: weightOf(shares, k), difference: at(ofApart, k), common: at(ofCommon, k) }));
  }
  const both = kinds.map((k) =>
    Array.from({ length: rhos * sizes * sizes }, (_, j) => {
      const rho = Math.floor(j / (sizes * sizes));
      const [a, b] = [Math.floor(j / sizes) % sizes, j % sizes];
      return (apart[k]?.[rho * sizes + a] ?? 0) + (common[k]?.[rho * sizes + b] ?? 0);
    }),
  );
  const points = bestPoints(both, rhos, sizes * sizes, ties.size);
  return kinds.map((k) => {
    const { rho, size } = at(points, k);
    const [a, b] = [Math.floor(size / sizes), size % sizes];
    return { weight: weightOf(shares, k), difference: { rho, size: a }, common: { rho, size: b } };
  });
}

/** Most likely autocorrelation and size of each kind; one size for all when `tied`. */
function bestPoints(of: readonly number[][], rhos: number, sizes: number, tied: boolean): Point[] {
  const rhoAt = (row: readonly number[], size: number) => {
    let best = 0;
    for (let rho = 1; rho < rhos; rho++) {
      if ((row[rho * sizes + size] ?? 0) > (row[best * sizes + size] ?? 0)) best = rho;
    }
    return best;
  };
  const likeliest = (rows: readonly number[][]): Point[] => {
    let [best, points]: [number, Point[]] = [-Infinity, []];
    for (let size = 0; size < sizes; size++) {
      const found = rows.map((row) => ({ rho: rhoAt(row, size), size }));
      const log = sum(rows.map((row, i) => row[(found[i]?.rho ?? 0) * sizes + size] ?? 0));
      if (log > best) [best, points] = [log, found];
    }
    return points;
  };
  return tied ? likeliest(of) : of.flatMap((row) => likeliest([row]));
}

function at(points: readonly Point[], k: number): Point {
  return points[k] ?? { rho: 0, size: 0 };
}

function sums(logs: readonly number[][], shares: readonly number[][], k: number): number[] {
  const totals: number[] = Array.from({ length: logs[0]?.length ?? 0 }, () => 0);
  logs.forEach((row, run) => {
    const share = shares[run]?.[k] ?? 0;
    if (share < 1e-6) return;
    for (let j = 0; j < row.length; j++) totals[j] = (totals[j] ?? 0) + share * (row[j] ?? 0);
  });
  return totals;
}

function weightOf(shares: readonly number[][], k: number): number {
  return sum(shares.map((row) => row[k] ?? 0)) / shares.length;
}

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0);
}
