import type { Parsed, Row } from './rows.js';
import { type Input, wrongData } from './text.js';
import type { Series } from './types.js';

const baselineNames = ['baseline', 'control'];
const canaryNames = ['canary', 'experiment'];

/**
 * Two series a metric, in any of the forms of docs/judge-files.md. `name` is the metric of a file that names none.
 * Throws DATA_INVALID with the place.
 */
export function seriesOf(parsed: Parsed, input: Input, name: string): Series[] {
  const series = parsed.shape === 'rows' ? fromRows(parsed.rows, input, name) : fromDocument(parsed.value, input, name);
  if (series.length === 0) throw wrongData({ file: input.file }, `no series here; ${expected}`);
  return series;
}

const expected =
  'expected {"METRIC": {"baseline": [1, 2], "canary": [1, 2]}}, or CSV with the columns metric, baseline, canary';

function fromDocument(value: unknown, input: Input, name: string): Series[] {
  const wrong = (what: string): never => {
    throw wrongData({ file: input.file }, `${what}; ${expected}`);
  };
  if (Array.isArray(value)) return value.map((one: unknown, i) => pair(one, `[${i}]`, `${name}${i + 1}`, wrong));
  if (!isMap(value)) return wrong('not a map of metrics');
  if (value['metrics'] !== undefined) return fromDocument(value['metrics'], input, name);
  // What Kayenta keeps of a run.
  if (Array.isArray(value['results'])) return fromDocument(value['results'], input, name);
  if (isPair(value)) return [pair(value, 'the file', name, wrong)];
  return Object.entries(value).map(([metric, one]) => pair(one, metric, metric, wrong));
}

const isMap = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);
const isPair = (value: Record<string, unknown>): boolean => canaryNames.some((name) => Array.isArray(value[name]));

function pair(value: unknown, place: string, usual: string, wrong: (what: string) => never): Series {
  if (!isMap(value)) return wrong(`${place} is no map`);
  const values = isMap(value['values']) ? value['values'] : value;
  const named = value['name'] ?? value['metric'];
  const baseline = baselineNames.map((name) => values[name]).find((one) => one !== undefined);
  const canary = canaryNames.map((name) => values[name]).find((one) => one !== undefined);
  if (canary === undefined) return wrong(`${place} has no canary`);
  return {
    metric: typeof named === 'string' ? named : usual,
    baseline: baseline === undefined ? null : numbers(baseline, `${place}.baseline`, wrong),
    canary: numbers(canary, `${place}.canary`, wrong),
  };
}

function numbers(value: unknown, place: string, wrong: (what: string) => never): (number | null)[] {
  if (!Array.isArray(value)) return wrong(`${place} is no list of numbers`);
  return value.map((one: unknown, i) => {
    const read = numberOf(one);
    return read === undefined
      ? wrong(`${place}[${i}] is ${JSON.stringify(one)}, not a number up to 1e100, or null`)
      : read;
  });
}

/** Nothing that is measured is larger; differences and squares of larger values have no end. */
const largest = 1e100;

/**
 * Null for what stands for a hole; undefined for what is no number at all, or too large to reckon with. Infinity is a
 * hole: it has no size.
 */
function numberOf(value: unknown): number | null | undefined {
  if (value === null) return null;
  if (typeof value === 'number') return Number.isFinite(value) ? sized(value) : null;
  if (typeof value !== 'string') return undefined;
  if (/^(?:|nan|null|na|-|[+-]?inf(?:inity)?)$/i.test(value)) return null;
  return sized(Number(value));
}

export const sized = (value: number): number | undefined => (Math.abs(value) <= largest ? value : undefined);

function fromRows(rows: Row[], input: Input, name: string): Series[] {
  const keys = Object.keys(rows[0]?.values ?? {});
  const found = (names: string[], prefix = ''): string | undefined =>
    keys.find((key) => names.some((one) => key.toLowerCase() === `${prefix}${one}`));
  const [baseline, canary] = [found(baselineNames), found(canaryNames)];
  if (canary !== undefined) return byMetric(rows, input, { name, baseline, canary });
  const metrics = [...new Set(keys.flatMap((key) => /^(.+)\.(?:canary|experiment)$/i.exec(key)?.[1] ?? []))];
  return metrics.flatMap((metric) => {
    const prefix = `${metric.toLowerCase()}.`;
    const columns = { name: metric, baseline: found(baselineNames, prefix), canary: found(canaryNames, prefix) };
    return columns.canary === undefined ? [] : byMetric(rows, input, { ...columns, canary: columns.canary });
  });
}

interface Columns {
  name: string;
  baseline: string | undefined;
  canary: string;
}

/** Rows keep their order: it is the order in time. */
function byMetric(rows: Row[], { file }: Input, { name, baseline, canary }: Columns): Series[] {
  const series = new Map<string, Series>();
  for (const { values, line, index } of rows) {
    const metric = values['metric'] ?? values['name'];
    const key = typeof metric === 'string' && metric !== '' ? metric : name;
    const cell = (column: string): number | null => {
      const read = numberOf(values[column] ?? null);
      if (read !== undefined) return read;
      const at = line === null ? { file } : { file, line };
      throw wrongData(
        at,
        `record ${index + 1}: ${column} is ${JSON.stringify(values[column])}, not a number up to 1e100`,
      );
    };
    const one = series.get(key) ?? { metric: key, baseline: baseline === undefined ? null : [], canary: [] };
    series.set(key, one);
    if (baseline !== undefined) one.baseline?.push(cell(baseline));
    one.canary.push(cell(canary));
  }
  return [...series.values()];
}
