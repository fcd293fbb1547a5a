/** The judge's promises, measured: false stops, false safety, time to detect and to prove. Seeds 0 … n−1. */
import { begin, fold, verdict } from '../../src/judge/judge.js';
import { price, tSafe, ttd } from '../../src/judge/plan.js';
import { random } from './random.js';
import { harmless, harms, steady } from './scenarios.js';
import { looks, run, settings, stream } from './simulate.js';

export interface Figure {
  name: string;
  /** Measured: a share of runs, or seconds (mean and median). */
  measured: number;
  median?: number;
  /** What it is held against: the bound, or the closed form in seconds. */
  expected: number;
  runs: number;
}

/** Share of harmless changes ever stopped in an hour, against α. */
export function falseStops(runs: number, alpha: number): Figure[] {
  return harmless.map(([name, scenario]) => {
    const tolerance = scenario.ratio(0) - 1;
    const of = settings({ alpha, streams: [stream({ tolerance, detectRatio: 3, limit: 0.7 })] });
    const stopped = seeds(runs).filter((seed) => run(of, scenario, seed).stoppedSeconds !== null).length;
    return { name: `false stops: ${name}`, measured: stopped / runs, expected: alpha, runs };
  });
}

/** Share of changes with a ratio of exactly detectRatio that are ever called safe, against β. */
export function falseSafety(runs: number): Figure[] {
  return [0.01, 0.2].map((badShare) => {
    const of = settings();
    const scenario = { ...steady, badShare: () => badShare, ratio: () => of.streams[0]?.detectRatio ?? 2 };
    const passed = seeds(runs).filter((seed) => run(of, scenario, seed).provenSeconds !== null).length;
    return { name: `false safety at ratio 2, bad share ${badShare}`, measured: passed / runs, expected: of.beta, runs };
  });
}

/** Seconds to detect, looking every 2 s, against the closed form with its price and half a look. */
export function detection(runs: number): Figure[] {
  return harms.map(({ ratio, badShare, share, tolerance }) => {
    const of = settings({ streams: [stream({ tolerance, limit: 0.5 })] });
    const scenario = { ...steady, shares: [share], lookSeconds: 2, badShare: () => badShare, ratio: () => ratio };
    const times = seeds(runs).map((seed) => run(of, scenario, seed).stoppedSeconds ?? Infinity);
    const plan = { rps: 200, badShare, share, ratio, alpha: of.alpha, tolerance };
    const expected = ttd({ ...plan, priceNats: price({ weight: 1, guarded: true }) }) + 1;
    const name = `seconds to detect ratio ${ratio}, bad share ${badShare}, ${share * 100}% changed, tolerance ${tolerance}`;
    return { name, ...centre(times), expected, runs };
  });
}

/** Seconds to prove a harmless change safe, of the runs that were not falsely stopped. */
export function proofs(runs: number): Figure[] {
  return [0.01, 0.001].map((badShare) => {
    const scenario = { ...steady, waveSeconds: 14_400, badShare: () => badShare };
    const all = seeds(runs).map((seed) => run(settings(), scenario, seed));
    const kept = all.filter((one) => one.stoppedSeconds === null || one.provenSeconds !== null);
    const times = kept.map((one) => one.provenSeconds ?? Infinity);
    const expected = tSafe({ rps: 200, badShare, share: 0.1, mde: 1, beta: 0.05 });
    return { name: `seconds to prove ratio < 2, bad share ${badShare}`, ...centre(times), expected, runs: kept.length };
  });
}

/**
 * Share of changes passed in wave 2 although a fault of `ratio` begins there, after `healthySeconds` of proof in wave 1:
 * what carrying the proof costs.
 */
export function lateFaultsPassed(runs: number, ratio: number, healthySeconds: number, minSeconds: number): number {
  const of = settings();
  const faulty = (t: number) => (t >= healthySeconds ? ratio : 1);
  const scenario = { ...steady, shares: [0.1, 0.25], waveSeconds: healthySeconds, ratio: faulty };
  const when = { waveStartedMs: healthySeconds * 1000, minSeconds, maxSeconds: 3600, control: 'concurrent' } as const;
  const passes = (seed: number): boolean => {
    let state = begin(of);
    for (const look of looks(of, scenario, random(seed))) {
      state = fold(of, state, look);
      if (state.stopped !== null) return false;
      if (look.wave === 2 && verdict(of, state, { ...when, nowMs: look.toMs }).kind === 'pass') return true;
    }
    return false;
  };
  return seeds(runs).filter(passes).length / runs;
}

export function seeds(n: number): number[] {
  return Array.from({ length: n }, (_, i) => i);
}

export function centre(values: number[]): { measured: number; median: number } {
  const sorted = values.toSorted((a, b) => a - b);
  const measured = values.reduce((sum, value) => sum + value, 0) / values.length;
  return { measured, median: sorted[Math.floor(sorted.length / 2)] ?? NaN };
}

/** Exact upper 95% bound of a share, `k` of `n` (Clopper–Pearson, one-sided, by bisection). */
export function upperBound(k: number, n: number): number {
  let [low, high] = [k / n, 1];
  for (let step = 0; step < 60; step++) {
    const p = (low + high) / 2;
    let term = (1 - p) ** n;
    let sum = term;
    for (let i = 1; i <= k; i++) {
      term *= ((n - i + 1) / i) * (p / (1 - p));
      sum += term;
    }
    if (sum > 0.05) low = p;
    else high = p;
  }
  return high;
}
