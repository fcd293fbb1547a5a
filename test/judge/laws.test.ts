import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { look, settings, stream } from '../../bench/judge/simulate.js';
import { chain } from '../../src/judge/chain.js';
import { evidenceOf } from '../../src/judge/evidence.js';
import { begin, fold, type JudgeState, verdict } from '../../src/judge/judge.js';
import { relativeEvidence } from '../../src/judge/relative.js';
import type { Cell, Count, Look } from '../../src/judge/types.js';

const streams = [
  stream({ name: 'errors', weight: 0.5, floor: 0.001, limit: 0.2, tolerance: 0.1 }),
  stream({ name: 'slow', weight: 0.3, dispersion: 1.5 }),
  stream({ name: 'crashes', weight: 0.2, limit: 0.5, prove: false }),
];
const three = settings({ streams });
const when = { nowMs: 1e6, waveStartedMs: 0, minSeconds: 0, maxSeconds: 1e9, control: 'concurrent' } as const;

const count: fc.Arbitrary<Count> = fc
  .tuple(fc.nat(5000), fc.double({ min: 0, max: 1, noNaN: true }))
  .map(([exposure, share]) => ({ exposure, bad: Math.floor(exposure * share * share * share) }));
const cell = (name: string): fc.Arbitrary<Cell> =>
  fc.record({ stream: fc.constant(name), canary: count, baseline: count });
const cells = fc.tuple(cell('errors'), cell('slow'), cell('crashes'));

/** A history of good and broken looks over up to three waves, with silent targets now and then. */
const history: fc.Arbitrary<Look[]> = fc
  .array(
    fc.record({
      cells,
      nextWave: fc.nat(9).map((n) => n === 0),
      error: fc.nat(9).map((n) => (n === 0 ? 'down' : null)),
      silent: fc.subarray(['a', 'b']),
    }),
    { minLength: 1, maxLength: 30 },
  )
  .map((parts) => {
    let wave = 1;
    return parts.map(({ nextWave, silent, ...part }, i) => {
      if (nextWave) wave++;
      return look({ seq: i + 1, wave, ...part, canary: { targets: 2, silent } });
    });
  });

const foldAll = (looks: Look[], state: JudgeState = begin(three)) =>
  looks.reduce((before, one) => fold(three, before, one), state);
const thaw = (state: JudgeState): JudgeState => JSON.parse(JSON.stringify(state)) as JudgeState;

