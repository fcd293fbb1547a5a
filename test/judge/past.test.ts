import { describe, expect, it } from 'vitest';
import { random } from '../../bench/judge/random.js';
import { judgePast } from '../../src/judge/past/judge.js';
import { type LearnOptions, learnPast } from '../../src/judge/past/learn.js';
import type { Direction, PastSeries, PastVerdict } from '../../src/judge/past/types.js';

interface Made {
  seed?: number;
  pastHours?: number;
  afterMinutes?: number;
  stepSeconds?: number;
  /** Swing of the day, in units of the noise's standard deviation. */
  swing?: number;
  /** Added `minute` minutes after the change, in the same unit. */
  effect?: (minute: number) => number;
  direction?: Direction;
}

/** White noise of standard deviation 1 around 100, with a swing of the day and an effect after the change. */
function made(of: Made = {}): PastSeries {
  const { seed = 1, pastHours = 80, afterMinutes = 120, stepSeconds = 60, swing = 0, effect = () => 0 } = of;
  const draw = random(seed);
  const changeIndex = Math.round((pastHours * 3600) / stepSeconds);
  const length = changeIndex + Math.round((60 * afterMinutes) / stepSeconds);
  const values = Array.from({ length }, (_, index) => {
    const minute = ((index - changeIndex) * stepSeconds) / 60;
    const season = swing * Math.sin((2 * Math.PI * minute) / 1440 + 1);
    return 100 + season + draw.normal() + (minute >= 0 ? effect(minute) : 0);
  });
  return { values, stepSeconds, changeIndex, direction: of.direction ?? 'either' };
}

const judged = (series: PastSeries, minutes = Infinity, options: LearnOptions = {}): PastVerdict =>
  judgePast(learnPast(series, options), series, minutes);

const seeds = Array.from({ length: 40 }, (_, seed) => seed);
const fails = (of: Made, options: LearnOptions = {}): number =>
  seeds.filter((seed) => judged(made({ ...of, seed }), Infinity, options).kind === 'fail').length;

const from =
  (start: number, size: number, minutes = Infinity) =>
  (minute: number): number =>
    minute >= start && minute < start + minutes ? size : 0;

describe('a series like its past', () => {
  it('passes when the whole horizon was seen, and not before', () => {
    const series = made();
    expect(judged(series).kind).toBe('pass');
    expect(judged(series, 90).kind).toBe('pass');
    expect(judged(series, 89)).toMatchObject({ kind: 'inconclusive', seenMinutes: 89, failedMinute: null });
    expect(judged(series, 0)).toMatchObject({ kind: 'inconclusive', ratio: null });
  });

  it.each([
    ['white noise', { swing: 0 }, {}],
    ['white noise, by the last hours alone', { swing: 0 }, { controls: ['hours'] }],
    ['a swing of the day of twenty times the noise', { swing: 20 }, {}],
    ['values every five minutes', { swing: 5, stepSeconds: 300 }, {}],
    ['values every ten seconds', { swing: 5, stepSeconds: 10, pastHours: 50 }, {}],
  ] satisfies [string, Made, LearnOptions][])('seldom fails: %s', (_what, of, options) => {
    // By design 20% of fake changes exceed the spread; 1.8 times it is far out. 3 of 40: upper 95% bound 18%.
    expect(fails(of, options)).toBeLessThanOrEqual(3);
  });
});

describe('a series unlike its past', () => {
  it.each([
    ['a lasting shift', {}, from(3, 6)],
    ['a dip of twelve minutes', {}, from(4, -8, 12)],
    ['a shift within the swing of the day', { swing: 20 }, from(3, 8)],
    ['values every five minutes', { stepSeconds: 300 }, from(5, 8)],
    ['values every ten seconds', { stepSeconds: 10, pastHours: 50 }, from(3, 6)],
    ['values every half hour', { stepSeconds: 1800 }, from(0, 12)],
  ] satisfies [string, Made, (minute: number) => number][])('fails: %s', (_what, of, effect) => {
    expect(fails({ ...of, effect })).toBeGreaterThanOrEqual(38);
  });

  it('fails at the first minute it can be seen, and stays failed', () => {
    const series = made({ effect: from(3, 12, 20) });
    const verdict = judged(series);
    const first = verdict.failedMinute ?? NaN;
    expect(first).toBeGreaterThan(3);
    expect(first).toBeLessThanOrEqual(8);
    expect(judged(series, first - 1).kind).toBe('inconclusive');
    expect(judged(series, first)).toMatchObject({ kind: 'fail', failedMinute: first });
    expect(judged(series, 80)).toMatchObject({ kind: 'fail', failedMinute: first });
    expect(verdict.reason).toMatch(
      /^strayed \d\.\d+ times as far as most fake changes did \(13 in the hours just before and \d+ at this time of 3 past days\); 1\.8 times is a fail, reached after \d min$/,
    );
  });

  it('fails only in the direction that is harm', () => {
    const up = { effect: from(2, 10), seed: 3 };
    expect(judged(made({ ...up, direction: 'increase' })).kind).toBe('fail');
    expect(judged(made({ ...up, direction: 'decrease' })).kind).toBe('pass');
  });

  it('finds what comes late only when it is told that effects may', () => {
    const late = { effect: from(70, 4) };
    expect(fails(late)).toBeLessThanOrEqual(4);
    expect(fails(late, { onset: 'any' })).toBeGreaterThanOrEqual(36);
    expect(judged(made(late)).blind).toContain('a slow or late effect: a deviation counts for less the later it comes');
  });

  it('says from which lasting shift on it would have failed', () => {
    const { detectable } = judged(made());
    const size = detectable ?? NaN;
    expect(size).toBeGreaterThan(1);
    expect(fails({ effect: from(0, 1.5 * size) })).toBeGreaterThanOrEqual(38);
    expect(fails({ effect: from(0, 0.3 * size) })).toBeLessThanOrEqual(8);
  });
});

describe('little past', () => {
  const controls = (pastHours: number): PastVerdict => judged(made({ pastHours }));

  it('of less than three hours is inconclusive, whatever comes', () => {
    for (const pastHours of [0, 0.5, 1, 2, 2.7]) {
      const verdict = judged(made({ pastHours, effect: from(2, 50) }));
      expect(verdict).toMatchObject({ kind: 'inconclusive', controls: [], detectable: null });
      expect(verdict.reason).toMatch(/^too little past: no comparison with the hours just before: a past of/);
    }
  });

  it('of less than two days leaves the last hours, and the verdict says so', () => {
    for (const pastHours of [3, 6, 24, 40]) {
      const verdict = controls(pastHours);
      expect(verdict.controls).toEqual(['hours']);
      expect(verdict.blind[0]).toMatch(
        /^no comparison with past days: .* a usual swing of the day cannot be told from/,
      );
    }
  });

  it('of two days and more has both', () => {
    for (const pastHours of [52, 100, 180]) expect(controls(pastHours).controls).toEqual(['hours', 'days']);
  });

  it('that was not asked for is named as well', () => {
    expect(judged(made(), Infinity, { controls: ['hours'] }).blind[0]).toBe(
      'no comparison with past days: they were not read',
    );
  });
});
