import { describe, expect, it } from 'vitest';
import { look, settings } from '../../bench/judge/simulate.js';
import { begin, fold, type JudgeState, verdict } from '../../src/judge/judge.js';

const one = settings({ silenceLooks: 3 });
const when = { nowMs: 60_000, waveStartedMs: 0, minSeconds: 0, maxSeconds: 600, control: 'concurrent' } as const;
const cells = [{ stream: 'errors', canary: { exposure: 1_000, bad: 10 }, baseline: { exposure: 9_000, bad: 90 } }];

interface Seen {
  canary: [targets: number, ...silent: string[]];
  baseline: [targets: number, ...silent: string[]];
  error?: string;
}

function after(...seen: Seen[]): JudgeState {
  return seen.reduce<JudgeState>((state, { canary, baseline, error }) => {
    const arm = ([targets, ...silent]: Seen['canary']) => ({ targets, silent });
    const part = { cells, canary: arm(canary), baseline: arm(baseline), error: error ?? null };
    return fold(one, state, look({ seq: state.seq + 1, ...part }));
  }, begin(one));
}
const times = (n: number, seen: Seen) => Array.from({ length: n }, () => seen);
const judged = (state: JudgeState) => verdict(one, state, when);

describe('a changed target that stops reporting', () => {
  it('fails the change after three looks in a row, by name', () => {
    const seen: Seen = { canary: [2, 'b'], baseline: [6] };
    expect(judged(after(...times(2, seen))).kind).toBe('inconclusive');
    const { kind, culprit, silent, reason } = judged(after(...times(3, seen)));
    expect([kind, culprit, silent]).toEqual(['fail', 'silence', ['b']]);
    expect(reason).toBe(
      'silence: 1 changed target of 2 (b) did not report for 3 looks in a row, while at most 0% of the unchanged ones were silent',
    );
  });

  it('is forgiven when it reports in between, and not when only the source failed in between', () => {
    const seen: Seen = { canary: [2, 'b'], baseline: [6] };
    const back: Seen = { canary: [2], baseline: [6] };
    expect(judged(after(...times(2, seen), back, ...times(2, seen))).kind).toBe('inconclusive');
    expect(judged(after(...times(2, seen), { ...seen, error: 'down' }, seen)).kind).toBe('fail');
  });

  it('does not let the wave pass meanwhile', () => {
    const clean: Seen = { canary: [2], baseline: [6] };
    expect(judged(after(...times(9, clean))).kind).toBe('pass');
    const { kind, reason } = judged(after(...times(9, clean), { canary: [2, 'b'], baseline: [6] }));
    expect(kind).toBe('inconclusive');
    expect(reason).toContain('b did not report in the last look');
  });
});

describe('silence on both sides', () => {
  it('is an error of the source, never a fail and never a pass', () => {
    const { kind, silent } = judged(after(...times(5, { canary: [2, 'a', 'b'], baseline: [4, 'c', 'd', 'e', 'f'] })));
    expect([kind, silent]).toEqual(['error', ['a', 'b']]);
    expect(judged(after(...times(5, { canary: [4, 'a', 'b'], baseline: [6, 'd', 'e', 'f'] }))).kind).toBe('error');
  });

  it('is not blamed on the change when the unchanged side came back first', () => {
    const both: Seen = { canary: [1, 'a'], baseline: [2, 'c', 'd'] };
    expect(judged(after(...times(3, both), { canary: [1, 'a'], baseline: [2] })).kind).toBe('error');
  });

  it('is still blamed on the change when a few unchanged ones were silent before', () => {
    expect(judged(after(...times(3, { canary: [1, 'a'], baseline: [5, 'c'] }))).kind).toBe('fail');
  });
});

describe('with no unchanged arm', () => {
  it('the other changed targets are the witnesses', () => {
    expect(judged(after(...times(3, { canary: [8, 'a', 'b'], baseline: [0] }))).kind).toBe('fail');
  });

  it('silence of all is an error', () => {
    expect(judged(after(...times(3, { canary: [2, 'a', 'b'], baseline: [0] }))).kind).toBe('error');
    expect(judged(after(...times(3, { canary: [1, 'a'], baseline: [0] }))).kind).toBe('error');
  });
});
