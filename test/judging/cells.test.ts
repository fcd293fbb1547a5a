import fc from 'fast-check';
import { expect, test } from 'vitest';
import { random } from '../../bench/judge/random.js';
import { cellsOf, type FileCell, instantOf, judgeCells, rowsOfCells } from '../../src/judging/cells.js';
import { judgeInputs, readInputs } from '../../src/judging/inputs.js';
import { parseData } from '../../src/judging/rows.js';

const startMs = Date.parse('2026-11-20T16:00:00Z');

/** So many minutes of traffic, with the canary's bad share so many times the baseline's 1%. */
function cells(minutes: number, times: number, seed = 7): FileCell[] {
  const draw = random(seed);
  return Array.from({ length: minutes }, (_, i) => ({
    endMs: startMs + (i + 1) * 60_000,
    stream: 'errors',
    canary: { exposure: 1_000, bad: draw.binomial(1_000, 0.01 * times) },
    baseline: { exposure: 3_000, bad: draw.binomial(3_000, 0.01) },
  }));
}

const csv = (all: readonly FileCell[]): string =>
  ['end,stream,canary_exposure,canary_bad,baseline_exposure,baseline_bad']
    .concat(
      all.map(({ endMs, stream, canary, baseline }) =>
        [new Date(endMs).toISOString(), stream, canary.exposure, canary.bad, baseline.exposure, baseline.bad].join(','),
      ),
    )
    .join('\n');

test.each([
  ['JSON', (all: FileCell[]) => JSON.stringify(all)],
  ['JSON under a key', (all: FileCell[]) => JSON.stringify({ cells: all })],
  ['NDJSON', (all: FileCell[]) => all.map((one) => JSON.stringify(one)).join('\n')],
  ['CSV', csv],
])('cells are read from %s', (_form, write) => {
  const all = cells(3, 1);
  const input = { file: 'cells', text: write(all) };
  expect(cellsOf(rowsOfCells(parseData(input)) ?? [], input)).toEqual(all);
});

test('harm fails with the interval at which it was proven, health passes, and no traffic is an error', () => {
  const bad = judgeCells(cells(30, 5), null, 'cells');
  expect(bad).toMatchObject({ verdict: { kind: 'fail', culprit: 'errors' }, provenMs: null });
  expect((bad.failedMs ?? 0) - startMs).toBeLessThan(10 * 60_000);
  const good = judgeCells(cells(60, 1), null, 'cells');
  expect(good).toMatchObject({ verdict: { kind: 'pass' }, failedMs: null });
  const few = cells(2, 1).map((cell) => ({
    ...cell,
    canary: { exposure: 20, bad: 0 },
    baseline: { exposure: 60, bad: 1 },
  }));
  expect(judgeCells(few, null, 'cells').verdict.kind).toBe('inconclusive');
  const none = { exposure: 0, bad: 0 };
  const empty = cells(5, 1).map((cell) => ({ ...cell, canary: none, baseline: none }));
  expect(judgeCells(empty, null, 'cells').verdict.kind).toBe('error');
});

test('the order of cells does not matter, nor how an interval is split into records', () => {
  const all = cells(20, 2.5);
  const wanted = judgeCells(all, null, 'cells');
  fc.assert(
    fc.property(fc.shuffledSubarray(all, { minLength: all.length }), fc.nat(9), (shuffled, part) => {
      const split = shuffled.flatMap((cell) => {
        const canary = { exposure: part * 10, bad: Math.min(part, cell.canary.bad) };
        const rest = { exposure: cell.canary.exposure - canary.exposure, bad: cell.canary.bad - canary.bad };
        return [
          { ...cell, canary, baseline: { exposure: 0, bad: 0 } },
          { ...cell, canary: rest },
        ];
      });
      expect(judgeCells(split, null, 'cells')).toEqual(wanted);
    }),
    { numRuns: 20 },
  );
});

test.each([
  ['canaryBad is 3000', 'canaryBad is more than canaryExposure', { canary: { exposure: 1, bad: 3000 } }],
  ['half an event', 'canaryBad is 0.5', { canary: { exposure: 1, bad: 0.5 } }],
  ['a count below 0', 'baselineExposure is -1', { baseline: { exposure: -1, bad: 0 } }],
  ['a huge count', 'canaryExposure is 1e+300', { canary: { exposure: 1e300, bad: 0 } }],
  ['a missing count', 'baselineBad is missing', { baseline: { exposure: 1 } }],
  ['no instant', 'end is "soon"', { endMs: 'soon' }],
])('%s is refused', (_what, message, part) => {
  const text = JSON.stringify([...cells(1, 1), { ...cells(1, 1)[0], ...part }]);
  expect(() => readInputs([{ file: 'cells.json', text }])).toThrowError(
    expect.objectContaining({
      code: 'DATA_INVALID',
      message: expect.stringMatching(new RegExp(`cells.json: record 2: ${message.replace('+', '\\+')}`)),
    }),
  );
});

test('a judge file says what is harm, and its streams are the only ones judged', () => {
  const file = (counts: string) =>
    `apiVersion: graywave/v1\nkind: Judge\nmetrics: [{ name: errors, counts: ${counts} }]`;
  const other = { ...cells(1, 1)[0], stream: 'other' };
  const judge = (counts: string, times: number) => {
    const inputs = readInputs([
      { file: 'judge.yaml', text: file(counts) },
      { file: 'cells.json', text: JSON.stringify([...cells(30, times), other]) },
    ]);
    return judgeInputs(inputs)[0];
  };
  expect(judge('{ detect: 3x }', 3)).toMatchObject({ kind: 'fail', judged: { ignored: ['other'] } });
  expect(judge('{ tolerance: 400%, detect: 10x }', 3)).toMatchObject({ kind: 'pass' });
  expect(judge('{ tolerance: 400%, detect: 10x, limit: 1.5% }', 3)).toMatchObject({ kind: 'fail' });
});

test('instants are RFC 3339, Unix seconds or Unix milliseconds', () => {
  for (const value of ['2026-11-20T16:00:00Z', startMs, startMs / 1000, String(startMs / 1000)])
    expect(instantOf(value)).toBe(startMs);
  for (const value of ['', 'soon', -1, Number.NaN, null, {}]) expect(instantOf(value)).toBeNull();
});
