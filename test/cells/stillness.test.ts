import { describe, expect, it } from 'vitest';
import { advance, type CounterState } from '../../src/cells/counters.js';
import { type Motion, moved, stillness } from '../../src/cells/stillness.js';

/** Evenly moving counters: so many events every second, for so long. */
function known(perSecond: number, seconds: number): Motion {
  let motion: Motion = moved(null, 0, { events: 0, seconds: 0, alive: true });
  for (let at = 1; at <= seconds; at++)
    motion = moved(motion, at * 1000, { events: perSecond, seconds: 1, alive: true });
  return motion;
}

/** The same, standing still for a while, looked at every second. */
function standing(motion: Motion, seconds: number): Motion {
  const [fromMs] = motion;
  return Array.from({ length: seconds }, (_, i) => fromMs + (i + 1) * 1000).reduce<Motion>(
    (now, atMs) => moved(now, atMs, { events: 0, seconds: 1, alive: false }),
    motion,
  );
}

const firstStill = (motion: Motion): number => {
  for (let seconds = 1; seconds <= 20_000; seconds++) {
    if (stillness(standing(motion, seconds), 0) !== null) return seconds;
  }
  return Infinity;
};

describe('standing still', () => {
  it('is called when its chance is one in a million, by what is known of the rate', () => {
    for (const perSecond of [1, 3, 20]) {
      const motion = known(perSecond, 400);
      const [, , , , events, seconds, unevenness, weight] = motion;
      const n = events / Math.max(1, unevenness / weight);
      const at = firstStill(motion);
      expect(chanceOfNone(n, seconds, at)).toBeLessThanOrEqual(1e-6);
      expect(chanceOfNone(n, seconds, at - 1)).toBeGreaterThan(1e-6);
    }
  });

  it('of a request a second is called after a quarter of a minute, of one a minute not within half an hour', () => {
    expect(firstStill(known(1, 3_000))).toBeLessThanOrEqual(16);
    let quiet: Motion = moved(null, 0, { events: 0, seconds: 0, alive: true });
    for (let at = 1; at <= 7_200; at++) {
      const events = at % 60 === 0 ? 1 : 0;
      quiet = moved(quiet, at * 1000, { events, seconds: 1, alive: events > 0 });
    }
    expect(firstStill(quiet)).toBeGreaterThan(1_800);
  });

  it('is not called for as long as the newest sample may be old', () => {
    const motion = known(50, 400);
    const unsampled = (seconds: number): Motion =>
      moved(motion, 400_000 + seconds * 1000, { events: 0, seconds: 0, alive: false });
    expect(stillness(unsampled(59), 60_000)).toBeNull();
    expect(stillness(unsampled(62), 60_000)).toMatchObject({ looks: 1, ms: 62_000, freshMs: 60_000 });
  });

  it('is told with the traffic before, which a frozen time does not dilute', () => {
    const after = standing(known(50, 400), 4_000);
    expect(stillness(after, 0)).toMatchObject({ looks: 4_000, ms: 4_000_000, perSecond: 50 });
  });
});

describe('the counters behind it', () => {
  const arms = { canary: ['c'], baseline: ['b'] };
  const rules = { warmupSeconds: 0 };
  const hour = 3_600_000;
  const look = (before: CounterState | null, atMs: number, total: number, sampleMs = atMs) =>
    advance(
      before,
      {
        atMs,
        counts: ['b', 'c'].map((target) => ({
          stream: 'errors',
          target,
          incarnation: '1',
          atMs: sampleMs,
          total,
          bad: 0,
        })),
      },
      arms,
      rules,
    );

  it('of a source whose clock is an hour off, or is set an hour forward or back, count and are watched as any other', () => {
    for (const [offset, jump] of [
      [0, 0],
      [hour, 0],
      [-hour, 0],
      [0, hour],
      [0, -hour],
    ] as const) {
      let state: CounterState | null = null;
      let counted = 0;
      for (let at = 0; at <= 600; at += 10) {
        const sampleMs = at * 1000 + offset + (at > 300 ? jump : 0);
        const step = look(state, at * 1000, at * 20, sampleMs);
        state = step.state;
        counted += step.cells[0]?.canary.exposure ?? 0;
        expect([step.still, step.canarySilent, step.baselineSilent]).toEqual([null, [], []]);
      }
      expect(counted).toBe(600 * 20);
      const stuck = look(state, 610_000, 12_000, 610_000 + offset + jump);
      expect(stuck.still).toMatchObject({ arm: 'both', looks: 1 });
    }
  });

  it('go on from a state of a release that did not watch them', () => {
    const now = look(look(null, 0, 100).state, 10_000, 300).state;
    const { motion: _, ...rest } = now;
    const targets = Object.fromEntries(
      Object.entries(rest.targets).map(([target, anchors]) => [target, anchors.map((one) => one?.slice(0, 6))]),
    );
    const old = JSON.parse(JSON.stringify({ ...rest, targets })) as CounterState;
    const step = look(old, 20_000, 500);
    expect(step.cells).toEqual(look(now, 20_000, 500).cells);
    expect([step.still, step.state.motion?.all.slice(0, 3)]).toEqual([null, [20_000, 20_000, 0]]);
    // A sample met again: how long is known from now on.
    const again = look(old, 20_000, 300, 10_000);
    expect(again.state.targets['c']?.[0]?.[6]).toBe(20_000);
  });

  it('are not called still by a restart, a target that joins, or traffic that moves to other targets', () => {
    const warm = Array.from({ length: 40 }, (_, i) => i * 10).reduce<CounterState | null>(
      (state, at) => look(state, at * 1000, at * 20).state,
      null,
    );
    const row = (target: string, total: number, incarnation = '1') => ({
      stream: 'errors',
      target,
      incarnation,
      atMs: 400_000,
      total,
      bad: 0,
    });
    const read = (...counts: ReturnType<typeof row>[]) =>
      advance(warm, { atMs: 400_000, counts }, { canary: ['c', 'd'], baseline: ['b'] }, rules).still;
    expect(read(row('b', 7_800), row('c', 7_800))).toMatchObject({ arm: 'both' });
    expect(read(row('b', 7_800), row('c', 0, '9'))).toBeNull();
    expect(read(row('b', 7_800), row('c', 7_800), row('d', 1))).toBeNull();
    expect(read(row('b', 9_000), row('c', 7_800))).toMatchObject({ arm: 'changed' });
    expect(read(row('b', 7_800), row('c', 9_000))).toBeNull();
  });
});

/** ∫ Gamma(λ; n + ½, s) e^−λt dλ, by summing over λ. */
function chanceOfNone(n: number, s: number, t: number): number {
  const shape = n + 0.5;
  const mean = shape / (s + t);
  const high = (shape / s) * 6;
  let all = 0;
  let none = 0;
  const peak = (shape - 1) * Math.log(Math.max(mean, 1e-12)) - mean * s;
  for (let i = 1; i < 400_000; i++) {
    const rate = (high * i) / 400_000;
    const density = Math.exp((shape - 1) * Math.log(rate) - rate * s - peak);
    all += density;
    none += density * Math.exp(-rate * t);
  }
  return none / all;
}
