import { expect, test } from 'vitest';
import { metricOption, instantOption, judgeInputs, readInputs } from '../../src/judging/inputs.js';
import { readJudge } from '../../src/judging/read.js';

const low = [1, 2, 1, 3, 2, 1, 2, 3, 1, 2, 2, 1, 3, 2, 1, 2, 1, 3, 2, 1];
const high = low.map((value) => value + 9);
const input = (text: string, file = 'data') => ({ file, text });
const judged = (...texts: string[]) => judgeInputs(readInputs(texts.map((text, i) => input(text, `f${i}`))));
const kinds = (...texts: string[]) => judged(...texts).map(({ what, kind }) => `${what} ${kind}`);

const csv = (canary: number[]) =>
  `time,metric,baseline,canary\n${low.map((value, i) => `${i},errors,${value},${canary[i]}`).join('\n')}\n`;

test.each([
  ['a map of metrics', JSON.stringify({ errors: { baseline: low, canary: high } })],
  ['metrics under a key', JSON.stringify({ metrics: { errors: { control: low, experiment: high } } })],
  ['a list', JSON.stringify([{ name: 'errors', baseline: low, canary: high }])],
  ['one pair', JSON.stringify({ baseline: low, canary: high })],
  [
    'what Kayenta archives',
    JSON.stringify({ results: [{ name: 'errors', tags: {}, values: { control: low, experiment: high } }] }),
  ],
  ['CSV with a column for the metric', csv(high)],
  [
    'CSV with semicolons, quotes and a mark at its beginning',
    `\uFEFF${csv(high).replaceAll(',', ';').replaceAll('errors', '"errors"')}`,
  ],
  [
    'CSV with two columns a metric',
    `t,errors.baseline,errors.canary\n${low.map((value, i) => `${i},${value},${high[i]}`).join('\r\n')}`,
  ],
  ['NDJSON', low.map((value, i) => JSON.stringify({ metric: 'errors', baseline: value, canary: high[i] })).join('\n')],
])('two series are read from %s', (_form, text) => {
  const { series } = readInputs([input(text)]);
  expect(series).toEqual([{ metric: expect.stringMatching(/errors|metric/), baseline: low, canary: high }]);
  expect(kinds(text)).toEqual(['series fail']);
});

test('series that do not differ pass, and series of nothing never do', () => {
  expect(kinds(csv(low))).toEqual(['series pass']);
  expect(kinds(JSON.stringify({ errors: { baseline: [], canary: [] } }))).toEqual(['series error']);
  expect(kinds(JSON.stringify({ errors: { baseline: [null, null], canary: [null, null] } }))).toEqual(['series error']);
  expect(kinds(JSON.stringify({ errors: { baseline: low, canary: [] } }))).toEqual(['series inconclusive']);
});

test.each([
  ['errors.canary[1] is "x"', '{"errors":{"baseline":[1],"canary":[1,"x"]}}'],
  ['f0:3: record 2: canary is "x"', 'metric,baseline,canary\ne,1,2\ne,1,x\n'],
  ['f0:3: 2 cells; expected 3', 'metric,baseline,canary\ne,1,2\ne,1\n'],
  ['f0:2: not a JSON record', '{"baseline":1,"canary":2}\n{"baseline":\n'],
  ['f0:2: a quoted cell', 'metric,baseline,canary\n"e,1,2\n'],
  ['no series here', 'a,b\n1,2\n'],
  ['errors has no canary', '{"errors":{"baseline":[1]}}'],
])('wrong data is refused with its place: %s', (message, text) => {
  expect(() => judged(text)).toThrowError(
    expect.objectContaining({ code: 'DATA_INVALID', message: expect.stringContaining(message) }),
  );
});

const header = 'apiVersion: graywave/v1\nkind: Judge\n';

test('a judge file says which metrics decide, and what of them', () => {
  const bad = JSON.stringify({ errors: { baseline: low, canary: high }, cpu: { baseline: low, canary: low } });
  expect(kinds(`${header}metrics: [{ name: errors, direction: decrease }]`, bad)).toEqual(['series pass']);
  expect(kinds(`${header}metrics: [{ name: errors, decides: false }, { name: cpu }]`, bad)).toEqual(['series pass']);
  const shifted = JSON.stringify({
    cpu: { baseline: low.map((value) => 100 + value), canary: high.map((value) => 100 + value) },
  });
  const least = (increase: number) =>
    `${header}metrics: [{ name: cpu, direction: increase, effect: { increase: ${increase} } }]`;
  expect(kinds(least(1.05), shifted)).toEqual(['series fail']);
  expect(kinds(least(1.2), shifted)).toEqual(['series pass']);
  expect(kinds(`${header}metrics: [{ name: cpu }, { name: heap, mustHaveData: true }]`, bad)).toEqual(['series error']);
  const [answer] = judged(`${header}metrics: [{ name: cpu }]`, bad);
  expect(answer).toMatchObject({ kind: 'pass', judged: { ignored: ['errors'] } });
});

