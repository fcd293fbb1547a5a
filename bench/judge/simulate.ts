/** A simulated change under the judge: traffic and faults in, the look at which it was decided out. */
import { begin, fold, verdict } from '../../src/judge/judge.js';
import type { Cell, JudgeSettings, Look, StreamSettings, Verdict } from '../../src/judge/types.js';
import { random, type Random } from './random.js';

export interface Scenario {
  /** Events a second of both arms together, at second t. */
  rps: (t: number) => number;
  /** Changed side's share of traffic in wave 1, 2 … */
  shares: readonly number[];
  /** Seconds of each wave. */
  waveSeconds: number;
  lookSeconds: number;
  /** Bad share of unchanged events at second t. */
  badShare: (t: number) => number;
  /** Ratio of bad shares, changed to unchanged, at second t. */
  ratio: (t: number) => number;
}

export interface Run {
  stoppedSeconds: number | null;
  /** First time safety was proven in the first wave; null when never, or stopped before. */
  provenSeconds: number | null;
  last: Verdict;
}

/** Streams with the defaults a test does not care about. */
export function stream(part: Partial<StreamSettings> = {}): StreamSettings {
  const defaults = { tolerance: 0, detectRatio: 2, floor: 0, limit: 1, weight: 1, prove: true, dispersion: 1 };
  return { name: 'errors', ...defaults, ...part };
}

export function settings(part: Partial<JudgeSettings> = {}): JudgeSettings {
  const defaults = { alpha: 0.01, beta: 0.05, streams: [stream()], silenceLooks: 3, restartSeconds: 600 };
  return { version: 1, ...defaults, ...part };
}

/**
 * Independent draws for every stream of `of`; arms over the same interval. `burst`: bad events per cause, so that counts
 * are dispersed by that factor.
 */
export function* looks(of: JudgeSettings, scenario: Scenario, draw: Random, burst = 1): Generator<Look> {
  let seq = 0;
  const bad = (n: number, p: number) => Math.min(n, burst * draw.binomial(n, Math.min(1, p)));
  for (let wave = 1; wave <= scenario.shares.length; wave++) {
    const share = scenario.shares[wave - 1] ?? 0;
    for (let t = 0; t < scenario.waveSeconds; t += scenario.lookSeconds) {
      const at = (wave - 1) * scenario.waveSeconds + t;
      const cells = of.streams.map(({ name }): Cell => {
        const events = scenario.rps(at) * scenario.lookSeconds;
        const canary = draw.poisson(events * share);
        const baseline = draw.poisson(events * (1 - share));
        const p = scenario.badShare(at);
        return {
          stream: name,
          canary: { exposure: canary, bad: bad(canary, p * scenario.ratio(at)) },
          baseline: { exposure: baseline, bad: bad(baseline, p) },
        };
      });
      seq++;
      yield look({ seq, wave, fromMs: at * 1000, toMs: (at + scenario.lookSeconds) * 1000, cells });
    }
  }
}

/** A good look with everybody reporting, ten seconds long unless said otherwise. */
export function look(part: Partial<Look> & { seq: number }): Look {
  const fromMs = (part.seq - 1) * 10_000;
  const arms = { canary: { targets: 2, silent: [] }, baseline: { targets: 6, silent: [] } };
  return { after: part.seq - 1, wave: 1, fromMs, toMs: fromMs + 10_000, cells: [], ...arms, error: null, ...part };
}

/** Looks until it is stopped, or to the end. Time of the proof is that of the first `pass` with no least bake. */
export function run(of: JudgeSettings, scenario: Scenario, seed: number, burst = 1): Run {
  let state = begin(of);
  let provenSeconds: number | null = null;
  const when = { waveStartedMs: 0, minSeconds: 0, maxSeconds: Number.MAX_SAFE_INTEGER, control: 'concurrent' } as const;
  let nowMs = 0;
  for (const one of looks(of, scenario, random(seed), burst)) {
    nowMs = one.toMs;
    state = fold(of, state, one);
    if (state.stopped !== null) break;
    if (provenSeconds === null && verdict(of, state, { ...when, nowMs }).kind === 'pass') provenSeconds = nowMs / 1000;
  }
  const last = verdict(of, state, { ...when, nowMs });
  return { stoppedSeconds: state.stopped === null ? null : nowMs / 1000, provenSeconds, last };
}
