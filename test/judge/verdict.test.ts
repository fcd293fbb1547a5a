import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { look, settings, stream } from '../../bench/judge/simulate.js';
import { begin, explain, fold, type JudgeState, verdict, type When } from '../../src/judge/judge.js';
import type { Cell, JudgeSettings, Look } from '../../src/judge/types.js';

const one = settings();
const bake: When = { nowMs: 600_000, waveStartedMs: 0, minSeconds: 60, maxSeconds: 600, control: 'concurrent' };

/** `errors` with changed bad/exposure against unchanged bad/exposure. */
function errors(x: number, n: number, y: number, m: number): Cell[] {
  return [{ stream: 'errors', canary: { exposure: n, bad: x }, baseline: { exposure: m, bad: y } }];
}

/** Looks in sequence, each continuing from the one before. */
function after(of: JudgeSettings, parts: Partial<Look>[], from: JudgeState = begin(of)): JudgeState {
  return parts.reduce<JudgeState>((state, part) => fold(of, state, look({ ...part, seq: state.seq + 1 })), from);
}

const judged = (of: JudgeSettings, state: JudgeState, when: Partial<When> = {}) =>
  verdict(of, state, { ...bake, ...when });
const healthy = { cells: errors(10, 1_000, 90, 9_000) };
const proven = (of: JudgeSettings) => after(of, [healthy, healthy, healthy, healthy, healthy]);

describe('fail', () => {
  it('says in one sentence who is to blame and with which numbers', () => {
    const state = after(one, [{ cells: errors(31, 1_204, 4, 3_610) }]);
    const { kind, culprit, reason } = judged(one, state);
    expect([kind, culprit]).toEqual(['fail', 'errors']);
    expect(reason).toMatch(
      /^errors: 31 of 1,204 changed requests were bad against 4 of 3,610 unchanged: ratio 23; evidence \S+ passed the bound 100 \(α=.01\)$/,
    );
  });

  it('is remembered when later looks are clean, broken, or of another wave', () => {
    const bad = after(one, [{ cells: errors(31, 1_204, 4, 3_610) }]);
    const { reason, logHarm } = judged(one, bad);
    const clean = after(
      one,
      Array.from({ length: 50 }, () => ({ ...healthy, wave: 2 })),
      bad,
    );
    const broken = after(one, [{ error: 'x' }, { error: 'x' }, { error: 'x' }], bad);
    for (const state of [clean, broken]) expect(judged(one, state)).toMatchObject({ kind: 'fail', reason });
    expect(judged(one, broken).logHarm).toBe(logHarm);
  });

  it('comes from the guard when both sides are bad alike', () => {
    const guarded = settings({ streams: [stream({ limit: 0.05 })] });
    const { kind, reason } = judged(guarded, after(guarded, [{ cells: errors(200, 1_000, 1_800, 9_000) }]));
    expect(kind).toBe('fail');
    expect(reason).toContain('a share of 20% is held against the limit 5%');
    expect(judged(one, after(one, [{ cells: errors(200, 1_000, 1_800, 9_000) }])).kind).not.toBe('fail');
  });

  it('blames the stream that adds most', () => {
    const of = settings({ streams: [stream({ weight: 0.5 }), stream({ name: 'slow', weight: 0.5 })] });
    const slow = { stream: 'slow', canary: { exposure: 1_000, bad: 200 }, baseline: { exposure: 9_000, bad: 90 } };
    const state = after(of, [{ cells: [...errors(10, 1_000, 90, 9_000), slow] }]);
    expect(judged(of, state)).toMatchObject({ kind: 'fail', culprit: 'slow' });
  });

  it('is not said of a share below the floor, whatever the ratio', () => {
    const cells = errors(30, 100_000, 0, 900_000);
    const floored = settings({ streams: [stream({ floor: 0.001 })] });
    expect(judged(one, after(one, [{ cells }])).kind).toBe('fail');
    expect(judged(floored, after(floored, [{ cells }])).kind).toBe('pass');
    expect(judged(floored, after(floored, [{ cells: errors(900, 100_000, 0, 900_000) }])).kind).toBe('fail');
  });
});

