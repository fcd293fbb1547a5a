import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { look, settings, stream } from '../../bench/judge/simulate.js';
import { GraywaveError } from '../../src/errors.js';
import { begin, fold, verdict } from '../../src/judge/judge.js';
import type { JudgeSettings, StreamSettings } from '../../src/judge/types.js';

const one = settings();
const good = { exposure: 100, bad: 1 };
const when = { nowMs: 0, waveStartedMs: 0, minSeconds: 0, maxSeconds: 60, control: 'concurrent' } as const;

describe('a look that cannot be counted', () => {
  const broken = fc.constantFrom(NaN, Infinity, -Infinity, -1, 0.5, 1e300, 2 ** 53);

  it('is refused with the stream, the arm and the number', () => {
    fc.assert(
      fc.property(
        broken,
        fc.constantFrom('canary', 'baseline'),
        fc.constantFrom('exposure', 'bad'),
        (n, arm, field) => {
          const cell = { stream: 'errors', canary: good, baseline: good, [arm]: { ...good, [field]: n } };
          const error = thrown(() => fold(one, begin(one), look({ seq: 1, cells: [cell] })));
          expect(error).toBeInstanceOf(GraywaveError);
          expect(error).toHaveProperty('code', 'SOURCE_ANSWER');
          expect(String(error)).toContain(`errors, ${arm === 'canary' ? 'changed' : 'unchanged'}`);
          expect(String(error)).toContain(String(n));
        },
      ),
    );
  });

  it('is refused with more bad events than events', () => {
    const cells = [{ stream: 'errors', canary: { exposure: 3, bad: 4 }, baseline: good }];
    expect(() => fold(one, begin(one), look({ seq: 1, cells }))).toThrow('4 bad events among 3');
  });

  it('is refused with a stream nobody asked for', () => {
    const cells = [{ stream: 'other', canary: good, baseline: good }];
    expect(() => fold(one, begin(one), look({ seq: 1, cells }))).toThrow('nobody asked for stream other');
  });

  it('is not even read when the source was broken', () => {
    const cells = [{ stream: 'errors', canary: { exposure: NaN, bad: NaN }, baseline: good }];
    const state = fold(one, begin(one), look({ seq: 1, cells, error: 'down' }));
    expect(state.errorsInARow).toBe(1);
    expect(state.streams).toEqual(begin(one).streams);
  });
});

describe('mistakes of the caller', () => {
  it('waves and times do not run backwards, and no look is left out', () => {
    const state = fold(one, begin(one), look({ seq: 1, wave: 2 }));
    expect(() => fold(one, state, look({ seq: 2, wave: 1 }))).toThrow(RangeError);
    expect(() => fold(one, state, look({ seq: 2, wave: 2, fromMs: 5, toMs: 4 }))).toThrow(RangeError);
    expect(() => fold(one, state, look({ seq: 3, wave: 2 }))).toThrow('continues from look 2');
    expect(() => fold(one, state, look({ seq: 3, wave: 2, after: 1 }))).not.toThrow();
  });

  it('a state of other streams or another version is not folded on', () => {
    const other = settings({ streams: [stream({ name: 'slow' })] });
    expect(() => fold(other, begin(one), look({ seq: 1 }))).toThrow('different streams');
    expect(() => verdict(other, begin(one), when)).toThrow('different streams');
    const old: unknown = { ...begin(one), version: 0 };
    expect(() => fold(one, old as ReturnType<typeof begin>, look({ seq: 1 }))).toThrow('version 0');
  });

  it('a verdict needs numbers for times', () => {
    expect(() => verdict(one, begin(one), { ...when, nowMs: NaN })).toThrow(RangeError);
  });
});

describe('settings that no bound holds under', () => {
  const wrong: [string, Partial<JudgeSettings>][] = [
    ['alpha', { alpha: 0 }],
    ['alpha', { alpha: NaN }],
    ['beta', { beta: 1 }],
    ['silenceLooks', { silenceLooks: 0 }],
    ['restartSeconds', { restartSeconds: 0 }],
    ['sum of the weights', { streams: [stream({ weight: 0.5 })] }],
    ['name of a stream', { streams: [stream({ weight: 0.5 }), stream({ weight: 0.5 })] }],
  ];
  const wrongStream: [string, Partial<StreamSettings>][] = [
    ['tolerance', { tolerance: -0.1 }],
    ['detectRatio', { tolerance: 1, detectRatio: 2 }],
    ['floor', { floor: 1 }],
    ['floor', { floor: 0.2, limit: 0.1 }],
    ['limit', { limit: 0 }],
    ['weight', { weight: 0 }],
    ['dispersion', { dispersion: 0.5 }],
  ];
  const ofStreams = wrongStream.map(([name, part]): [string, Partial<JudgeSettings>] => [
    name,
    { streams: [stream(part)] },
  ]);
  const all = [...wrong, ...ofStreams];

  it.each(all)('are refused: %s %o', (name, part) => {
    const error = thrown(() => begin(settings(part)));
    expect(error).toBeInstanceOf(GraywaveError);
    expect(error).toHaveProperty('code', 'SPEC_INVALID');
    expect(String(error)).toContain(name);
  });
});

function thrown(act: () => unknown): unknown {
  try {
    act();
  } catch (error) {
    return error;
  }
  return undefined;
}
