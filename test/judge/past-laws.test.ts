import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { random } from '../../bench/judge/random.js';
import { pastConstants } from '../../src/judge/past/constants.js';
import { judgePast } from '../../src/judge/past/judge.js';
import { learnPast } from '../../src/judge/past/learn.js';
import type { PastSeries, PastVerdict } from '../../src/judge/past/types.js';

/** Hours of minutes around 10 with now and then a burst, an outage of the source, or another level. */
const series: fc.Arbitrary<PastSeries> = fc
  .record({
    seed: fc.nat(1e6),
    past: fc.integer({ min: 0, max: 4_500 }),
    after: fc.integer({ min: 0, max: 130 }),
    gaps: fc.constantFrom(0, 0.05, 0.4),
    direction: fc.constantFrom('either' as const, 'increase' as const, 'decrease' as const),
    shift: fc.constantFrom(0, 0, 5, -5),
    digits: fc.constantFrom(0, 6),
  })
  .map(({ seed, past, after, gaps, direction, shift, digits }) => {
    const draw = random(seed);
    const values = Array.from({ length: past + after }, (_, index) => {
      if (draw.uniform() < gaps) return null;
      const burst = draw.uniform() < 0.002 ? 20 : 0;
      return Number((10 + draw.normal() + burst + (index >= past + 5 ? shift : 0)).toFixed(digits));
    });
    return { values, stepSeconds: 60, changeIndex: past, direction };
  });

const judged = (of: PastSeries, minutes = Infinity): PastVerdict => judgePast(learnPast(of), of, minutes);
const mapped = (of: PastSeries, by: (value: number) => number): PastSeries => ({
  ...of,
  values: of.values.map((value) => (value === null ? null : by(value))),
});
const outcome = ({ kind, failedMinute }: PastVerdict) => ({ kind, failedMinute });
const runs = { numRuns: 40 };

describe('laws of the judge against the past', () => {
  it('the same values give the same verdict, bit for bit, through JSON as well', () => {
    fc.assert(
      fc.property(series, (one) => {
        const learnt = learnPast(one);
        const thawed = JSON.parse(JSON.stringify(learnt)) as typeof learnt;
        expect(judgePast(thawed, one, 90)).toEqual(judgePast(learnt, one, 90));
      }),
      runs,
    );
  });

  it('a verdict at minute m is that of a series which ends there', () => {
    fc.assert(
      fc.property(series, fc.nat(100), (one, minutes) => {
        const ended = { ...one, values: one.values.slice(0, one.changeIndex + minutes) };
        expect(judged(one, minutes)).toEqual(judged(ended));
      }),
      runs,
    );
  });

  it('nothing after the change is learnt', () => {
    fc.assert(
      fc.property(series, (one) => {
        const other = one.values.map((value, index) => (index < one.changeIndex ? value : 1e9));
        expect(learnPast({ ...one, values: other })).toEqual(learnPast(one));
      }),
      runs,
    );
  });

  it('once failed it stays failed, at the same minute', () => {
    fc.assert(
      fc.property(series, fc.nat(100), fc.nat(100), (one, a, b) => {
        const early = judged(one, Math.min(a, b));
        if (early.kind === 'fail') expect(outcome(judged(one, Math.max(a, b)))).toEqual(outcome(early));
      }),
      runs,
    );
  });

  it('does not depend on the unit: powers of two times the values', () => {
    fc.assert(
      fc.property(series, fc.integer({ min: -20, max: 20 }), (one, power) => {
        expect(outcome(judged(mapped(one, (value) => value * 2 ** power)))).toEqual(outcome(judged(one)));
      }),
      runs,
    );
  });

  it('upside down in the other direction it is the same', () => {
    const other = { either: 'either', increase: 'decrease', decrease: 'increase' } as const;
    fc.assert(
      fc.property(series, (one) => {
        const turned = { ...mapped(one, (value) => -value), direction: other[one.direction] };
        expect(outcome(judged(turned))).toEqual(outcome(judged(one)));
      }),
      runs,
    );
  });

  it('never passes on nothing: no past, nothing after, or mostly gaps after', () => {
    fc.assert(
      fc.property(series, (one) => {
        const { changeIndex, values } = one;
        const none = values.map((value, index) => (index < changeIndex ? value : null));
        expect(judged({ ...one, values: none }).kind).toBe('inconclusive');
        expect(judged({ ...one, values: values.slice(changeIndex), changeIndex: 0 }).kind).toBe('inconclusive');
        const thin = values.map((value, index) => (index < changeIndex || index % 3 === 0 ? value : null));
        expect(judged({ ...one, values: thin }).kind).not.toBe('pass');
      }),
      runs,
    );
  });
});

