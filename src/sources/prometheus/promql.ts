import { GraywaveError } from '../../errors.js';
import type { HistogramQuery, StreamQuery } from '../port.js';
import { namesOf, startMetric } from '../series.js';

/*
 * Only raw samples are asked for: a plain range selector, never a function, so that the server interpolates and
 * extrapolates nothing.
 */

/**
 * One selector for all streams of one service and the start times of its processes: one query sees one state of the
 * server, so a counter and the start time of its process come from the same scrape. It may match more than is wanted
 * (a label that one stream selects by may be absent); the exact choice is made where the rows are counted.
 */
export function readQuery(service: string, queries: StreamQuery[], lookbackSeconds: number): string {
  const names = [...new Set([...queries.flatMap(namesOf), startMetric])].sort();
  const matchers = [`__name__=~${alternatives(names)}`, `service=${quote(service)}`];
  for (const name of commonLabels(queries)) {
    const values = new Set(queries.map((query) => query.select[name] ?? ''));
    matchers.push(`${labelName(name)}=~${alternatives(['', ...[...values].sort()])}`);
  }
  const bounds = queries.flatMap(({ measure }) => (measure.kind === 'slower' ? spellings(measure.le) : []));
  if (bounds.length > 0) matchers.push(`le=~${alternatives(['', ...new Set(bounds)])}`);
  return `{${matchers.join(',')}}[${lookbackSeconds}s]`;
}

export function histogramQuery(query: HistogramQuery, lookbackSeconds: number, offsetSeconds: number): string {
  const matchers = [`__name__=${quote(`${query.histogram}_bucket`)}`, `service=${quote(query.service)}`];
  for (const [name, value] of Object.entries(query.select)) matchers.push(`${labelName(name)}=${quote(value)}`);
  const offset = offsetSeconds === 0 ? '' : ` offset ${offsetSeconds}s`;
  return `{${matchers.join(',')}}[${lookbackSeconds}s]${offset}`;
}

export function serviceSelector(service: string): string {
  return `{service=${quote(service)}}`;
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

function alternatives(values: string[]): string {
  return quote([...new Set(values)].map((value) => value.replace(/[\\^$.*+?()[\]{}|]/g, '\\$&')).join('|'));
}

/** PromQL strings are Go strings; JSON escapes are a subset of theirs. */
function quote(value: string): string {
  return JSON.stringify(value);
}

function labelName(name: string): string {
  if (/^[a-zA-Z_][a-zA-Z0-9_]*$/.test(name)) return name;
  throw new GraywaveError('SPEC_INVALID', `${JSON.stringify(name)} is not a label name`);
}
