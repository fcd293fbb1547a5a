import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { freezeBucket } from '../../src/sources/bucket.js';
import { shareAbove, valueAt } from '../../src/sources/histogram.js';

// 100 ms to 1 s in steps of 100 ms, and where 10,000 events of a straight line from 0 to 1 s lie.
const even = {
  bounds: [0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 1],
  cumulative: [1, 2, 3, 4, 5, 6, 7, 8, 9, 10].map((n) => n * 1000),
  total: 10_000,
};
const p50 = { quantile: 0.5, expectedShift: 0, detectShift: 0.25, tolerance: 0.1 };

describe('a frozen bucket', () => {
  it('is the bound at the quantile, and a shift is the ratio of what is beyond', () => {
    // Slower by 25%: what was above 0.5 / 1.25 = 0.4 s is above 0.5 s, 60% instead of 50%.
    const frozen = freezeBucket(even, p50);
    expect(frozen).toMatchObject({ le: 0.5, share: 0.5, tolerance: expect.closeTo(0.1, 12), problem: null });
    expect(frozen?.detectRatio).toBeCloseTo(0.6 / 0.5, 12);
  });

  it('is the next bound above where the quantile lies within a bucket', () => {
    expect(freezeBucket(even, { ...p50, quantile: 0.42 })).toMatchObject({ le: 0.5, share: 0.5 });
    expect(freezeBucket(even, { ...p50, quantile: 0.95, tolerance: 0 })?.le).toBe(1);
  });

  it('with a declared shift lies above the shifted quantile, tolerates what that shift does, and detects more', () => {
    // p50 × 1.2 = 0.6 s. Slower by 20%: above 0.6 / 1.2 = 0.5 s, 50% instead of 40%. By another 25%: above 0.4 s, 60%.
    const frozen = freezeBucket(even, { ...p50, expectedShift: 0.2 });
    expect(frozen?.le).toBe(0.6);
    expect(frozen?.tolerance).toBeCloseTo(1.1 * (0.5 / 0.4) - 1, 12);
    expect(frozen?.detectRatio).toBeCloseTo(0.6 / 0.4, 12);
  });

  it('says which bounds are needed where the histogram is too coarse, and then proves nothing too easily', () => {
    const coarse = { bounds: [0.05, 10], cumulative: [9_000, 9_990], total: 10_000 };
    const frozen = freezeBucket(coarse, { quantile: 0.95, expectedShift: 0, detectShift: 0.2, tolerance: 0.25 });
    // Straight lines over a bucket of ten seconds: the ratio is large, but capped.
    expect(frozen).toMatchObject({ le: 10, detectRatio: 10 });
    const flat = { bounds: [0.1, 0.4, 0.8], cumulative: [4_900, 5_000, 5_000], total: 10_000 };
    const blind = freezeBucket(flat, { quantile: 0.5, expectedShift: 0, detectShift: 0.3, tolerance: 0.1 });
    expect(blind?.problem).toBe(
      'the histogram is too coarse to prove p50 slower by less than 30%: above 0.4 s that makes 1.01 times as many requests, and up to 1.10 times is tolerated; bucket bounds of about 0.308 s and 0.4 s are needed',
    );
    expect(blind?.detectRatio).toBeCloseTo(1.1 * 1.01, 12);
  });

  it('says when the quantile lies above the last bound', () => {
    const short = { bounds: [0.1], cumulative: [50], total: 100 };
    expect(freezeBucket(short, { ...p50, quantile: 0.99 })?.problem).toContain(
      'p99 lies above the last bucket bound, 0.1 s',
    );
  });

  it('does not exist without events or bounds', () => {
    expect(freezeBucket({ bounds: [1], cumulative: [0], total: 0 }, p50)).toBeNull();
    expect(freezeBucket({ bounds: [], cumulative: [], total: 5 }, p50)).toBeNull();
  });

  it('always gives settings the judge accepts', () => {
    const histogram = fc
      .array(fc.tuple(fc.integer({ min: 1, max: 1000 }), fc.nat(1000)), { minLength: 1, maxLength: 12 })
      .map((steps) => {
        const bounds = [...new Set(steps.map(([bound]) => bound / 100))].sort((a, b) => a - b);
        let sum = 0;
        const cumulative = bounds.map((_, index) => (sum += steps[index]?.[1] ?? 0));
        return { bounds, cumulative, total: sum + (steps[0]?.[1] ?? 0) };
      });
    const share = fc.double({ min: 0.01, max: 0.99, noNaN: true });
    fc.assert(
      fc.property(histogram, share, share, share, share, (reading, quantile, expectedShift, detectShift, tolerance) => {
        const frozen = freezeBucket(reading, { quantile, expectedShift, detectShift, tolerance });
        if (frozen === null) return reading.total === 0;
        expect(reading.bounds).toContain(frozen.le);
        expect(frozen.tolerance).toBeGreaterThanOrEqual(tolerance - 1e-12);
        expect(frozen.detectRatio).toBeGreaterThan(1 + frozen.tolerance);
        return Number.isFinite(frozen.detectRatio) && frozen.share >= 0 && frozen.share <= 1;
      }),
    );
  });

  it('of a fine histogram translates a shift as the real distribution does', () => {
    // Exponential with mean 1 s: above T lies exp(−T), so slower by 20% makes exp(T / 6) times as many at T.
    const bounds = Array.from({ length: 2_000 }, (_, index) => (index + 1) / 100);
    const fine = { bounds, cumulative: bounds.map((bound) => 1e9 * (1 - Math.exp(-bound))), total: 1e9 };
    const frozen = freezeBucket(fine, { quantile: 0.95, expectedShift: 0, detectShift: 0.2, tolerance: 0.1 });
    expect(frozen?.detectRatio).toBeCloseTo(Math.exp((frozen?.le ?? 0) / 6), 3);
    expect(valueAt(fine, 0.95)).toBeCloseTo(-Math.log(0.05), 3);
    expect(shareAbove(fine, 3)).toBeCloseTo(Math.exp(-3), 6);
  });
});