test('bounds hold the values of the canary against numbers, and need no baseline', () => {
  const file = (bounds: string) => `${header}metrics: [{ name: ok, bounds: ${bounds} }]`;
  const data = (canary: (number | null)[]) => JSON.stringify({ ok: { canary } });
  const min = '{ accept: [{ min: 0.95 }], allow: { bad: 1 } }';
  expect(kinds(file(min), data([0.99, 0.96, 0.5]))).toEqual(['series pass']);
  expect(kinds(file(min), data([0.99, 0.4, 0.5]))).toEqual(['series fail']);
  expect(kinds(file(min), data([null, null]))).toEqual(['series error']);
  expect(kinds(file(min), data([0.99, null, null, null, null, null, 0.99]))).toEqual(['series error']);
  expect(kinds(file('{ accept: [{ min: 1 }], noData: good }'), data([null, null]))).toEqual(['series inconclusive']);
  const band = '{ accept: [{ min: 0.9 }], reject: [{ below: 0.5 }] }';
  expect(kinds(file(band), data([0.95, 0.7]))).toEqual(['series inconclusive']);
  expect(kinds(file(band), data([0.95, 0.4]))).toEqual(['series fail']);
  expect(kinds(file('{ reject: [{ min: 10 }], allow: { bad: unlimited } }'), data([20, 1]))).toEqual(['series pass']);
});

test('ranks make a score of groups, as Kayenta has it', () => {
  const file = (more = '') => `${header}method: ranks
score: { pass: 95, marginal: 50 }
groups: { a: 60, b: 40 }
metrics:
  - { name: errors, group: a, direction: increase${more} }
  - { name: cpu, group: b }
`;
  const data = (errors: number[]) =>
    JSON.stringify({ errors: { baseline: low, canary: errors }, cpu: { baseline: low, canary: low } });
  expect(judged(file(), data(low))[0]).toMatchObject({ kind: 'pass', judged: { score: { score: 100 } } });
  expect(judged(file(), data(high))[0]).toMatchObject({
    kind: 'fail',
    judged: { score: { score: 40 }, culprit: 'errors' },
  });
  expect(judged(file(', critical: true'), data(high))[0]).toMatchObject({
    kind: 'fail',
    judged: { score: { score: 0 } },
  });
  expect(judged(file().replace('a: 60, b: 40', 'a: 40, b: 60'), data(high))[0]).toMatchObject({ kind: 'inconclusive' });
});

test('mistakes in a judge file have line, column and the nearest word', () => {
  const wrong = `${header}metrics:\n  - { name: a, directon: increase }\n  - { name: b, query: { source: "x", canary: up } }\ngroups: { aa: 3 }\n`;
  expect(() => readJudge(wrong, { file: 'judge.yaml' })).toThrowError(
    expect.objectContaining({
      code: 'SPEC_INVALID',
      message: expect.stringMatching(
        /judge\.yaml:4:16: unknown key "directon".*did you mean "direction"\?[\s\S]*judge\.yaml:5:33: metrics\[1\]\.query\.source/,
      ),
    }),
  );
  const groups = `${header}metrics: [{ name: errors }, { name: errors }]\ngroups: { error: 3 }\n`;
  expect(() => readJudge(groups, { file: 'j' })).toThrowError(
    /j:3:37: a second metric "errors"[\s\S]*did you mean "errors"\?/,
  );
});

test('metrics and instants of the command line are read or refused', () => {
  expect(metricOption('errors,increase,critical')).toMatchObject({
    name: 'errors',
    direction: 'increase',
    critical: true,
  });
  expect(() => metricOption('errors,increas')).toThrowError(/did you mean "increase"\?/);
  const now = Date.parse('2026-11-20T17:00:00Z');
  expect(instantOption('now-30m', now)).toBe(now - 1_800_000);
  expect(instantOption('2026-11-20T16:00:00Z', now)).toBe(now - 3_600_000);
  expect(() => instantOption('yesterday', now)).toThrowError(expect.objectContaining({ code: 'USAGE' }));
});
