import fc from 'fast-check';
import { expect, test } from 'vitest';
import { stream } from '../../bench/judge/simulate.js';
import { watchedText } from '../../src/cli/watched.js';
import { forecast, type Forecast, planDelay } from '../../src/client/forecast.js';
import type { StreamSettings } from '../../src/judge/types.js';
import { classify } from '../../src/policy/classify.js';
import { controlsOf } from '../../src/policy/controls.js';
import { type Level, levels } from '../../src/spec/types.js';
import type { PlannedWave } from '../../src/spec/waves.js';
import type { ChangePlan } from '../../src/workflows/planning.js';

const spec = { rollback: { deadlineSeconds: 600, batchShare: 0.5, observeSeconds: 30 } };

interface Given {
  level?: Level;
  shares?: number[];
  maxSeconds?: number;
  rate?: number | null;
  bad?: number | null;
  settings?: Partial<StreamSettings>;
  targets?: number;
}

function aPlan(given: Given): ChangePlan {
  const { level = 'L1', shares = [0.25, 1], maxSeconds = 60, rate = 140, bad = 0.005, targets = 8 } = given;
  const risk = {
    type: 'deploy',
    tier: 1,
    firstShare: 0.25,
    targets,
    parts: 1,
    reversible: true,
    signals: 1,
    unchangedArm: true,
  } as const;
  const all = Array.from({ length: targets }, (_, i) => ({ id: `t-${i}`, labels: {}, share: 1 / targets }));
  return {
    parts: [
      {
        part: { name: 'image', driver: 'd', with: {} },
        plan: { targets: all, reversible: true, resources: [], before: {}, preview: [] },
      },
    ],
    classification: { ...classify(risk), level, controls: controlsOf(level) },
    waves: shares.map(
      (changedShare, i): PlannedWave => ({
        index: i + 1,
        name: `wave-${i + 1}`,
        targets: {},
        changedShare,
        bake: { minSeconds: 1, maxSeconds },
        control: changedShare < 1 ? 'concurrent' : 'none',
        gate: null,
        why: '',
      }),
    ),
    streams: [
      {
        query: {
          stream: 'errors',
          service: 's',
          by: 'instance',
          select: {},
          measure: { kind: 'ratio', counter: 'c', bad: {} },
        },
        source: 'fleet',
        settings: stream({ tolerance: 0.25, detectRatio: 3, floor: 0.005, limit: 0.0144, ...given.settings }),
        baselineShare: bad,
        eventsPerSecond: rate,
      },
    ],
    reporting: [],
    lookSeconds: 10,
  };
}

const first = (given: Given): Forecast => {
  const [row] = forecast(spec, aPlan(given));
  if (row === undefined) throw new Error('no row');
  return row;
};
const text = (given: Given): string => {
  const plan = aPlan(given);
  return watchedText(plan, forecast(spec, plan), planDelay(spec, plan)).join('\n');
};

test('a wave with enough traffic: times, harm, worst case, and nothing to suggest', () => {
  expect(text({ maxSeconds: 1200 })).toMatchInlineSnapshot(`
    "  How long until harm is found, and bad events beyond the normal until it is undone: 30s (a look every 10s, about 20s to take back) later.
              stream  events  normal  2 times             3 times              10 times      all fail      proves below     by its end  then
      wave 1  errors  140/s   0.5%    5m 38s, 64.4 bad    1m 18s, 37.5 bad     7s, 58.1 bad  1s, 1050 bad  3.00x after 41s  1.24x       is promoted early when proven
      wave 2  errors  140/s   0.5%    not found, 840 bad  not found, 1680 bad  3s, 203 bad   1s, 4200 bad  3.00x not        -           no unchanged side is left: absolute bounds only, proof is carried"
  `);
});

test('a wave that can show nothing says what would be enough, with numbers', () => {
  expect(text({ rate: 5, bad: 0.001, maxSeconds: 1200, settings: { limit: 1 } })).toMatchInlineSnapshot(`
    "  How long until harm is found, and bad events beyond the normal until it is undone: 30s (a look every 10s, about 20s to take back) later.
              stream  events  normal  2 times  3 times  10 times             all fail             proves below  by its end  then
      wave 1  errors  5/s     0.1%    no harm  no harm  not found, 13.5 bad  6s, 43.9 bad         3.00x not     10.2x       the bake ends inconclusive: proof needs about 1669 s at this traffic
      wave 2  errors  5/s     0.1%    no harm  no harm  not found, 54 bad    not found, 6000 bad  3.00x not     -           no unchanged side is left: absolute bounds only, proof is carried

      What a wave cannot see, and what would be enough, one of:
      wave 1, errors: cannot prove less than 3.00x within 20m: a bake of max 28m; or 35% of the traffic changed (image 3 of 8); or a signal of the same requests whose normal bad share is 3.8% or more, such as latency p96.2, for 3.00x"
  `);
  expect(text({ rate: 0.01, shares: [0.25, 1] })).toMatchInlineSnapshot(`
    "  How long until harm is found, and bad events beyond the normal until it is undone: 30s (a look every 10s, about 20s to take back) later.
              stream  events  normal  2 times            3 times            10 times           all fail           proves below  by its end  then
      wave 1  errors  0.01/s  2.78%   not found, <1 bad  not found, <1 bad  not found, <1 bad  not found, <1 bad  3.00x not     -           the bake ends inconclusive: proof needs about 101520 s at this traffic
      wave 2  errors  0.01/s  2.78%   not found, <1 bad  not found, <1 bad  not found, <1 bad  not found, <1 bad  3.00x not     -           no unchanged side is left: absolute bounds only, proof is carried

      What a wave cannot see, and what would be enough, one of:
      wave 1, errors: cannot prove less than 3.00x nor find 2x within 1m: no bake up to a day, no wave that the level allows and no denser signal, only about 790 events/s"
  `);
});

