import fc from 'fast-check';
import { expect, test } from 'vitest';
import { stream } from '../../bench/judge/simulate.js';
import type { Target } from '../../src/drivers/protocol.js';
import { budgetSeconds } from '../../src/policy/classify.js';
import { controlsOf } from '../../src/policy/controls.js';
import type { Watched } from '../../src/spec/course.js';
import { delayOf } from '../../src/spec/delay.js';
import { type PartTargets, Taking } from '../../src/spec/taking.js';
import { type Level, levels } from '../../src/spec/types.js';
import { firstWave, planWaves, type PlannedWave, resize, type WavesSpec } from '../../src/spec/waves.js';

const auto: WavesSpec = { waves: 'auto', bake: null, gates: [] };
const bounded = { interruptAfterTimeLimit: 20_000 };

const target = fc.record({
  zone: fc.constantFrom('a', 'b', 'c'),
  region: fc.constantFrom('north', 'south'),
  host: fc.option(fc.constantFrom('h1', 'h2', 'h3', 'h4'), { nil: undefined }),
  share: fc.double({ min: 0, max: 1, noNaN: true }),
});
const targets = fc.array(target, { minLength: 1, maxLength: 40 }).map((rows): Target[] =>
  rows.map(({ zone, region, host, share }, i) => ({
    id: `t-${i}`,
    labels: { zone, region, ...(host === undefined ? {} : { host }) },
    share,
  })),
);
const parts = fc
  .array(targets, { minLength: 1, maxLength: 3 })
  .map((rows): PartTargets[] => rows.map((all, i) => ({ part: `p${i}`, targets: all, reversible: true })));

const watched: fc.Arbitrary<Watched> = fc
  .record({
    streams: fc.array(
      fc.record({
        rps: fc.double({ min: 0.01, max: 1e5, noNaN: true }),
        badShare: fc.double({ min: 1e-6, max: 0.9, noNaN: true }),
        floor: fc.constantFrom(0, 0.005),
        limit: fc.constantFrom(1, 0.0144),
        prove: fc.boolean(),
      }),
      { minLength: 1, maxLength: 3 },
    ),
    tier: fc.constantFrom<0 | 1 | 2 | 3>(0, 1, 2, 3),
    batchShare: fc.constantFrom(0.05, 0.5, 1),
    lookSeconds: fc.constantFrom(1, 10),
    bake: fc.constantFrom(null, { minSeconds: 1, maxSeconds: 60 }),
  })
  .map(({ streams, tier, batchShare, lookSeconds, bake }) => ({
    streams: streams.map(({ rps, badShare, ...settings }, i) => ({
      settings: stream({ name: `s${i}`, detectRatio: 3, tolerance: 0.25, weight: 1 / streams.length, ...settings }),
      eventsPerSecond: rps,
      badShare,
    })),
    delay: delayOf({ batchShare, deadlineSeconds: 600, observeSeconds: 30 }, lookSeconds),
    spec: { type: 'deploy', tier, bake },
  }));

const level = fc.constantFrom(...levels);
const sized = (planned: PartTargets[], at: Level, by: Watched): PlannedWave[] =>
  planWaves(auto, planned, controlsOf(at), by);

/** What each wave adds to a part, in shares of the part's work; waves that add nothing left out. */
function added(waves: PlannedWave[], part: PartTargets): { share: number; ids: string[]; before: number }[] {
  const taking = new Taking(part, 0);
  let before = 0;
  return waves.flatMap((wave) => {
    const ids = wave.targets[part.part] ?? [];
    if (ids.length === 0) return [];
    const share = taking.shareOf(part.targets.filter(({ id }) => ids.includes(id)));
    const row = { share, ids, before };
    before += share;
    return [row];
  });
}

test('every target is in exactly one wave, every wave adds something, and the last leaves nothing', () => {
  fc.assert(
    fc.property(parts, level, watched, (planned, at, by) => {
      const waves = sized(planned, at, by);
      for (const { part, targets: all } of planned) {
        const ids = waves.flatMap((wave) => wave.targets[part] ?? []);
        expect(ids.toSorted()).toEqual(all.map(({ id }) => id).toSorted());
      }
      for (const wave of waves) expect(Object.values(wave.targets).flat().length).toBeGreaterThan(0);
      expect(waves.at(-1)?.control).toBe('none');
    }),
    bounded,
  );
});

test('no first wave of more than one target exceeds the catastrophic cap, the level, or what the level was chosen by', () => {
  fc.assert(
    fc.property(parts, level, watched, (planned, at, by) => {
      const controls = controlsOf(at);
      const waves = sized(planned, at, by);
      const classified = firstWave(auto, planned).share;
      for (const part of planned) {
        const [first] = added(waves.slice(0, 1), part);
        if (first === undefined) continue;
        expect(first.share).toBeLessThanOrEqual(classified + 1e-9);
        if (first.ids.length === 1) continue;
        const rate = Math.max(...by.streams.map(({ eventsPerSecond }) => eventsPerSecond));
        const budget = controls.worstFirstBudget * budgetSeconds[by.spec.tier] * rate;
        expect(first.share * rate * by.delay.seconds).toBeLessThanOrEqual(budget * (1 + 1e-6));
        expect(first.share).toBeLessThanOrEqual(controls.maxFirstShare + 1e-6);
      }
    }),
    bounded,
  );
});

