import { describe, expect, it } from 'vitest';
import { excludedRatio, firstWave, price, tFloor, tSafe, ttd, ttdGuard } from '../../src/judge/plan.js';

// Expected values: research/systems.md, appendix X1 "self-check values".
describe('closed forms', () => {
  it('sees a ratio of 10 on 1% of 200 rps at a bad share of .1% in 240 s', () => {
    expect(ttd({ rps: 200, badShare: 0.001, share: 0.01, ratio: 10, alpha: 0.01 })).toBeCloseTo(240, 0);
  });

  it('proves a ratio below 2 on 10% of 200 rps at a bad share of 1% in 71 s', () => {
    expect(tSafe({ rps: 200, badShare: 0.01, share: 0.1, mde: 1, beta: 0.05 })).toBeCloseTo(71, 0);
  });

  it('gives the first wave w* = .078, cap .01 and 4.20 excess bad events', () => {
    const plan = { rps: 200, badShare: 0.001, ratio: 10, alpha: 0.01, budget: 60, delaySeconds: 30 };
    const wave = firstWave(plan);
    expect(wave.best).toBeCloseTo(0.078, 3);
    expect(wave.cap).toBeCloseTo(0.01, 6);
    expect(wave.excessBad).toBeCloseTo(4.2, 2);
    expect(wave.share).toBe(wave.cap);
  });

  it('excludes within tSafe exactly the ratio it was asked for', () => {
    const traffic = { rps: 200, badShare: 0.01, share: 0.1, beta: 0.05 };
    for (const ratio of [1.2, 2, 5, 40]) {
      const seconds = tSafe({ ...traffic, mde: ratio - 1 });
      expect(excludedRatio({ ...traffic, seconds })).toBeCloseTo(ratio, 6);
    }
  });

  it('says null when a wave is too small to exclude anything', () => {
    expect(excludedRatio({ rps: 1, badShare: 1e-5, share: 0.01, beta: 0.05, seconds: 60 })).toBeNull();
  });

  it('needs about 5.3 events per unit of floor when nothing is bad', () => {
    const seconds = tFloor({ rps: 1, badShare: 0, share: 1, floor: 0.001, beta: 0.05 });
    expect(seconds * 0.001).toBeCloseTo((Math.log(20) + Math.log(6)) / 0.9, 9);
  });

  it('never promises what the null forbids', () => {
    const traffic = { rps: 200, badShare: 0.01, share: 0.1 };
    expect(ttd({ ...traffic, ratio: 1.2, tolerance: 0.25, alpha: 0.01 })).toBe(Infinity);
    expect(tSafe({ ...traffic, mde: 0, beta: 0.05 })).toBe(Infinity);
    expect(tFloor({ ...traffic, floor: 0.005, beta: 0.05 })).toBe(Infinity);
    expect(ttdGuard({ ...traffic, limit: 0.02, alpha: 0.01, weight: 1 })).toBe(Infinity);
  });

  it('prices a late start, a small weight and a guard in nats', () => {
    expect(price({ weight: 1, guarded: false })).toBeCloseTo(Math.log(2), 12);
    expect(price({ weight: 1, guarded: false, restart: 2 })).toBeCloseTo(Math.log(12), 12);
    expect(price({ weight: 0.5, guarded: true })).toBeCloseTo(Math.log(2 / 0.5 / 0.75), 12);
  });

  it('refuses traffic that is none', () => {
    expect(() => ttd({ rps: 0, badShare: 0.01, share: 0.1, ratio: 2, alpha: 0.01 })).toThrow(RangeError);
    expect(() => tSafe({ rps: 10, badShare: 0.01, share: 1, mde: 1, beta: 0.05 })).toThrow(RangeError);
  });
});
