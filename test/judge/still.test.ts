import { describe, expect, it } from 'vitest';
import { look, settings } from '../../bench/judge/simulate.js';
import { begin, fold, type JudgeState, verdict } from '../../src/judge/judge.js';
import type { Still } from '../../src/judge/types.js';
import { baseline, canary, counted, everybody, type Fleet, type Freeze, type Seen, watch } from './standing.js';

const dense = (watched: number): number => Math.min(10, Math.max(1, Math.round(watched / 20)));
const every = (seconds: number) => (): number => seconds;
const kinds = (seen: readonly Seen[]): Set<string> => new Set(seen.map(({ verdict: { kind } }) => kind));
const called = (seen: readonly Seen[]): Seen[] => seen.filter(({ look: one }) => one.still !== undefined);

/** The first look that saw nothing move for want of it, and the verdict `error` that came of it. */
function noticed(fleet: Fleet, kind: 'stopped' | 'stuck', from: number): { looks: number; seconds: number } {
  const { seen } = watch(fleet, from + 300, { kind, targets: everybody, from });
  const after = seen.filter(({ at }) => at > from);
  const index = after.findIndex(({ verdict: one }) => one.kind === 'error');
  // The look right after the freeze may still have seen what came before it.
  const moved = after.slice(0, index).filter(({ look: one }) => one.cells.length > 0).length;
  return { looks: index + 1 - moved, seconds: (after[index]?.at ?? Infinity) - from };
}

describe('a source that answers the same for ever', () => {
  const fleets: [string, Fleet][] = [
    ['read live, looked at every second', { perSecond: 50, lookSeconds: every(1) }],
    ['read live, looked at every 10 s', { perSecond: 50, lookSeconds: every(10) }],
    ['read live, looked at ever less often', { perSecond: 2, lookSeconds: dense }],
    ['of two requests a second, looked at every 10 s', { perSecond: 2, lookSeconds: every(10) }],
    ['scraped every 5 s, looked at every second', { perSecond: 50, scrapeSeconds: 5, lookSeconds: every(1) }],
    ['scraped every 10 s, looked at every 10 s', { perSecond: 50, scrapeSeconds: 10, lookSeconds: every(10) }],
    ['scraped every 15 s, looked at every 10 s', { perSecond: 50, scrapeSeconds: 15, lookSeconds: every(10) }],
    ['with a page of 20 requests at a time', { perSecond: 100, burst: 20, lookSeconds: every(10) }],
  ];
  describe.each(fleets)('%s', (_what, fleet) => {
    it.each(['stopped', 'stuck'] as const)('is an error within three looks or 25 s when it is %s', (kind) => {
      // Little traffic takes a little longer to be known.
      for (const from of [fleet.perSecond >= 10 ? 101 : 203, 307, 607]) {
        for (let seed = 1; seed <= 5; seed++) {
          const { looks, seconds } = noticed({ ...fleet, seed }, kind, from);
          expect(looks <= 3 || seconds <= 25, `after ${looks} looks, ${seconds} s (seed ${seed})`).toBe(true);
        }
      }
    });
  });

  it('is never passed, from the first look on that should have seen something', () => {
    for (const kind of ['stopped', 'stuck'] as const) {
      // Proven long before; the least bake is over while the source is frozen.
      const freeze = { kind, targets: everybody, from: 605 };
      const { seen } = watch({ perSecond: 200, lookSeconds: every(10) }, 900, freeze, 612);
      const frozen = seen.filter(({ at }) => at > 612);
      expect(kinds(frozen)).toEqual(new Set(['inconclusive', 'error']));
      expect(seen.filter(({ verdict: one }) => one.kind === 'fail')).toEqual([]);
      expect(frozen[0]?.verdict.reason).toMatch(/no counter of either arm has moved for 1 look/);
    }
  });

  it('says so, since when, and what was seen before', () => {
    const freeze = { kind: 'stuck', targets: everybody, from: 305 } as const;
    const { seen } = watch({ perSecond: 50, lookSeconds: every(10) }, 340, freeze);
    // 1763646310 is 13:45:10; the last look that saw anything move.
    expect(seen.at(-1)?.verdict.reason).toMatch(
      /^the source: every counter of both arms has stood still for 3 looks \(since 13:45:10Z\) though (4[5-9]|5[0-5])(\.\d)? requests a second were seen before$/,
    );
  });

  it('is forgiven as soon as it moves, and what it had kept back is counted once', () => {
    for (const kind of ['stopped', 'stuck'] as const) {
      const freeze = { kind, targets: everybody, from: 305, to: 497 };
      const fleet = { perSecond: 50, scrapeSeconds: kind === 'stuck' ? 5 : 0, lookSeconds: every(10) };
      const { seen, counted: truth } = watch(fleet, 600, freeze);
      expect(kinds(seen.filter(({ at }) => at >= 350 && at < 490))).toEqual(new Set(['error']));
      expect(kinds(seen.filter(({ at }) => at > 510))).toEqual(new Set(['pass']));
      expect([counted(seen, 'canary'), counted(seen, 'baseline')]).toEqual([truth.canary, truth.baseline]);
    }
  });

  it('is noticed again as quickly when it freezes a second time', () => {
    const fleet = { perSecond: 20, lookSeconds: every(10) };
    const [first, second] = [305, 505].map(
      (from) => ({ kind: 'stuck', targets: everybody, from, to: from + 98 }) as const,
    );
    const { seen } = watch(fleet, 600, [first, second] as Freeze[]);
    const errors = seen.filter(({ verdict: one }) => one.kind === 'error').map(({ at }) => at);
    expect(errors).toEqual([340, 350, 360, 370, 380, 390, 400, 540, 550, 560, 570, 580, 590, 600]);
  });
});

