import fc from 'fast-check';
import { expect, test } from 'vitest';
import { truthOf } from '../../src/import/condition.js';
import { and, compared, type Comparison, holds, not, or, rangesOf, type Truth } from '../../src/import/numbers.js';

const read = (condition: string): Truth => {
  const answer = truthOf(condition);
  if ('beyond' in answer) throw new Error(answer.beyond);
  return answer.truth;
};
const ranges = (condition: string) => rangesOf(read(condition).numbers);

test.each([
  ['result >= 0.95', [{ min: 0.95 }]],
  ['result[0] < 1', [{ below: 1 }]],
  ['0.95 <= result[0]', [{ min: 0.95 }]],
  ['result[0] >= 0.9 && result[0] <= 1', [{ min: 0.9, max: 1 }]],
  ['result[0] < 0.1 || result[0] > 100', [{ below: 0.1 }, { above: 100 }]],
  ['!(result[0] >= 10)', [{ below: 10 }]],
  ['all(result, # < 1000)', [{ below: 1000 }]],
  ['all(result, {# < 1000})', [{ below: 1000 }]],
  ['asFloat(result) >= 0.90', [{ min: 0.9 }]],
  ['default(result, 0) < 0.05', [{ below: 0.05 }]],
  ['len(result) > 0 && result[0] >= 0.95', [{ min: 0.95 }]],
  ['isNaN(result) || result >= 0.95', [{ min: 0.95 }]],
  ['result[0] > -1.5', [{ above: -1.5 }]],
  ['result[0] == 0', [{ min: 0, max: 0 }]],
  ['result[0] != 0', [{ below: 0 }, { above: 0 }]],
])('argo docs: %s', (condition, wanted) => expect(ranges(condition)).toEqual(wanted));

test.each([
  ['result[0] >= 0.95', 'error', false],
  ['len(result) == 0 || result[0] >= 0.95', true, false],
  ['len(result) > 0 && result[0] >= 0.95', false, false],
  ['default(result, 0) < 0.05', true, false],
  ['isNaN(result) || result >= 0.95', 'error', true],
  ['isNil(result)', true, false],
  ['result == nil || result[0] < 1', true, false],
])('argo docs/features/analysis.md, what %s says of no data and of NaN', (condition, noData, nan) => {
  const truth = read(condition);
  expect([truth.noData, truth.nan]).toEqual([noData, nan]);
});

test.each([
  ["result == 'true'", 'text'],
  ['result.ok == 1', 'fields of the answer'],
  ['result[1] > 0.5', 'result[1]'],
  ['any(result, # > 1)', 'any'],
  ['result[0] * 100 >= 95', '`*`'],
  ['result[0] >=', 'too early'],
  ['result[0]', 'condition'],
  ['result[0] ~ 1', 'cannot be read'],
  ['('.repeat(999), 'too early'],
  ['('.repeat(99_999), 'longer than'],
])('%.40s is said to be beyond ranges', (condition, why) => {
  expect(truthOf(condition)).toEqual({ beyond: expect.stringContaining(why) as string });
});

const operators: Comparison[] = ['<', '<=', '>', '>=', '==', '!='];
const comparison = fc.tuple(fc.constantFrom(...operators), fc.integer({ min: -3, max: 3 }));
type Tree = { holds: (value: number) => boolean; truth: Truth };
const { tree } = fc.letrec<{ tree: Tree }>((tie) => ({
  tree: fc.oneof(
    { maxDepth: 4 },
    comparison.map(
      ([operator, at]): Tree => ({
        holds: (value) => holds(operator, value, at),
        truth: { numbers: compared(operator, at), nan: operator === '!=', noData: false },
      }),
    ),
    fc
      .tuple(tie('tree'), tie('tree'))
      .map(([a, b]): Tree => ({ holds: (v) => a.holds(v) && b.holds(v), truth: and(a.truth, b.truth) })),
    fc
      .tuple(tie('tree'), tie('tree'))
      .map(([a, b]): Tree => ({ holds: (v) => a.holds(v) || b.holds(v), truth: or(a.truth, b.truth) })),
    tie('tree').map((a): Tree => ({ holds: (v) => !a.holds(v), truth: not(a.truth) })),
  ),
}));

test('a set of numbers holds exactly the numbers that its condition is true of', () => {
  fc.assert(
    fc.property(tree, ({ holds: wanted, truth }) => {
      for (let value = -4; value <= 4; value += 0.5) {
        const inside = truth.numbers.some(
          ({ from, withFrom, to, withTo }) =>
            (value > from || (withFrom && value === from)) && (value < to || (withTo && value === to)),
        );
        expect(inside).toBe(wanted(value));
      }
    }),
  );
});
