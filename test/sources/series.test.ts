import { describe, expect, it } from 'vitest';
import { rowsOf, type Series } from '../../src/sources/series.js';
import { errors, slow } from './queries.js';

function series(name: string, value: number, labels: Record<string, string> = {}, more: Partial<Series> = {}): Series {
  const common = { service: 'checkout', instance: 'a', route: '/buy' };
  return { name, labels: { ...common, ...labels }, value, atMs: 1000, exporter: 'x', ...more };
}

const requests = (value: number, code: string, labels = {}, more: Partial<Series> = {}): Series =>
  series('http_requests_total', value, { code, ...labels }, more);

const rows = (all: Series[], query = errors): unknown[] =>
  rowsOf([query], all, 0).counts.map((row) => [row.target, row.incarnation, row.atMs, row.total, row.bad]);

describe('rows from series', () => {
  it('sum a target over its series, bad by anchored patterns', () => {
    expect(
      rows([requests(90, '200'), requests(5, '503'), requests(7, '15000'), requests(1, '200', { instance: 'b' })]),
    ).toEqual([
      ['a', '', 1000, 102, 5],
      ['b', '', 1000, 1, 0],
    ]);
  });

  it('leave out other services, other labels and series without the target label', () => {
    const others = [{ service: 'cart' }, { route: '/sell' }, { instance: '' }];
    expect(rows(others.map((labels) => requests(9, '200', labels)))).toEqual([]);
  });

  it('have no row for a target one of whose counters cannot be read', () => {
    for (const value of [Number.NaN, Infinity, -1])
      expect(rows([requests(90, '200'), requests(value, '503')])).toEqual([]);
  });

  it('drop a series that its exporter no longer shows', () => {
    expect(rows([requests(90, '200', {}, { atMs: 2000 }), requests(5, '503')])).toEqual([['a', '', 2000, 90, 0]]);
  });

  it('have the start time of the process as incarnation', () => {
    expect(rows([requests(1, '200'), series('process_start_time_seconds', 1700000000.25)])).toEqual([
      ['a', '1700000000.25', 1000, 1, 0],
    ]);
  });

  it('are another counter when one of several counting processes restarts, vanishes or joins', () => {
    const by = (exporter: string, start: number): Series[] => [
      requests(10, '200', {}, { exporter }),
      series('process_start_time_seconds', start, {}, { exporter }),
    ];
    const sums = [
      [...by('x', 1), ...by('y', 2)],
      [...by('x', 1), ...by('y', 3)],
      by('x', 1),
      [...by('x', 1), ...by('y', 2), ...by('z', 1)],
    ].map((all) => rowsOf([errors], all, 0).counts[0]?.incarnation);
    expect(new Set(sums).size).toBe(4);
    expect(rowsOf([errors], [...by('y', 2), ...by('x', 1)], 0).counts[0]?.incarnation).toBe(sums[0]);
  });

  it.each(['0.25', '0.250', '2.5e-01'])('find the bucket by its number, written %s', (le) => {
    const all = [series('http_request_seconds_count', 100), series('http_request_seconds_bucket', 96, { le })];
    expect(rows(all, slow)).toEqual([['a', '', 1000, 100, 4]]);
  });

  it('have no row where the bucket is missing: slow requests are unknown, not all', () => {
    const all = [series('http_request_seconds_count', 100), series('http_request_seconds_bucket', 96, { le: '0.5' })];
    expect(rows(all, slow)).toEqual([]);
  });

  it('never have negative slow requests from a torn histogram', () => {
    const all = [series('http_request_seconds_count', 100), series('http_request_seconds_bucket', 101, { le: '0.25' })];
    expect(rows(all, slow)).toEqual([['a', '', 1000, 100, 0]]);
  });
});