describe('real traffic', () => {
  it.each([
    ['one request a minute', { perSecond: 1 / 60, lookSeconds: dense }],
    ['one request in ten minutes', { perSecond: 1 / 600, lookSeconds: every(10) }],
    ['one request in five seconds', { perSecond: 0.2, lookSeconds: dense }],
    ['a page of 20 requests every 20 s', { perSecond: 1, burst: 20, lookSeconds: every(1) }],
    ['a batch of 300 requests every minute', { perSecond: 5, burst: 300, lookSeconds: every(10) }],
    ['scraped once a minute', { perSecond: 100, scrapeSeconds: 60, lookSeconds: dense }],
    ['scraped every 15 s, looked at every second', { perSecond: 5, scrapeSeconds: 15, lookSeconds: every(1) }],
    ['plenty of it', { perSecond: 500, lookSeconds: every(10) }],
  ] satisfies [string, Fleet][])('is not called frozen: %s', (_what, fleet) => {
    for (let seed = 1; seed <= 10; seed++) {
      const { seen } = watch({ ...fleet, seed }, 7_200);
      const wrong = called(seen).map(({ at, look: one }) => [seed, at, one.still]);
      expect(wrong.slice(0, 3)).toEqual([]);
    }
  });
});

describe('the changed side alone', () => {
  it('standing still is inconclusive, says so and never passes, however good it was before', () => {
    for (const kind of ['stopped', 'stuck'] as const) {
      const freeze = { kind, targets: canary, from: 605 };
      const { seen } = watch({ perSecond: 100, lookSeconds: every(10) }, 900, freeze, 620);
      const after = seen.filter(({ at }) => at >= 620);
      // Without new samples it is silent as well, and that is a fail of its own.
      expect(kinds(after)).toEqual(new Set(kind === 'stuck' ? ['inconclusive'] : ['inconclusive', 'fail']));
      expect(after.map(({ verdict: { reason } }) => reason)).toContainEqual(
        expect.stringMatching(
          /changed side's counters have stood still for 2 looks \(since .*Z\) though 3\d(\.\d)? requests a second were seen there before, and the unchanged side's went on/,
        ),
      );
    }
  });

  it('passes again when its traffic returns', () => {
    const freeze = { kind: 'stuck', targets: canary, from: 605, to: 705 } as const;
    const { seen } = watch({ perSecond: 100, lookSeconds: every(10) }, 900, freeze, 300);
    expect(seen.find(({ at }) => at === 660)?.verdict.kind).toBe('inconclusive');
    expect(seen.at(-1)?.verdict.kind).toBe('pass');
  });

  it('the unchanged side standing still alone is nobody’s error', () => {
    const freeze = { kind: 'stuck', targets: baseline, from: 605 } as const;
    const { seen } = watch({ perSecond: 100, lookSeconds: every(10) }, 700, freeze);
    expect(called(seen)).toEqual([]);
  });
});

describe('a state of another release', () => {
  const judging = settings();
  const when = { nowMs: 60_000, waveStartedMs: 0, minSeconds: 0, maxSeconds: 600, control: 'concurrent' } as const;
  const cells = [{ stream: 'errors', canary: { exposure: 1_000, bad: 10 }, baseline: { exposure: 9_000, bad: 90 } }];
  const still: Still = { arm: 'both', looks: 4, ms: 40_000, freshMs: 0, perSecond: 12 };
  const after = (looks: number): JudgeState => {
    let state = begin(judging);
    for (let seq = 1; seq <= looks; seq++) state = fold(judging, state, look({ seq, cells }));
    return state;
  };

  it('from before stillness was looked at folds on to what it would have been', () => {
    const old = after(9);
    expect(Object.keys(old)).not.toContain('still');
    const moved = fold(judging, old, look({ seq: 10, cells }));
    expect(moved).toEqual(after(10));
    const standing = fold(judging, old, look({ seq: 10, still }));
    expect(verdict(judging, standing, when)).toMatchObject({
      kind: 'error',
      reason: expect.stringContaining('4 looks'),
    });
    expect(fold(judging, standing, look({ seq: 11, cells })).still).toBeUndefined();
  });

  it('that was folded on by one which hands stillness on unread does not say so of a later look', () => {
    const standing = fold(judging, after(9), look({ seq: 10, still }));
    const handedOn: JudgeState = {
      ...fold(judging, standing, look({ seq: 11, cells })),
      still: standing.still as never,
    };
    expect(verdict(judging, handedOn, when).kind).toBe('pass');
  });

  it('stillness does not undo a fail', () => {
    const bad = [{ stream: 'errors', canary: { exposure: 1_000, bad: 500 }, baseline: { exposure: 9_000, bad: 90 } }];
    const failed = fold(judging, after(3), look({ seq: 4, cells: bad }));
    expect(verdict(judging, failed, when).kind).toBe('fail');
    expect(verdict(judging, fold(judging, failed, look({ seq: 5, still })), when).kind).toBe('fail');
  });
});
