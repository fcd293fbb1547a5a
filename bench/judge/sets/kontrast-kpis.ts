/**
 * Which cases look like one KPI, for cross-validation only: the same values at the same time, a pair, or much the same
 * distribution. Coarser than the truth on purpose: two alike KPIs in one fold cost nothing, one KPI in two flatters.
 */
export interface Case {
  case: string;
  /** Unix seconds of the first value. */
  t0: number;
  step_s: number;
  change_ts: number;
  values: (number | null)[];
}

/** Values in a row, at least half of them different, that two KPIs do not have in common by chance. */
const inCommon = 8;
/** Quantiles closer than this share of the spread are alike. */
const alike = 0.3;
const shares = [0.1, 0.25, 0.5, 0.75, 0.9] as const;

/** The number of its KPI for each case. */
export function kpis(cases: readonly Case[], pairOf: (one: Case) => string): number[] {
  const parent = cases.map((_, index) => index);
  const root = (index: number): number => {
    let at = index;
    while (parent[at] !== at) at = parent[at] ?? 0;
    return at;
  };
  const join = (a: number, b: number): void => {
    parent[root(a)] = root(b);
  };
  const first = new Map<string, number>();
  const shapes = cases.map(shapeOf);
  cases.forEach((one, index) => {
    for (const key of [`pair ${pairOf(one)}`, ...marks(one)]) {
      const before = first.get(key);
      if (before === undefined) first.set(key, index);
      else join(index, before);
    }
    for (let other = 0; other < index; other++) {
      if (near(shapes[index] ?? [], shapes[other] ?? [])) join(index, other);
    }
  });
  return parent.map((_, index) => root(index));
}

/** Values at full hours with what follows them. */
function marks({ t0, step_s, values }: Case): string[] {
  const found: string[] = [];
  for (let index = 0; index + inCommon < values.length; index++) {
    const at = t0 + index * step_s;
    if (at % 3600 !== 0) continue;
    const run = values.slice(index, index + inCommon);
    if (new Set(run).size >= inCommon / 2) found.push(`${at}: ${run.join(',')}`);
  }
  return found;
}

function shapeOf({ values }: Case): number[] {
  const sorted = values.filter((value) => value !== null).toSorted((a, b) => a - b);
  return shares.map((share) => sorted[Math.floor(share * (sorted.length - 1))] ?? 0);
}

function near(a: readonly number[], b: readonly number[]): boolean {
  const spread = Math.max((a.at(-1) ?? 0) - (a[0] ?? 0), (b.at(-1) ?? 0) - (b[0] ?? 0));
  return a.every((value, index) => Math.abs(value - (b[index] ?? 0)) <= alike * spread);
}