describe('odd series', () => {
  const flat = (length: number, after: (minute: number) => number | null): PastSeries => ({
    values: Array.from({ length: length + 120 }, (_, index) => (index < length ? 0 : after(index - length))),
    stepSeconds: 60,
    changeIndex: length,
    direction: 'either',
  });

  it('that never moved passes while it does not', () => {
    expect(judged(flat(5_000, () => 0))).toMatchObject({ kind: 'pass', failedMinute: null, detectable: 0 });
  });

  it('that never moved does not fail for a blip, but for what lasts', () => {
    expect(judged(flat(5_000, (minute) => (minute === 4 ? 7 : 0))).kind).toBe('pass');
    expect(judged(flat(5_000, (minute) => (minute >= 4 ? 7 : 0)))).toMatchObject({ kind: 'fail' });
    expect(judged(flat(5_000, (minute) => (minute === 4 ? 7 : 0))).blind).toContain(
      'anything that does not last: the past never moved, so no size is usual',
    );
  });

  it('whose values stop is inconclusive, not passed', () => {
    const verdict = judged(flat(5_000, (minute) => (minute < 70 ? 0 : null)));
    expect(verdict.kind).toBe('inconclusive');
    expect(verdict.reason).toMatch(/^the series has no values any more; until then it strayed 0/);
  });

  it.each([
    ['NaN', { values: [1, NaN], changeIndex: 2 }, 'SOURCE_ANSWER', /value 1 of the series is NaN/],
    ['Infinity', { values: [-Infinity], changeIndex: 1 }, 'SOURCE_ANSWER', /value 0 of the series is -Infinity/],
    ['what is too large to subtract', { values: [1e301], changeIndex: 1 }, 'SOURCE_ANSWER', /1e\+301/],
    ['a change outside', { changeIndex: 9 }, 'SPEC_INVALID', /changeIndex is 9; expected a whole number from 0 to 2/],
    ['a change between two values', { changeIndex: 0.5 }, 'SPEC_INVALID', /changeIndex is 0.5/],
    ['no step', { stepSeconds: 0 }, 'SPEC_INVALID', /stepSeconds is 0; expected more than 0/],
    ['steps without a length', { stepSeconds: NaN }, 'SPEC_INVALID', /stepSeconds is NaN/],
  ])('%s is refused', (_what, part, code, message) => {
    const odd: PastSeries = { values: [1, 2], stepSeconds: 60, changeIndex: 1, direction: 'either', ...part };
    expect(() => learnPast(odd)).toThrow(expect.objectContaining({ code, message: expect.stringMatching(message) }));
  });

  it('NaN after the change is refused when it is looked at, and not before', () => {
    const odd = flat(300, (minute) => (minute === 50 ? NaN : 0));
    expect(judged(odd, 50).kind).toBe('inconclusive');
    expect(() => judged(odd, 51)).toThrow(expect.objectContaining({ code: 'SOURCE_ANSWER' }));
  });

  it('what was learnt of another step or direction, or by other constants, is refused', () => {
    const one = flat(300, () => 0);
    const learnt = learnPast(one);
    expect(() => judgePast(learnt, { ...one, stepSeconds: 30 }, 9)).toThrow(
      /stepSeconds is 30; expected 60, as learnt/,
    );
    expect(() => judgePast(learnt, { ...one, direction: 'increase' }, 9)).toThrow(/expected either, as learnt/);
    const other = { ...learnt, version: 2 as 1 };
    expect(() => judgePast(other, one, 9)).toThrow(/version of what was learnt is 2; expected 1/);
    expect(() => judgePast(learnt, one, 9, { ...pastConstants, windows: 3 })).toThrow(
      /number of windows is 3; expected 4/,
    );
    expect(() => judgePast(learnt, one, NaN)).toThrow(/seenMinutes is NaN; expected 0 or more/);
  });
});
