import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { classify, type ClassifierSettings } from '../../src/judge/rank/classify.js';
import { exactUpper, leastChance } from '../../src/judge/rank/exact.js';
import { shiftInterval } from '../../src/judge/rank/interval.js';
import { commonLanguage, mannWhitney } from '../../src/judge/rank/mann-whitney.js';
import { studentTail, upperQuantile, upperTail } from '../../src/judge/rank/normal.js';
import { standing } from '../../src/judge/rank/rank-sum.js';
import { ascending, quantile, trimmedMean } from '../../src/judge/rank/sorted.js';

const sorted = (...values: number[]) => ascending(values);
const whole = fc.array(fc.integer({ min: 0, max: 6 }), { minLength: 1, maxLength: 6 });

describe('the normal distribution', () => {
  it('agrees with tables in the middle and in the tail', () => {
    expect(upperTail(1.959963984540054)).toBeCloseTo(0.025, 14);
    expect(upperTail(5) / 2.866515718791939e-7).toBeCloseTo(1, 10);
    expect(upperTail(-1)).toBeCloseTo(0.8413447460685429, 14);
  });

  it('has a quantile that undoes it', () => {
    for (const p of [0.4, 0.1, 0.01, 1e-6, 1e-12]) expect(upperTail(upperQuantile(p)) / p).toBeCloseTo(1, 9);
    expect(upperQuantile(0.975)).toBeCloseTo(-1.959963984540054, 12);
  });

  it('has heavier tails by few degrees of freedom', () => {
    expect(studentTail(2.228, 10)).toBeCloseTo(0.025, 3);
    expect(studentTail(1.96, 1000)).toBeCloseTo(0.0251, 3);
  });
});

describe('ranks', () => {
  it('are those of the definition, ties counting half', () => {
    fc.assert(
      fc.property(whole, whole, (x, y) => {
        const { balance } = standing(ascending(x), ascending(y), 0, { balance: 0, spread: 0 });
        let wins = 0;
        for (const a of x) for (const b of y) wins += a > b ? 1 : a === b ? 0.5 : 0;
        expect(balance).toBe(wins - (x.length * y.length) / 2);
        expect(commonLanguage(ascending(x), ascending(y))).toBeCloseTo(wins / (x.length * y.length), 12);
      }),
    );
  });

  it('give the exact chance by counting all splits', () => {
    fc.assert(
      fc.property(whole, whole, (x, y) => {
        const pool = [...x, ...y];
        const ranked = pool.map((a) => pool.reduce((r, b) => r + (b < a ? 2 : b === a ? 1 : 0), 1));
        const seen = ranked.slice(0, x.length).reduce((sum, rank) => sum + rank, 0);
        let [all, high] = [0, 0];
        const split = (at: number, left: number, sum: number): void => {
          if (left === 0) {
            all++;
            if (sum >= seen) high++;
          } else if (pool.length - at >= left) {
            split(at + 1, left - 1, sum + (ranked[at] ?? 0));
            split(at + 1, left, sum);
          }
        };
        split(0, x.length, 0);
        expect(exactUpper(ascending(x), ascending(y))).toBeCloseTo(high / all, 12);
      }),
    );
  });

  it('cannot tell more from few samples than full separation', () => {
    expect(exactUpper(sorted(4, 5, 6), sorted(1, 2, 3))).toBeCloseTo(1 / 20, 15);
    expect(leastChance(5, 5)).toBeCloseTo(1 / 252, 15);
  });

  it('give opposite z when the sides change places, and 0 when all is tied', () => {
    const [a, b] = [sorted(1, 2, 2, 5, 9), sorted(0, 2, 3)];
    expect(mannWhitney(a, b)).toBeCloseTo(-mannWhitney(b, a), 10);
    expect(mannWhitney(sorted(1, 1), sorted(1, 1, 1))).toBe(0);
  });
});