test('what is not known is not made up', () => {
  for (const given of [{ rate: null }, { rate: 0 }, { bad: null }, { bad: 1 }]) {
    const row = first(given);
    expect(row).toMatchObject({
      leastDetectable: null,
      findsAfterSeconds: null,
      provesAfterSeconds: null,
      excludesAtEnd: null,
      outlooks: [],
      failing: null,
      suggestions: [],
    });
  }
  expect(first({ rate: null }).note).toBe('no traffic was seen: nothing can be proven, and no data is never success');
  expect(first({ bad: 1 }).note).toMatch(/^every event is bad already/);
  expect(first({ bad: null }).note).toMatch(/not known yet/);
});

test('harm that is not found is counted to the end of the bake', () => {
  const row = first({ rate: 5, bad: 0.01, maxSeconds: 60, settings: { limit: 1 } });
  expect(row.outlooks[0]).toEqual({
    ratio: 2,
    meaning: 'harm',
    findsAfterSeconds: null,
    excessBad: 5 * 0.25 * 0.01 * 60,
  });
});

const given = fc.record({
  level: fc.constantFrom(...levels),
  share: fc.double({ min: 0.005, max: 0.45, noNaN: true }),
  maxSeconds: fc.integer({ min: 5, max: 7200 }),
  rate: fc.double({ min: 0.1, max: 5000, noNaN: true }),
  bad: fc.double({ min: 1e-5, max: 0.4, noNaN: true }),
  floor: fc.constantFrom(0, 0.005),
  prove: fc.boolean(),
});

/** Proof, where it is asked for, and twice the bad events, where that is harm, both within the bake. */
const sees = (row: Forecast, prove: boolean): boolean => {
  const twice = row.outlooks.find(({ ratio }) => ratio === 2);
  return (!prove || row.provesAfterSeconds !== null) && (twice?.meaning !== 'harm' || twice.findsAfterSeconds !== null);
};

test('whatever is suggested is enough by itself, and nothing is suggested where nothing lacks', () => {
  const offered = { bake: 0, wave: 0, signal: 0, traffic: 0 };
  fc.assert(
    fc.property(given, ({ share, floor, prove, ...more }) => {
      const settings = { limit: 1, floor, prove };
      const before = { ...more, shares: [share, 1], settings, targets: 1000 };
      const row = first(before);
      if (sees(row, prove)) expect(row.suggestions).toEqual([]);
      for (const one of row.suggestions) {
        offered[one.what] += 1;
        if (one.what === 'traffic') expect(row.suggestions).toHaveLength(1);
        const changed =
          one.what === 'bake'
            ? { ...before, maxSeconds: one.seconds }
            : one.what === 'wave'
              ? { ...before, shares: [one.share, 1] }
              : one.what === 'traffic'
                ? { ...before, rate: one.eventsPerSecond }
                : { ...before, bad: one.badShare, settings: { ...settings, floor: 0 } };
        expect(sees(first(changed), prove), JSON.stringify(one)).toBe(true);
        if (one.what === 'wave') expect(one.share).toBeLessThanOrEqual(controlsOf(more.level).maxFirstShare + 1e-9);
      }
    }),
    { numRuns: 500 },
  );
  for (const [what, times] of Object.entries(offered)) expect(times, what).toBeGreaterThan(3);
});

test('all numbers of a forecast are finite, and a longer bake never sees less', () => {
  fc.assert(
    fc.property(given, ({ share, floor, prove, ...more }) => {
      const one = { ...more, shares: [share, 1], settings: { floor, prove } };
      const row = first(one);
      const longer = first({ ...one, maxSeconds: more.maxSeconds * 2 });
      for (const value of Object.values(row)) if (typeof value === 'number') expect(Number.isFinite(value)).toBe(true);
      if (row.provesAfterSeconds !== null) expect(longer.provesAfterSeconds).toBe(row.provesAfterSeconds);
      expect(longer.leastDetectable ?? Infinity).toBeLessThanOrEqual((row.leastDetectable ?? Infinity) * 1.01);
      expect(longer.excludesAtEnd ?? Infinity).toBeLessThanOrEqual((row.excludesAtEnd ?? Infinity) * 1.0001);
    }),
  );
});
