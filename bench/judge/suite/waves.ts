import type { Watched } from '../../../src/spec/course.js';
import { delayOf } from '../../../src/spec/delay.js';
import { planWaves, type PlannedWave } from '../../../src/spec/waves.js';
import { begin, fold, verdict } from '../../../src/judge/judge.js';
import { type Controls, controlsOf } from '../../../src/policy/controls.js';
import type { Level } from '../../../src/spec/types.js';
import { random } from '../random.js';
import { look, settings, stream } from '../simulate.js';

/** A service of 100 equal targets in four zones, and the change that is carried over it. */
export interface Case {
  rps: number;
  badShare: number;
  level: Level;
  tier: 0 | 1 | 2 | 3;
}

/** Bad share of the changed side: `ratio` times as much, once `from` of the service is changed. */
export interface Fault {
  ratio: number;
  from: number;
}

export interface Outcome {
  /** Mean minutes to the end, good or undone. */
  minutes: number;
  /** Mean bad events beyond the normal until it is undone; of a change that went through, to its end. */
  excessBad: number;
  /** Share of runs that were stopped. */
  stopped: number;
}

const lookSeconds = 10;
const targets = Array.from({ length: 100 }, (_, i) => ({
  id: `t-${i}`,
  labels: { zone: `z${i % 4}` },
  share: 0.01,
}));
const part = [{ part: 'image', targets, reversible: true }];
const rollback = { deadlineSeconds: 600, batchShare: 0.5, observeSeconds: 30 };
const errors = stream({ tolerance: 0.25, detectRatio: 3 });

/** The waves by the level alone, and by the traffic. */
export function bothPlans(one: Case): { byLevel: PlannedWave[]; byTraffic: PlannedWave[] } {
  const controls = controlsOf(one.level);
  const auto = { waves: 'auto', bake: null, gates: [] } as const;
  const watched: Watched = {
    streams: [{ settings: errors, eventsPerSecond: one.rps, badShare: one.badShare }],
    delay: delayOf(rollback, lookSeconds),
    spec: { type: 'deploy', tier: one.tier, bake: null },
  };
  return {
    byLevel: planWaves({ ...auto, gates: [] }, part, controls),
    byTraffic: planWaves({ ...auto, gates: [] }, part, controls, watched),
  };
}

export function carriedOver(waves: readonly PlannedWave[], one: Case, fault: Fault, runs: number): Outcome {
  const controls = controlsOf(one.level);
  const all = Array.from({ length: runs }, (_, seed) => carry(waves, one, fault, controls, seed));
  const mean = (of: (run: Run) => number): number => all.reduce((sum, run) => sum + of(run), 0) / runs;
  return {
    minutes: mean((run) => run.seconds) / 60,
    excessBad: mean((run) => run.excess),
    stopped: mean((run) => (run.stopped ? 1 : 0)),
  };
}

interface Run {
  seconds: number;
  excess: number;
  stopped: boolean;
}

function carry(waves: readonly PlannedWave[], one: Case, fault: Fault, controls: Controls, seed: number): Run {
  const draw = random(seed);
  const judging = settings({ alpha: controls.alpha, beta: controls.beta, streams: [errors] });
  const { undoSeconds } = delayOf(rollback, lookSeconds);
  let state = begin(judging);
  let [seq, now, excess] = [0, 0, 0];
  for (const wave of waves) {
    const started = now;
    const share = wave.changedShare;
    const bad = share >= fault.from ? Math.min(1, one.badShare * fault.ratio) : one.badShare;
    for (;;) {
      const events = one.rps * lookSeconds;
      const canary = draw.poisson(events * share);
      const baseline = share >= 1 ? 0 : draw.poisson(events * (1 - share));
      const failed = draw.binomial(canary, bad);
      excess += failed - canary * one.badShare;
      seq += 1;
      now += lookSeconds;
      const counts = {
        canary: { exposure: canary, bad: failed },
        baseline: { exposure: baseline, bad: draw.binomial(baseline, one.badShare) },
      };
      const cells = [{ stream: 'errors', ...counts }];
      const at = { seq, wave: wave.index, fromMs: (now - lookSeconds) * 1000, toMs: now * 1000, cells };
      state = fold(judging, state, look(at));
      if (state.stopped !== null) {
        const undoing = one.rps * share * (bad - one.badShare) * undoSeconds;
        return { seconds: now + undoSeconds, excess: excess + undoing, stopped: true };
      }
      const { minSeconds, maxSeconds } = wave.bake;
      const when = { waveStartedMs: started * 1000, nowMs: now * 1000, minSeconds, maxSeconds, control: wave.control };
      if (now - started >= maxSeconds || verdict(judging, state, when).kind === 'pass') break;
    }
  }
  return { seconds: now, excess, stopped: false };
}