describe('the interval of the shift', () => {
  it("is R's: wilcox.test(x, y, conf.int = TRUE, exact = FALSE)", () => {
    const shift = shiftInterval(sorted(10, 20, 30, 40), sorted(1, 2, 3, 4), 0.95);
    expect(shift).toEqual({ low: 6, high: 39, estimate: expect.closeTo(22.5, 4) as number });
  });

  it('moves with the data and holds the estimate', () => {
    const x = [3.1, 4.7, 5.2, 6.9, 7.4, 8.8, 9.1, 10.6];
    const y = [1.3, 2.2, 3.6, 4.1, 5.8, 6.5, 7.7];
    const one = shiftInterval(ascending(x), ascending(y), 0.9);
    const moved = shiftInterval(ascending(x.map((value) => value + 5)), ascending(y), 0.9);
    expect(one?.low).toBeLessThan(one?.estimate ?? NaN);
    expect(one?.high).toBeGreaterThan(one?.estimate ?? NaN);
    expect((moved?.estimate ?? NaN) - (one?.estimate ?? NaN)).toBeCloseTo(5, 0);
  });

  it('is not there for one value each', () => {
    expect(shiftInterval(sorted(2), sorted(1), 0.95)).toBeNull();
  });
});

describe('order statistics', () => {
  it('are those of R', () => {
    expect(quantile(sorted(1, 2, 3, 10), 0.5)).toBe(2.5);
    expect(quantile(sorted(1, 2, 3, 10), 0.9)).toBeCloseTo(7.9, 12);
    expect(trimmedMean(sorted(1, 2, 3, 4, 1000), 0.2)).toBe(3);
    expect(trimmedMean(sorted(1, 2, 3, 4, 1000), 0.5)).toBe(3);
  });
});

describe("Kayenta's classification", () => {
  const settings: ClassifierSettings = {
    classifier: 'MannWhitney',
    direction: 'either',
    nanStrategy: 'remove',
    confidence: 0.98,
    tolerance: 0.25,
    measure: 'meanRatio',
    allowed: [1, 1],
    criticalBeyond: [1, 1],
    critical: false,
  };
  const low = [10, 11, 12, 10.5, 11.5, 12.5, 11.2, 10.8];
  const high = low.map((value) => value * 3);

  it('is High, Low or Pass by direction', () => {
    expect(classify(settings, low, high).label).toBe('High');
    expect(classify(settings, high, low).label).toBe('Low');
    expect(classify({ ...settings, direction: 'decrease' }, low, high).label).toBe('Pass');
    expect(classify(settings, low, low.toReversed()).label).toBe('Pass');
  });

  it('asks for the effect size, and is critical beyond another', () => {
    expect(classify({ ...settings, allowed: [0.5, 4] }, low, high).label).toBe('Pass');
    expect(classify({ ...settings, critical: true }, low, high).critical).toBe(true);
    expect(classify({ ...settings, critical: true, criticalBeyond: [0.2, 5] }, low, high).critical).toBe(false);
    expect(classify({ ...settings, measure: 'cles', allowed: [0.2, 0.8] }, low, high).effect).toBe(1);
  });

  it('takes holes out, or for zeros', () => {
    expect(classify(settings, low, [null, NaN]).label).toBe('Nodata');
    expect(classify({ ...settings, critical: true }, [], high).critical).toBe(true);
    expect(classify({ ...settings, nanStrategy: 'replace' }, low, []).label).toBe('Pass');
    expect(
      classify(
        { ...settings, nanStrategy: 'replace' },
        low,
        low.map(() => null),
      ).label,
    ).toBe('Low');
  });

  it('gives the same answer for constant sides every time', () => {
    const [ones, tens] = [Array(5).fill(1), Array(5).fill(10)] as [number[], number[]];
    expect(classify(settings, ones, tens).label).toBe('High');
    expect(classify(settings, ones, ones.concat(1)).label).toBe('Pass');
    expect(classify(settings, [1], [10]).label).toBe('Error');
  });

  it('compares means when asked to', () => {
    expect(classify({ ...settings, classifier: 'MeanInequality' }, [1, 2], [2, 2]).label).toBe('High');
  });
});