describe('laws of the fold', () => {
  it('refolding the same looks gives the same JSON', () => {
    fc.assert(
      fc.property(history, (looks) => {
        expect(JSON.stringify(foldAll(looks))).toBe(JSON.stringify(foldAll(looks)));
      }),
    );
  });

  it('a round trip through JSON at any point changes nothing', () => {
    fc.assert(
      fc.property(history, fc.nat(30), (looks, at) => {
        const direct = foldAll(looks);
        const cut = thaw(foldAll(looks.slice(0, at)));
        const resumed = foldAll(looks.slice(at), cut);
        expect(resumed).toEqual(direct);
        expect(verdict(three, resumed, when)).toEqual(verdict(three, direct, when));
      }),
    );
  });

  it('a look delivered again changes nothing, and the state given is never touched', () => {
    fc.assert(
      fc.property(history, (looks) => {
        let state = begin(three);
        for (const one of looks) {
          const before = JSON.stringify(state);
          const next = fold(three, state, one);
          expect(JSON.stringify(state)).toBe(before);
          expect(fold(three, next, one)).toBe(next);
          state = next;
        }
      }),
    );
  });

  it('the order of cells in a look does not matter', () => {
    fc.assert(
      fc.property(history, (looks) => {
        const turned = looks.map((one) => ({ ...one, cells: one.cells.toReversed() }));
        expect(foldAll(turned)).toEqual(foldAll(looks));
      }),
    );
  });

  it('an empty cell changes no evidence', () => {
    const empty = streams.map(({ name }) => {
      const none = { exposure: 0, bad: 0 };
      return { stream: name, canary: none, baseline: none };
    });
    fc.assert(
      fc.property(cells, (some) => {
        const before = foldAll([look({ seq: 1, cells: some })]);
        const after = fold(three, before, look({ seq: 2, cells: empty }));
        expect(after.streams).toEqual(before.streams);
      }),
    );
  });

  it('an interval split in two at the same split of traffic gives the same evidence', () => {
    fc.assert(
      fc.property(cells, cells, (one, two) => {
        const halves = one.map((half, i) => {
          const other = two[i] ?? half;
          const fit = (arm: 'canary' | 'baseline') => ({
            exposure: half[arm].exposure,
            bad: Math.min(other[arm].bad, half[arm].exposure),
          });
          return { ...half, canary: fit('canary'), baseline: fit('baseline') };
        });
        const whole = one.map((half, i) => {
          const other = halves[i] ?? half;
          const add = (arm: 'canary' | 'baseline') => ({
            exposure: half[arm].exposure * 2,
            bad: half[arm].bad + other[arm].bad,
          });
          return { ...half, canary: add('canary'), baseline: add('baseline') };
        });
        const split = foldAll([look({ seq: 1, cells: one }), look({ seq: 2, cells: halves })]);
        const joined = foldAll([look({ seq: 1, cells: whole })]);
        split.streams.forEach((stream, i) => {
          const a = evidenceOf(stream, 0);
          const b = evidenceOf(joined.streams[i] ?? stream, 0);
          for (const key of ['logHarm', 'logSafe', 'logGuard'] as const) {
            expect(Math.abs(a[key] - b[key])).toBeLessThan(1e-9 * (1 + Math.abs(a[key])));
          }
        });
      }),
    );
  });

  it('swapping the arms mirrors the evidence, and swapping the hypotheses negates it', () => {
    const ratio = fc.double({ min: 0.1, max: 30, noNaN: true });
    fc.assert(
      fc.property(count, count, ratio, ratio, (canary, baseline, from, to) => {
        const log = relativeEvidence(canary, baseline, from, to);
        const near = 1e-9 * (1 + canary.bad + baseline.bad);
        expect(Math.abs(relativeEvidence(baseline, canary, 1 / from, 1 / to) - log)).toBeLessThan(near);
        expect(Math.abs(relativeEvidence(canary, baseline, to, from) + log)).toBeLessThan(near);
      }),
    );
  });

  it('a fail once proven is never taken back, whatever comes later', () => {
    fc.assert(
      fc.property(history, (looks) => {
        let kind = '';
        let reason = '';
        let state = begin(three);
        for (const one of looks) {
          state = fold(three, state, one);
          const now = verdict(three, state, when);
          if (kind === 'fail') expect([now.kind, now.reason]).toEqual([kind, reason]);
          ({ kind, reason } = now);
        }
      }),
    );
  });

  it('stays within 4 KB a stream after 20,000 looks in 40 waves', () => {
    let state = begin(three);
    const bad = (exposure: number) => ({ exposure, bad: Math.floor(exposure / 97) });
    for (let seq = 1; seq <= 20_000; seq++) {
      const all = streams.map(({ name }) => ({ stream: name, canary: bad(997 + seq), baseline: bad(8009 + seq) }));
      state = fold(three, state, look({ seq, wave: Math.ceil(seq / 500), cells: all }));
    }
    expect(state.stopped).toBeNull();
    expect(JSON.stringify(state).length / streams.length).toBeLessThan(4096);
  });
});

describe('the chain of looks', () => {
  it('leaves out looks that a later one supersedes', () => {
    const looks = [look({ seq: 1 }), look({ seq: 2 }), look({ seq: 3 }), look({ seq: 4, after: 2 })];
    expect(chain(looks).map((one) => one.seq)).toEqual([1, 2, 4]);
    expect(chain(looks, 3).map((one) => one.seq)).toEqual([1, 2, 3]);
    expect(() => chain(looks.slice(1))).toThrow('broken at look 1');
  });
});
