import { GraywaveError } from '../../errors.js';
import type { HistogramQuery, StreamQuery } from '../port.js';
import { namesOf, startMetric } from '../series.js';

/*
 * Only raw samples are asked for: a plain range selector, never a function, so that the server interpolates and
 * extrapolates nothing.
 */

/** What one reader wants of one service, as a selector says it. */
export interface Want {
  service: string;
  /** Metric names, sorted. */
  names: string[];
  /** Labels by which every stream of this reader selects, in order, with the values that are looked for. */
  labels: Map<string, string[]>;
  /** Bucket bounds as they may be written. */
  bounds: string[];
}

export function wantOf(service: string, queries: StreamQuery[]): Want {
  const labels = commonLabels(queries).map((name): [string, string[]] => {
    const values = new Set(queries.map((query) => query.select[name] ?? ''));
    return [labelName(name), [...values].sort()];
  });
  const bounds = queries.flatMap(({ measure }) => (measure.kind === 'slower' ? spellings(measure.le) : []));
  return {
    service,
    names: [...new Set([...queries.flatMap(namesOf), startMetric])].sort(),
    labels: new Map(labels),
    bounds: [...new Set(bounds)],
  };
}

/** Wants of one shape fit into one selector that matches little more than each of them alone would. */
export const shapeOf = ({ names, labels, bounds }: Want): string =>
  JSON.stringify([names, [...labels.keys()], bounds.length > 0]);

/**
 * One selector for all that these readers want, and the start times of the processes: one query sees one state of the
 * server, so a counter and the start time of its process come from the same scrape. The wants are of one shape. It may
 * match more than is wanted (a label that one stream selects by may be absent); the exact choice is made where the rows
 * are counted.
 */
export function readQuery(wants: readonly Want[], lookbackSeconds: number): string {
  const services = unique(wants.map(({ service }) => service));
  const matchers = [`__name__=~${alternatives(wants[0]?.names ?? [])}`];
  matchers.push(services.length === 1 ? `service=${quote(services[0] ?? '')}` : `service=~${alternatives(services)}`);
  for (const name of wants[0]?.labels.keys() ?? []) {
    matchers.push(`${name}=~${alternatives(['', ...unique(wants.flatMap(({ labels }) => labels.get(name) ?? []))])}`);
  }
  const bounds = unique(wants.flatMap((want) => want.bounds));
  if (bounds.length > 0) matchers.push(`le=~${alternatives(['', ...bounds])}`);
  return `{${matchers.join(',')}}[${lookbackSeconds}s]`;
}

export function histogramQuery(query: HistogramQuery, lookbackSeconds: number, offsetSeconds: number): string {
  const matchers = [`__name__=${quote(`${query.histogram}_bucket`)}`, `service=${quote(query.service)}`];
  for (const [name, value] of Object.entries(query.select)) matchers.push(`${labelName(name)}=${quote(value)}`);
  const offset = offsetSeconds === 0 ? '' : ` offset ${offsetSeconds}s`;
  return `{${matchers.join(',')}}[${lookbackSeconds}s]${offset}`;
}

/** Names of what a service shows now, by the server's own clock. */
export function namesQuery(service: string): string {
  return `count by (__name__) ({service=${quote(service)}})`;
}

function commonLabels(queries: StreamQuery[]): string[] {
  const [first, ...rest] = queries;
  const names = Object.keys(first?.select ?? {}).filter((name) => name !== 'le' && name !== '__name__');
  return names.filter((name) => rest.every((query) => Object.hasOwn(query.select, name))).sort();
}

/** A bucket's bound as Go, Java, Python and JavaScript exporters and Prometheus 3 write it. */
function spellings(le: number): string[] {
  const plain = String(le);
  const go = le.toExponential().replace(/e([+-])(\d)$/, 'e$10$2');
  return [...new Set([plain, plain.includes('.') ? plain : `${plain}.0`, go])];
}

const unique = (values: string[]): string[] => [...new Set(values)];

function alternatives(values: string[]): string {
  return quote(
    unique(values)
      .map((value) => value.replace(/[\\^$.*+?()[\]{}|]/g, '\\$&'))
      .join('|'),
  );
}

/** PromQL strings are Go strings; JSON escapes are a subset of theirs. */
function quote(value: string): string {
  return JSON.stringify(value);
}

function labelName(name: string): string {
  if (/^[a-zA-Z_][a-zA-Z0-9_]*$/.test(name)) return name;
  throw new GraywaveError('SPEC_INVALID', `${JSON.stringify(name)} is not a label name`);
}