describe('pass', () => {
  it('comes early, when safety is proven and the least bake is over', () => {
    const state = proven(one);
    expect(judged(one, state, { nowMs: 59_000 })).toMatchObject({ kind: 'inconclusive' });
    expect(judged(one, state, { nowMs: 61_000 })).toMatchObject({ kind: 'pass', culprit: null, control: 'concurrent' });
    expect(judged(one, state).reason).toContain('a ratio of 2 or more is excluded on errors');
  });

  it('waits for every stream that must be proven, and for no other', () => {
    const of = (prove: boolean) =>
      settings({ streams: [stream({ weight: 0.5 }), stream({ name: 'slow', weight: 0.5, prove })] });
    const slow = { stream: 'slow', canary: { exposure: 1_000, bad: 0 }, baseline: { exposure: 9_000, bad: 1 } };
    const parts = Array.from({ length: 5 }, () => ({ cells: [...healthy.cells, slow] }));
    expect(judged(of(false), after(of(false), parts)).kind).toBe('pass');
    const verdict = judged(of(true), after(of(true), parts));
    expect(verdict.kind).toBe('inconclusive');
    expect(verdict.reason).toMatch(/slow is not proven below ratio 2 \(evidence \S+ of 20; .*excluded/);
  });

  it('can be proven by the floor alone', () => {
    const of = settings({ streams: [stream({ floor: 0.01 })] });
    expect(judged(of, after(of, [{ cells: errors(0, 2_000, 0, 100) }])).kind).toBe('pass');
  });

  it('never comes from nothing: no cell, empty cells, errors only, or one arm alone', () => {
    const nothing = fc.constantFrom<Partial<Look>>(
      {},
      { error: 'down' },
      { cells: errors(0, 0, 0, 0) },
      { cells: errors(0, 0, 3, 90_000) },
      { cells: errors(3, 90_000, 0, 0) },
    );
    const control = fc.constantFrom<When['control']>('concurrent', 'none');
    fc.assert(
      fc.property(fc.array(nothing, { maxLength: 20 }), control, fc.nat(10_000), (parts, control, seconds) => {
        expect(judged(one, after(one, parts), { control, nowMs: seconds * 1000 }).kind).not.toBe('pass');
      }),
    );
  });

  it('is not carried into a wave that nobody has seen yet', () => {
    const state = proven(one);
    expect(judged(one, state, { waveStartedMs: 500_000, nowMs: 590_000 }).kind).toBe('inconclusive');
    expect(judged(one, state, { waveStartedMs: 500_000, nowMs: 1_200_000 }).kind).toBe('error');
    expect(judged(one, after(one, [{ wave: 2 }], state)).kind).not.toBe('pass');
    expect(judged(one, after(one, [{ ...healthy, wave: 2 }], state)).kind).toBe('pass');
  });

  it('is not given on the look after an error, nor to a wave that itself leans to harm', () => {
    expect(judged(one, after(one, [{ error: 'down' }], proven(one))).kind).toBe('inconclusive');
    const leaning = after(one, [{ wave: 2, cells: errors(3, 100, 2, 900) }], proven(one));
    expect(judged(one, leaning)).toMatchObject({ kind: 'inconclusive' });
    expect(judged(one, leaning).reason).toContain("this wave's own cells lean to harm on errors");
  });

  it('is not given while another stream is halfway to a stop', () => {
    const of = settings({ streams: [stream({ weight: 0.5 }), stream({ name: 'slow', weight: 0.5, prove: false })] });
    const slow = (bad: number) => {
      const cell = { stream: 'slow', canary: { exposure: 1_000, bad }, baseline: { exposure: 9_000, bad: 90 } };
      return after(of, [{ cells: [...errors(50, 5_000, 450, 45_000), cell] }]);
    };
    expect(judged(of, slow(12)).kind).toBe('pass');
    expect(judged(of, slow(23))).toMatchObject({ kind: 'inconclusive' });
    expect(judged(of, slow(23)).reason).toMatch(/evidence of harm is \d+ on its way to 100, most of it from slow/);
  });

  it('gives up hoarded proof, so that a later fault takes it away', () => {
    const hour = after(
      one,
      Array.from({ length: 360 }, () => healthy),
    );
    const late = after(one, [{ wave: 2, cells: errors(16, 1_000, 45, 4_500) }], hour);
    expect(judged(one, late).logSafe).toBeLessThan(judged(one, hour).logSafe / 10);
  });
});

describe('a wave without an unchanged arm', () => {
  const last = { wave: 2, cells: errors(90, 9_000, 0, 0), baseline: { targets: 0, silent: [] } };
  const none = { control: 'none', waveStartedMs: 50_000 } as const;

  it('passes at its end on the proof carried, never early', () => {
    const state = after(one, [last, last], proven(one));
    expect(judged(one, state, { ...none, nowMs: 649_000 }).kind).toBe('inconclusive');
    expect(judged(one, state, { ...none, nowMs: 650_000 })).toMatchObject({ kind: 'pass', control: 'none' });
  });

  it('is inconclusive at its end without a proof, and without traffic', () => {
    expect(judged(one, after(one, [{ ...last, wave: 1 }]), { ...none, waveStartedMs: 0 }).kind).toBe('inconclusive');
    const unseen = { ...last, cells: errors(0, 0, 0, 0) };
    expect(judged(one, after(one, [unseen], proven(one)), { ...none, nowMs: 650_000 }).kind).toBe('error');
  });

  it('leaves the relative evidence as it was', () => {
    const before = proven(one);
    const [was] = before.streams;
    const [is] = after(one, [last, { ...last, wave: 2 }], after(one, [{ wave: 2 }], before)).streams;
    expect(is?.plain).toEqual(was?.plain);
  });

  it('still fails by the guard, and does not pass while the guard stirs', () => {
    const of = settings({ streams: [stream({ limit: 0.05 })] });
    const state = (bad: number) => after(of, [{ ...last, cells: errors(bad, 1_000, 0, 0) }], proven(of));
    expect(judged(of, state(150), { ...none, nowMs: 650_000 }).kind).toBe('fail');
    expect(judged(of, state(76), { ...none, nowMs: 650_000 })).toMatchObject({ kind: 'inconclusive' });
    expect(judged(of, state(30), { ...none, nowMs: 650_000 }).kind).toBe('pass');
  });
});

describe('error', () => {
  it('comes from broken looks in a row, and goes with the next good one', () => {
    const broken = after(one, [healthy, { error: 'x' }, { error: 'x' }, { error: 'x' }]);
    expect(judged(one, broken)).toMatchObject({ kind: 'error' });
    expect(judged(one, after(one, [healthy], broken)).kind).not.toBe('error');
  });

  it('comes at the end of a wave that had no good look, or a stream without any data', () => {
    expect(judged(one, begin(one), { nowMs: 599_000 }).kind).toBe('inconclusive');
    expect(judged(one, begin(one)).kind).toBe('error');
    const two = settings({ streams: [stream({ weight: 0.5 }), stream({ name: 'slow', weight: 0.5, prove: false })] });
    const { kind, reason } = judged(two, proven(two));
    expect([kind, reason]).toEqual(['error', 'the source: no data in this wave on slow']);
  });

  it('is not said of a changed side that merely gets no traffic', () => {
    const state = after(one, [{ cells: errors(0, 0, 9, 900) }]);
    const { kind, reason } = judged(one, state);
    expect(kind).toBe('inconclusive');
    expect(reason).toContain('no look has seen traffic on the changed side');
  });
});

describe('the end of the bake', () => {
  it('says which ratio has been excluded so far', () => {
    const state = after(one, [{ cells: errors(2, 1_000, 18, 9_000) }]);
    const { kind, reason } = judged(one, state);
    expect(kind).toBe('inconclusive');
    expect(reason).toMatch(
      /^the bake of 600 s is over: errors is not proven below ratio 2 .*ratios of 5 and more are excluded/,
    );
  });

  it('says so when nothing has been excluded', () => {
    expect(judged(one, after(one, [{ cells: errors(0, 50, 0, 900) }])).reason).toContain('no ratio is excluded yet');
  });
});

describe('explain', () => {
  it('shows the decision first, then bounds, control and every stream', () => {
    const of = settings({ streams: [stream({ limit: 0.5 })] });
    const lines = explain(of, judged(of, after(of, [{ cells: errors(31, 1_204, 4, 3_610) }])));
    expect(lines[0]).toMatch(/^fail: errors: 31 of 1,204/);
    expect(lines).toContain('to blame: errors');
    expect(lines).toContain('control: the unchanged side over the same intervals');
    expect(lines.at(-1)).toMatch(/above its limit of 50%: evidence .*; not proven below ratio 2/);
    expect(lines.join()).not.toMatch(/NaN|Infinity|undefined/);
  });
});

describe('nothing to prove', () => {
  it('a change that nobody watches is never passed, however long it is looked at', () => {
    const blind: JudgeSettings = { ...one, streams: [] };
    const state = after(blind, [{ cells: [] }, { cells: [] }]);
    const { kind, reason } = judged(blind, state, { nowMs: 10_000_000 });
    expect(kind).toBe('inconclusive');
    expect(reason).toContain('no signal is watched');
    expect(JSON.parse(JSON.stringify(judged(blind, state)))).toEqual(judged(blind, state));
  });

  it('a change whose signals are all exempt from proof is never passed, but still stopped', () => {
    const exempt = settings({ streams: [stream({ prove: false })] });
    expect(judged(exempt, proven(exempt), { nowMs: 10_000_000 }).kind).toBe('inconclusive');
    expect(judged(exempt, after(exempt, [{ cells: errors(400, 1_000, 90, 9_000) }])).kind).toBe('fail');
  });
});
