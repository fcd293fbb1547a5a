import { beforeAll, describe, expect, test } from 'vitest';
import { type Row, type Suite, simulate } from '../../bench/judge/suite/suite.js';

/** The simulation suite in a short form; in full: npm run bench -- judge --full. */
let suite: Suite;
beforeAll(() => {
  suite = simulate({ nulls: 100, harms: 60 }, () => undefined);
}, 120_000);

const of = (rows: Row[], rule: string): Row[] => rows.filter((row) => row.rule.startsWith(rule));
const mean = (rows: Row[]): number => rows.reduce((sum, { stopped }) => sum + stopped, 0) / rows.length;

describe('harmless changes, a look every 10 s for an hour', () => {
  test('are stopped falsely no more often than promised, whatever traffic and noise do', () => {
    const ours = of(suite.nulls, 'Graywave');
    expect(ours).toHaveLength(10);
    // Of 1,000 at α = .01: more than 20 have a chance below one in a thousand.
    expect(mean(ours)).toBeLessThanOrEqual(0.02);
    for (const { condition, stopped } of ours) expect(stopped, condition).toBeLessThanOrEqual(0.05);
  });

  test('are stopped far more often by the rules that people use', () => {
    expect(mean(of(suite.nulls, 'z-test'))).toBeGreaterThan(0.1);
    expect(mean(of(suite.nulls, '2×'))).toBeGreaterThan(0.05);
  });
});

describe('harm from the start', () => {
  test('is always caught, in the time that the closed form says', () => {
    for (const { condition, stopped } of of(suite.harms, 'Graywave')) expect(stopped, condition).toBe(1);
    expect(suite.closedForm).toHaveLength(5);
    for (const { condition, ratio } of suite.closedForm) expect(Math.abs(ratio - 1), condition).toBeLessThan(0.3);
  });

  test('costs fewer bad requests than under rules that look at the changed side alone', () => {
    const ours = of(suite.harms, 'Graywave');
    const flagger = of(suite.harms, 'Flagger-like');
    ours.forEach((row, i) => expect(row.harmed, row.condition).toBeLessThan(flagger[i]?.harmed ?? 0));
  });
});