test('a wave grows at most as its level lets it, at most doubles above 25%, and keeps to the largest step', () => {
  fc.assert(
    fc.property(targets, level, watched, (all, at, by) => {
      const controls = controlsOf(at);
      const part = { part: 'p', targets: all, reversible: true };
      for (const { share, ids, before } of added(sized([part], at, by), part).slice(1)) {
        // One target is always allowed: nothing smaller can be changed.
        if (ids.length === 1) continue;
        const after = before + share;
        expect(share).toBeLessThanOrEqual(controls.maxStepShare + 1e-6);
        expect(after).toBeLessThanOrEqual(controls.mostGrowth * before + 1e-6);
        if (after > 0.25 + 1e-6) expect(after).toBeLessThanOrEqual(2 * before + 1e-6);
      }
    }),
    bounded,
  );
});

test('each wave brings a zone, region or host that none before it had, until all have been seen', () => {
  fc.assert(
    fc.property(targets, level, watched, (all, at, by) => {
      const part = { part: 'p', targets: all, reversible: true };
      const strata = (ids: readonly string[]): string[] =>
        all
          .filter(({ id }) => ids.includes(id))
          .flatMap(({ labels }) => Object.entries(labels).map((pair) => pair.join('=')));
      const every = new Set(strata(all.map(({ id }) => id)));
      const seen = new Set<string>();
      for (const { ids } of added(sized([part], at, by), part)) {
        const before = seen.size;
        for (const stratum of strata(ids)) seen.add(stratum);
        if (before < every.size) expect(seen.size).toBeGreaterThan(before);
      }
    }),
    bounded,
  );
});

test('from a first wave of 0.25% on there are no more waves than the level wants', () => {
  const even = Array.from({ length: 2000 }, (_, i) => ({ id: `t-${i}`, labels: {}, share: 1 / 2000 }));
  const part = [{ part: 'p', targets: even, reversible: true }];
  fc.assert(
    fc.property(level, watched, (at, by) => {
      const waves = sized(part, at, by);
      fc.pre((waves[0]?.changedShare ?? 0) >= 0.0025);
      expect(waves.length).toBeLessThanOrEqual(controlsOf(at).mostWaves);
    }),
    { numRuns: 30, ...bounded },
  );
});

test('the first wave begins with the smallest target, though another brings a host', () => {
  const all: Target[] = [
    { id: 'small', labels: {}, share: 0.001 },
    { id: 'large', labels: { host: 'h1' }, share: 0.999 },
  ];
  const [by] = fc.sample(watched, { numRuns: 1, seed: 1 });
  if (by === undefined) throw new Error('no sample');
  const waves = sized([{ part: 'p', targets: all, reversible: true }], 'L3', by);
  expect(waves.map((wave) => wave.targets['p'])).toEqual([['small'], ['large']]);
});

test('the same targets and traffic give the same waves, however they were listed', () => {
  fc.assert(
    fc.property(parts, level, watched, (planned, at, by) => {
      // Targets that differ by less than a millionth are ordered by their ids.
      const told = planned.map((part) => ({
        ...part,
        targets: part.targets.map((one) => ({ ...one, share: Math.round(one.share * 1000) / 1000 })),
      }));
      const turned = told.map((part) => ({ ...part, targets: part.targets.toReversed() }));
      expect(sized(turned, at, by)).toEqual(sized(told, at, by));
    }),
    bounded,
  );
});

test('a gate that the sized waves do not have, written waves and unknown traffic keep the waves of the level', () => {
  const all = Array.from({ length: 100 }, (_, i) => ({ id: `t-${i}`, labels: {}, share: 0.01 }));
  const part = [{ part: 'p', targets: all, reversible: true }];
  const controls = controlsOf('L3');
  const [by] = fc.sample(watched, { numRuns: 1, seed: 1 });
  if (by === undefined) throw new Error('no sample');
  const today = planWaves(auto, part, controls);
  expect(resize(auto, part, controls, null, today)).toBe(today);
  const wide = { ...by, streams: by.streams.map((one) => ({ ...one, eventsPerSecond: 100, badShare: 0.02 })) };
  const less = resize(auto, part, controls, wide, today);
  expect(less.length).toBeLessThan(today.length);
  const gated = { ...auto, gates: [{ beforeWave: today.length, reason: 'the last step' }] };
  const kept = planWaves(gated, part, controls);
  expect(resize(gated, part, controls, wide, kept)).toBe(kept);
  const waves = [{ name: 'all', to: { share: 1 }, where: {}, bake: null }];
  expect(resize({ ...auto, waves }, part, controls, wide, today)).toBe(today);
});

test('ten thousand targets are sized within a second', () => {
  const all = Array.from({ length: 10_000 }, (_, i) => ({
    id: `t-${i}`,
    labels: { zone: `z${i % 7}`, host: `h${i}` },
    share: 1e-4,
  }));
  const [by] = fc.sample(watched, { numRuns: 1, seed: 7 });
  if (by === undefined) throw new Error('no sample');
  const started = performance.now();
  const waves = sized([{ part: 'p', targets: all, reversible: true }], 'L4', by);
  expect(waves.flatMap((wave) => wave.targets['p'] ?? [])).toHaveLength(10_000);
  expect(performance.now() - started).toBeLessThan(1000);
});
