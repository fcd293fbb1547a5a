import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { look, settings, stream } from '../../bench/judge/simulate.js';
import { combined, excludedSoFar, logHarm } from '../../src/judge/evidence.js';
import { begin, fold } from '../../src/judge/judge.js';
import { logAdd, logMean } from '../../src/judge/logs.js';
import { harmRatios, relativeEvidence } from '../../src/judge/relative.js';
import { logFirstMass, logRestartMass, logWaitingMass } from '../../src/judge/restart.js';
import { harmBound } from '../../src/judge/stop.js';
import type { Cell } from '../../src/judge/types.js';

const one = settings();
const cell = (x: number, n: number, y: number, m: number): Cell => ({
  stream: 'errors',
  canary: { exposure: n, bad: x },
  baseline: { exposure: m, bad: y },
});

describe('the mixture over starting times', () => {
  it('spends exactly the whole mass, whatever the number of restarts', () => {
    for (const restarts of [0, 1, 2, 7, 500]) {
      let mass = Math.exp(logFirstMass) + Math.exp(logWaitingMass(restarts));
      for (let k = 1; k <= restarts; k++) mass += Math.exp(logRestartMass(k));
      expect(mass).toBeCloseTo(1, 12);
    }
  });

  it('leaves the evidence at 1 while nothing happens, through waves and restarts', () => {
    let state = begin(one);
    for (let seq = 1; seq <= 500; seq++) {
      const minutes = { fromMs: seq * 60_000, toMs: seq * 60_000 + 60_000 };
      state = fold(one, state, look({ seq, wave: Math.ceil(seq / 100), cells: [cell(0, 100, 0, 900)], ...minutes }));
    }
    expect(state.restarts).toBe(49); // 4 new waves, and 9 in each 100 minutes.
    expect(combined(one, state).log).toBeCloseTo(0, 12);
  });

  it('is the mean over the grid of the likelihood ratios, half of it from the start', () => {
    const { canary, baseline } = cell(9, 1_000, 20, 9_000);
    const state = fold(one, begin(one), look({ seq: 1, cells: [{ stream: 'errors', canary, baseline }] }));
    const mean = harmRatios.reduce((sum, r) => sum + Math.exp(relativeEvidence(canary, baseline, 1, r)), 0) / 7;
    const [first] = state.streams;
    if (first === undefined) throw new Error('no stream');
    expect(logHarm(first, 0)).toBeCloseTo(Math.log(0.5 * mean + 0.5), 10);
  });
});

describe('evidence', () => {
  it('has expectation 1 under its null: two Poisson counts at the null ratio', () => {
    // E over x ~ Poisson(n·p·from), y ~ Poisson(m·p), summed exactly.
    const expectation = (from: number, to: number) => {
      const [a, b] = [5 * from, 9];
      let sum = 0;
      for (let x = 0, px = Math.exp(-a); x < 120; x++, px *= a / x) {
        for (let y = 0, py = Math.exp(-b); y < 120; y++, py *= b / y) {
          const log = relativeEvidence({ exposure: 500, bad: x }, { exposure: 900, bad: y }, from, to);
          sum += px * py * Math.exp(log);
        }
      }
      return sum;
    };
    expect(expectation(1, 2)).toBeCloseTo(1, 8);
    expect(expectation(1.25, 3)).toBeCloseTo(1, 8);
    expect(expectation(2, 0.8)).toBeCloseTo(1, 8);
  });

  it('stops at the very look at which the combined evidence reaches 1/α, and at no other', () => {
    const of = settings({
      streams: [stream({ weight: 0.6, limit: 0.1, floor: 0.002 }), stream({ name: 'slow', weight: 0.4 })],
    });
    const count = fc
      .tuple(fc.nat(400), fc.nat(30))
      .map(([exposure, bad]) => ({ exposure, bad: Math.min(bad, exposure) }));
    const cells = fc.tuple(
      fc.record({ stream: fc.constant('errors'), canary: count, baseline: count }),
      fc.record({ stream: fc.constant('slow'), canary: count, baseline: count }),
    );
    fc.assert(
      fc.property(fc.array(cells, { minLength: 1, maxLength: 40 }), (history) => {
        let state = begin(of);
        for (const some of history) {
          state = fold(of, state, look({ seq: state.seq + 1, cells: some }));
          expect(state.stopped !== null).toBe(combined(of, state).log >= harmBound(of));
          if (state.stopped !== null) return;
        }
      }),
    );
  });
});

describe('the ratio excluded so far', () => {
  const begun = begin(one).streams[0];
  const excluded = (plain: number[]) =>
    begun === undefined ? undefined : excludedSoFar(stream({ tolerance: 0.1 }), { ...begun, plain }, 0.05);

  it('is the least from which all larger ones are excluded too', () => {
    expect(excluded([0, 0, 0, -2, -4, -9, -20])).toBeCloseTo(5.5, 12);
    expect(excluded([-9, -9, -9, -9, -2, -9, -20])).toBeCloseTo(11, 12);
    expect(excluded([-9, -9, -9, -9, -9, -9, -1])).toBeNull();
  });
});

describe('sums in log space', () => {
  it('neither overflow nor vanish', () => {
    expect(logAdd(1e6, 1e6)).toBeCloseTo(1e6 + Math.LN2, 6);
    expect(logAdd(-1e6, 3)).toBe(3);
    expect(logMean([-1e6, -1e6])).toBe(-1e6);
    expect(logMean([2e6, -1e9])).toBeCloseTo(2e6 - Math.LN2, 6);
  });
});
