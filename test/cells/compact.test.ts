import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { compact } from '../../src/cells/compact.js';
import type { Look } from '../../src/judge/types.js';
import { someLook } from './looks.js';

const looks = fc
  .array(fc.record({ stepMs: fc.integer({ min: 1_000, max: 900_000 }), broken: fc.boolean() }), { maxLength: 200 })
  .map((steps) => {
    let atMs = 0;
    return steps.map(({ stepMs, broken }, index): Look => {
      const fromMs = atMs;
      atMs += stepMs;
      return someLook(index + 1, {
        fromMs,
        toMs: atMs,
        wave: 1 + Math.floor(index / 50),
        error: broken ? 'down' : null,
      });
    });
  });

const total = (all: readonly Look[]): number =>
  all
    .flatMap(({ cells }) => cells)
    .reduce((sum, { canary, baseline }) => sum + canary.exposure + baseline.exposure + baseline.bad, 0);

describe('compaction', () => {
  it('makes ten seconds of the last hour, minutes of the last day and ten minutes of what is older one look', () => {
    const everySecond = Array.from({ length: 60 }, (_, index) =>
      someLook(index + 1, { fromMs: index * 1000, toMs: (index + 1) * 1000 }),
    );
    expect(compact(everySecond)).toHaveLength(6);
    const later = (ageMs: number): Look => someLook(99, { fromMs: 60_000 + ageMs, toMs: 60_000 + ageMs, wave: 2 });
    expect(compact([...everySecond, later(3_600_001)])).toHaveLength(2);
    expect(
      compact([
        ...everySecond,
        ...everySecond.map((one) => ({ ...one, fromMs: one.fromMs + 60_000, toMs: one.toMs + 60_000 })),
        later(86_500_000),
      ]),
    ).toHaveLength(2);
  });

  it('loses no event, keeps the order and chains on as before', () => {
    fc.assert(
      fc.property(looks, (all) => {
        const merged = compact(all);
        expect(total(merged)).toBe(total(all));
        expect(merged.map(({ after }) => after)).toEqual([0, ...merged.map(({ seq }) => seq)].slice(0, merged.length));
        expect(compact(merged)).toEqual(merged);
      }),
    );
  });

  it('calls a target silent only where it was silent all along', () => {
    const silent = (seq: number, ...targets: string[]): Look =>
      someLook(seq, { fromMs: seq, toMs: seq, canary: { targets: 2, silent: targets } });
    expect(compact([silent(1, 'x', 'y'), silent(2, 'y')])[0]?.canary.silent).toEqual(['y']);
  });

  it('pools gauges as if they had been read at once', () => {
    const level = (mean: number, variance: number) => ({ n: 2, mean, variance });
    const two = [level(1, 0), level(3, 1)].map((canary, i) => ({
      ...someLook(i + 1, { fromMs: i * 1_000, toMs: (i + 1) * 1_000 }),
      levels: [{ stream: 'cpu', canary, baseline: { n: 0, mean: 0, variance: 0 } }],
    }));
    expect(compact(two)[0]?.levels).toEqual([
      { stream: 'cpu', canary: { n: 4, mean: 2, variance: 1.5 }, baseline: { n: 0, mean: 0, variance: 0 } },
    ]);
  });
});
