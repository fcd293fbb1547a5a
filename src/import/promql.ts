import type { Range } from '../judging/types.js';
import type { WrittenSignal } from '../spec/signals.js';
import { percentText, quantileText } from '../spec/units.js';

/** The queries that the rivals' pages show, as signals of a change: counters of both arms instead of one number. */
interface Matcher {
  label: string;
  operator: '=' | '!=' | '=~' | '!~';
  value: string;
}

const vector = String.raw`(?:rate|irate|increase)\(([a-zA-Z_:][a-zA-Z0-9_:]*)(?:\{([^{}]*)\})?\[[^\]]+\]\)`;
const summed = String.raw`sum(?:by\([^)]*\))?\(${vector}\)(?:by\([^)]*\))?`;
const ratio = new RegExp(`^(1-|100-)?\\(?${summed}\\/${summed}\\)?(\\*100)?$`);
const quantile = new RegExp(`^histogram_quantile\\((0?\\.\\d+),${summed}\\)(?:\\*1000)?$`);
const matcher = /([a-zA-Z_]\w*)(=~|!~|!=|=)("(?:[^"\\]|\\.)*"|'(?:[^'\\]|\\.)*')/g;

/** The worker's configuration says what this name stands for. */
export const sourceName = 'prometheus';

/** null: it measures something that no signal can be made of. */
export function signalOf(promql: string, name: string, accept: readonly Range[] | null): WrittenSignal | null {
  const text = bare(promql);
  return ratioOf(text, slug(name), accept) ?? latencyOf(text, slug(name));
}

/** A name as a spec may have it. */
export function slug(name: string): string {
  const plain = name
    .toLowerCase()
    .replaceAll(/[^a-z0-9_-]+/g, '-')
    .replaceAll(/^-+|-+$/g, '')
    .slice(0, 60);
  return plain === '' || plain === 'constructor' ? 'signal' : plain;
}

/** Without the spaces outside of quotes. */
const bare = (promql: string): string =>
  promql.replaceAll(/("(?:[^"\\]|\\.)*"|'(?:[^'\\]|\\.)*')|\s+/g, (_all, quoted?: string) => quoted ?? '');

function ratioOf(text: string, name: string, accept: readonly Range[] | null): WrittenSignal | null {
  const match = ratio.exec(text);
  if (match === null) return null;
  const [, from, counter = '', top = '', whole = '', below = '', times] = match;
  if (counter !== whole) return null;
  const [some, all] = [matchersOf(top), matchersOf(below)];
  const own = some.filter((one) => !all.some((other) => same(one, other)));
  const [by] = own;
  if (by === undefined || own.length > 1 || some.length !== all.length + 1) return null;
  const negated = by.operator === '!=' || by.operator === '!~';
  // `1 - x/y` of what has the label counts the rest: no pattern says that.
  if (!negated && from !== undefined) return null;
  const isShareOfGood = negated && from === undefined;
  const limit = limitOf(accept, isShareOfGood, times === undefined ? 1 : 100);
  if (!negated && limit === null && accept?.some(({ min, above }) => min !== undefined || above !== undefined))
    return null;
  const pattern = by.operator.endsWith('~') ? by.value : escaped(by.value);
  const select = selected(all);
  return {
    kind: 'ratio',
    name,
    source: sourceName,
    counter,
    bad: { [by.label]: pattern },
    ...(Object.keys(select).length === 0 ? {} : { select }),
    ...(limit === null ? {} : { limit: percentText(limit) }),
  };
}

/** What is accepted of the share measured, as a limit on the bad share; null when it is none. */
function limitOf(accept: readonly Range[] | null, isShareOfGood: boolean, scale: number): number | null {
  const [only] = accept ?? [];
  if (only === undefined || accept?.length !== 1) return null;
  const bound = isShareOfGood ? (only.min ?? only.above) : (only.max ?? only.below);
  if (bound === undefined) return null;
  const limit = Number((isShareOfGood ? 1 - bound / scale : bound / scale).toFixed(6));
  return limit > 0 && limit < 1 ? limit : null;
}

function latencyOf(text: string, name: string): WrittenSignal | null {
  const match = quantile.exec(text);
  if (match === null) return null;
  const [, at = '', bucket = '', matchers = ''] = match;
  if (!bucket.endsWith('_bucket')) return null;
  const select = selected(matchersOf(matchers));
  return {
    kind: 'latency',
    name,
    source: sourceName,
    histogram: bucket.slice(0, -'_bucket'.length),
    quantiles: [quantileText(Number(at))],
    ...(Object.keys(select).length === 0 ? {} : { select }),
  };
}

function matchersOf(text: string): Matcher[] {
  return [...text.matchAll(matcher)].map(([, label = '', operator = '=', quoted = '""']) => ({
    label,
    operator: operator as Matcher['operator'],
    value: quoted.slice(1, -1),
  }));
}

const same = (a: Matcher, b: Matcher): boolean =>
  a.label === b.label && a.operator === b.operator && a.value === b.value;

/** Labels with one exact value. What selects the workload is what tells the arms apart, so it cannot select both. */
function selected(matchers: readonly Matcher[]): Record<string, string> {
  const exact = matchers.filter(({ operator, value }) => operator === '=' && !/\{\{|\$\{/.test(value));
  return Object.fromEntries(exact.map(({ label, value }) => [label, value]));
}

const escaped = (value: string): string => value.replaceAll(/[\\^$.*+?()[\]{}|]/g, String.raw`\$&`);
