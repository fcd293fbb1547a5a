import { random } from '../../bench/judge/random.js';
import { settings, stream } from '../../bench/judge/simulate.js';
import { advance, type CounterState } from '../../src/cells/counters.js';
import { makeLook } from '../../src/cells/look.js';
import { begin, fold, type JudgeState, verdict } from '../../src/judge/judge.js';
import type { Look, Verdict } from '../../src/judge/types.js';
import type { RawCount } from '../../src/sources/port.js';

/** A simulated service behind a source that can freeze, looked at as a watcher does: counters, looks, judge. */
export interface Fleet {
  /** Events a second of all targets, that come `burst` at a time. */
  perSecond: number;
  burst?: number;
  /** Seconds between two samples of a target; 0: every look takes its own. */
  scrapeSeconds?: number;
  lookSeconds: (watched: number) => number;
  seed?: number;
}

/** What stands still, from when to when (seconds). `stopped`: no new samples; `stuck`: new samples of the same values. */
export interface Freeze {
  kind: 'stopped' | 'stuck';
  targets: readonly string[];
  from: number;
  to?: number;
}

export interface Seen {
  at: number;
  look: Look;
  verdict: Verdict;
}

export const canary = ['a', 'b'];
export const baseline = ['c', 'd', 'e', 'f'];
export const everybody = [...canary, ...baseline];
const judging = settings({ streams: [stream({ detectRatio: 3 })] });
const startMs = 1_763_646_000_000;

export interface Watched {
  seen: Seen[];
  /** Events of each target when the last look was made, and when the first was. */
  counted: { canary: number; baseline: number };
}

/** Looks for so many seconds; the least bake is `minSeconds`, so what may pass then does. */
export function watch(fleet: Fleet, seconds: number, freezes: Freeze | Freeze[] = [], minSeconds = 0): Watched {
  const draw = random(fleet.seed ?? 1);
  const { burst = 1, scrapeSeconds = 0 } = fleet;
  const real = new Map(everybody.map((target) => [target, { total: 10_000, bad: 100 }]));
  const shown = new Map<string, RawCount>();
  const first = new Map<string, number>();
  const seen: Seen[] = [];
  let counters: CounterState | null = null;
  let judge: JudgeState = begin(judging);
  let last = 0;
  for (let at = 0; at <= seconds; at += fleet.lookSeconds(at)) {
    const fromMs = startMs + last * 1000;
    for (let t = last; t < at; t += Math.min(1, at - t)) {
      const step = Math.min(1, at - t);
      for (const target of everybody) {
        const count = real.get(target);
        const events = burst * draw.poisson((fleet.perSecond * step) / everybody.length / burst);
        if (count) Object.assign(count, { total: count.total + events, bad: count.bad + draw.binomial(events, 0.01) });
        sample(target, t + step);
      }
    }
    if (at === 0) for (const target of everybody) sample(target, 0, true);
    last = at;
    const atMs = startMs + at * 1000;
    const counts = [...shown.values()];
    const advanced = advance(counters, { atMs, counts }, { canary, baseline }, { warmupSeconds: 0 });
    counters = advanced.state;
    const seq = seen.length + 1;
    const frame = { seq, after: seq - 1, wave: 1, fromMs, toMs: atMs, arms: { canary, baseline } };
    const look = makeLook(frame, advanced);
    judge = fold(judging, judge, look);
    const when = {
      nowMs: atMs,
      waveStartedMs: startMs - 1,
      minSeconds,
      maxSeconds: 1e6,
      control: 'concurrent',
    } as const;
    seen.push({ at, look, verdict: verdict(judging, judge, when) });
    if (first.size === 0) for (const { target, total } of counts) first.set(target, total);
  }
  const moved = (targets: string[]): number =>
    targets.reduce((sum, target) => sum + (shown.get(target)?.total ?? 0) - (first.get(target) ?? 0), 0);
  return { seen, counted: { canary: moved(canary), baseline: moved(baseline) } };

  /** What the source shows of a target from now on: every `scrapeSeconds`, each target at a time of its own. */
  function sample(target: string, at: number, always = false): void {
    const phase = (everybody.indexOf(target) / everybody.length) * scrapeSeconds;
    const due =
      scrapeSeconds === 0 || Math.floor((at - phase) / scrapeSeconds) > Math.floor((at - 1 - phase) / scrapeSeconds);
    const freeze = [freezes].flat().find((one) => {
      return one.targets.includes(target) && at >= one.from && at < (one.to ?? Infinity);
    });
    if (!always && (!due || freeze?.kind === 'stopped')) return;
    const count = freeze ? (shown.get(target) ?? real.get(target)) : real.get(target);
    if (count === undefined) return;
    const { total, bad } = count;
    const stale = scrapeSeconds === 0 ? 15_000 : Math.max(5, scrapeSeconds * 2.5) * 1000;
    const row = { stream: 'errors', target, incarnation: '1', atMs: startMs + at * 1000, total, bad };
    shown.set(target, scrapeSeconds === 0 ? row : { ...row, staleAfterMs: stale });
  }
}

export const counted = (seen: readonly Seen[], arm: 'canary' | 'baseline'): number =>
  seen.flatMap(({ look }) => look.cells).reduce((sum, cell) => sum + cell[arm].exposure, 0);
