/** Gauges of a fleet that changes nothing, or shifts: targets with hosts and drifts of their own, read every ten seconds. */
import { random } from '../../bench/judge/random.js';
import { look, settings, stream } from '../../bench/judge/simulate.js';
import { levelsOf } from '../../src/cells/levels.js';
import { begin, fold, verdict } from '../../src/judge/judge.js';
import { defaultNoise } from '../../src/judge/noise/default.js';
import type { JudgeSettings, LevelSettings, Look, Verdict } from '../../src/judge/types.js';

export interface Fleet {
  changed: number;
  unchanged: number;
  /** Sd between hosts, for ever; sd of each target's drift and its autocorrelation from look to look; sd of each reading. */
  hosts: number;
  drift: number;
  rho: number;
  reading: number;
  /** Sd and autocorrelation of what the changed targets do together. */
  together: number;
  togetherRho: number;
  /** Shift in logs from look `from` on. */
  shift: number;
  from: number;
}

export const quiet: Fleet = {
  changed: 2,
  unchanged: 6,
  hosts: 0.1,
  drift: 0.05,
  rho: 0.98,
  reading: 0.05,
  together: 0,
  togetherRho: 0,
  shift: 0,
  from: 0,
};

export function level(part: Partial<LevelSettings> = {}): LevelSettings {
  const noise = { profile: 'default', from: defaultNoise.from, level: defaultNoise.level };
  const shifts = { tolerance: Math.log(1.1), detect: Math.log(1.3) };
  return { name: 'cpu', direction: 'up', scale: 'log', unit: 1, ...shifts, intervalSeconds: 60, noise, ...part };
}

export const gauge = (part: Partial<LevelSettings> = {}): JudgeSettings =>
  settings({ streams: [stream({ name: 'cpu' })], levels: [level(part)] });

/** Looks of one wave; `seed` decides all chance. */
export function* gaugeLooks(its: JudgeSettings, fleet: Fleet, looks: number, seed: number): Generator<Look> {
  const draw = random(seed);
  const n = fleet.changed + fleet.unchanged;
  const targets = Array.from({ length: n }, (_, i) => `t${i}`);
  const arms = { canary: targets.slice(0, fleet.changed), baseline: targets.slice(fleet.changed) };
  const hosts = targets.map(() => fleet.hosts * draw.normal());
  const drifts = targets.map(() => fleet.drift * draw.normal());
  let together = fleet.together * draw.normal();
  const step = (value: number, rho: number, sd: number) => rho * value + Math.sqrt(1 - rho * rho) * sd * draw.normal();
  for (let seq = 1; seq <= looks; seq++) {
    drifts.forEach((value, i) => (drifts[i] = step(value, fleet.rho, fleet.drift)));
    together = step(together, fleet.togetherRho, fleet.together);
    const levels = targets.map((target, i) => {
      const own = (hosts[i] ?? 0) + (drifts[i] ?? 0) + fleet.reading * draw.normal();
      const changed = i < fleet.changed ? together + (seq > fleet.from ? fleet.shift : 0) : 0;
      return { stream: 'cpu', target, value: 0.4 * Math.exp(own + changed), atMs: seq * 10_000, startedMs: null };
    });
    const reading = { atMs: seq * 10_000, counts: [], levels };
    const seen = levelsOf(its.levels ?? [], reading, arms, { warmupSeconds: 0 });
    const sides = {
      canary: { targets: fleet.changed, silent: [] },
      baseline: { targets: fleet.unchanged, silent: [] },
    };
    yield look({ seq, levels: seen, ...sides });
  }
}

export interface GaugeRun {
  /** Look at which harm was proven, and the first at which it would pass; null when never. */
  stopped: number | null;
  passed: number | null;
  last: Verdict;
}

export function gaugeRun(its: JudgeSettings, fleet: Fleet, looks: number, seed: number): GaugeRun {
  let state = begin(its);
  let stopped: number | null = null;
  let passed: number | null = null;
  const when = { nowMs: 1e6, waveStartedMs: 0, minSeconds: 0, maxSeconds: 1e9, control: 'concurrent' } as const;
  for (const one of gaugeLooks(its, fleet, looks, seed)) {
    state = fold(its, state, one);
    if (state.stopped !== null) {
      stopped = one.seq;
      break;
    }
    if (passed === null && one.seq % 6 === 1 && verdict(its, state, when).kind === 'pass') passed = one.seq;
  }
  return { stopped, passed, last: verdict(its, state, when) };
}
