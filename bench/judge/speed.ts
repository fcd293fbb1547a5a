/** How many looks a second one core folds. */
import { begin, fold } from '../../src/judge/judge.js';
import type { JudgeSettings, Look } from '../../src/judge/types.js';
import { random } from './random.js';
import { looks, settings, stream } from './simulate.js';

/** Three streams with every kind of evidence, and one with the relative kind only. */
export const typical: JudgeSettings = settings({
  streams: [
    stream({ name: 'errors', weight: 0.5, floor: 0.001, limit: 0.2 }),
    stream({ name: 'latency.p50', weight: 0.25, tolerance: 0.1 }),
    stream({ name: 'latency.p99', weight: 0.25, tolerance: 0.1 }),
  ],
});
export const single: JudgeSettings = settings();

/** The first rounds warm up; the best of all counts, for whatever else the machine does only adds to one. */
const rounds = 8;

function folding(of: JudgeSettings, all: readonly Look[], nowMs: () => number): number {
  const startMs = nowMs();
  let state = begin(of);
  for (const look of all) state = fold(of, state, look);
  return (nowMs() - startMs) / 1000;
}

/** Folds `n` looks drawn beforehand (no harm, 200 rps, look every 5 s); looks and cells a second. */
export function foldSpeed(of: JudgeSettings, n: number, nowMs: () => number): { looks: number; cells: number } {
  const scenario = {
    rps: () => 200,
    shares: [0.1],
    waveSeconds: n * 5,
    lookSeconds: 5,
    badShare: () => 0.01,
    ratio: () => 1,
  };
  const all: Look[] = [...looks(of, scenario, random(1))];
  const seconds = Math.min(...Array.from({ length: rounds }, () => folding(of, all, nowMs)));
  return { looks: n / seconds, cells: (n * of.streams.length) / seconds };
}
