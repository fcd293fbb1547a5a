import { describe, expect, it } from 'vitest';
import {
  centre,
  detection,
  falseSafety,
  falseStops,
  lateFaultsPassed,
  proofs,
  seeds,
  upperBound,
} from '../../bench/judge/figures.js';
import { random } from '../../bench/judge/random.js';
import { steady } from '../../bench/judge/scenarios.js';
import { run, settings, stream } from '../../bench/judge/simulate.js';
import { ttd } from '../../src/judge/plan.js';

describe('false stops, looking every 10 s for an hour', () => {
  // α = .05 so that 400 runs can tell.
  it('are at most 1.5 α in steady, seasonal, surging and growing traffic', { timeout: 120_000 }, () => {
    for (const { name, measured, runs } of falseStops(400, 0.05)) {
      expect(upperBound(Math.round(measured * runs), runs), name).toBeLessThanOrEqual(0.075);
    }
  });

  it('are at most 1.5 α with bad events that come three at a time, tempered by that dispersion', () => {
    const bursts = { ...steady, rps: () => 40, waveSeconds: 1800, badShare: () => 0.0033 };
    const stops = (dispersion: number) => {
      const of = settings({ alpha: 0.05, streams: [stream({ dispersion, detectRatio: 3 })] });
      return seeds(400).filter((seed) => run(of, bursts, seed, 3).stoppedSeconds !== null).length;
    };
    expect(upperBound(stops(3), 400)).toBeLessThanOrEqual(0.075);
    expect(stops(1)).toBeGreaterThan(0.075 * 400); // What the tempering is for.
  });
});

describe('time to detect', () => {
  it('is within 30% of the closed form with its price', () => {
    for (const { name, measured, expected } of detection(200)) {
      expect(Math.abs(measured / expected - 1), name).toBeLessThan(0.3);
    }
  });

  it('of a fault that begins after 40 healthy minutes is not much longer', () => {
    const late = { ...steady, ratio: (t: number) => (t >= 2400 ? 3 : 1) };
    const delays = seeds(100).map((seed) => (run(settings(), late, seed).stoppedSeconds ?? Infinity) - 2400);
    const fresh = ttd({ rps: 200, badShare: 0.01, share: 0.1, ratio: 3, alpha: 0.01 });
    expect(centre(delays).measured).toBeLessThan(2.5 * fresh);
  });
});

describe('safety', () => {
  it('is falsely proven at the boundary with chance at most 1.5 β', () => {
    for (const { name, measured, runs } of falseSafety(400)) {
      expect(upperBound(Math.round(measured * runs), runs), name).toBeLessThanOrEqual(0.075);
    }
  });

  it('proven for an hour does not cover a fault that only the next wave shows', () => {
    expect(lateFaultsPassed(200, 3, 3600, 60)).toBeLessThanOrEqual(0.05);
  });

  it('of a harmless change is proven in about the time of the closed form', () => {
    for (const { name, measured, expected, runs } of proofs(150)) {
      expect(runs, 'runs not falsely stopped').toBeGreaterThanOrEqual(146);
      expect(measured, name).toBeLessThan(1.1 * expected + 10);
    }
  });
});

describe('the draws of the simulation', () => {
  it('have the means and variances they should', () => {
    const draw = random(7);
    const n = 40_000;
    const cases: [() => number, number, number][] = [
      [() => draw.poisson(0.3), 0.3, 0.3],
      [() => draw.poisson(25), 25, 25],
      [() => draw.poisson(4000), 4000, 4000],
      [() => draw.binomial(200, 0.03), 6, 5.82],
      [() => draw.binomial(50, 0.9), 45, 4.5],
      [() => draw.normal(), 0, 1],
    ];
    for (const [one, mean, variance] of cases) {
      const values = seeds(n).map(one);
      const got = centre(values).measured;
      expect(Math.abs(got - mean)).toBeLessThan(4 * Math.sqrt(variance / n));
      expect(Math.abs(centre(values.map((value) => (value - got) ** 2)).measured / variance - 1)).toBeLessThan(0.05);
    }
  });
});
