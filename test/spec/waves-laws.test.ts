import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { Target } from '../../src/drivers/protocol.js';
import { GraywaveError } from '../../src/errors.js';
import { controlsOf } from '../../src/policy/controls.js';
import { spread } from '../../src/spec/spread.js';
import { type PartTargets, Taking } from '../../src/spec/taking.js';
import { levels, type WaveSpec } from '../../src/spec/types.js';
import { firstWave, planWaves, type PlannedWave, type WavesSpec } from '../../src/spec/waves.js';

const targets = fc
  .array(fc.record({ zone: fc.constantFrom('a', 'b', 'c'), share: fc.double({ min: 0, max: 1, noNaN: true }) }), {
    minLength: 1,
    maxLength: 40,
  })
  .map((rows): Target[] => rows.map(({ zone, share }, i) => ({ id: `t-${i}`, labels: { zone }, share })));

const parts = fc
  .array(fc.record({ targets, reversible: fc.constant(true) }), { minLength: 1, maxLength: 3 })
  .map((rows): PartTargets[] => rows.map((row, i) => ({ part: `p${i}`, ...row })));

/** A failure is shown soon rather than small. */
const bounded = { interruptAfterTimeLimit: 20_000 };

const level = fc.constantFrom(...levels);
const auto: WavesSpec = { waves: 'auto', bake: null, gates: [] };

function expectPartition(waves: PlannedWave[], planned: PartTargets[]): void {
  for (const { part, targets: all } of planned) {
    const ids = waves.flatMap((wave) => wave.targets[part] ?? []);
    expect(ids.toSorted()).toEqual(all.map(({ id }) => id).toSorted());
  }
  for (const [i, wave] of waves.entries()) {
    expect(wave.index).toBe(i + 1);
    expect(Object.values(wave.targets).flat().length).toBeGreaterThan(0);
    expect(wave.changedShare).toBeGreaterThanOrEqual(waves[i - 1]?.changedShare ?? 0);
  }
  expect(waves.at(-1)?.control).toBe('none');
}

test('automatic waves always exist, and change every target exactly once', () => {
  fc.assert(
    fc.property(parts, level, (planned, at) => expectPartition(planWaves(auto, planned, controlsOf(at)), planned)),
    bounded,
  );
});

test('no automatic wave is larger than its level allows, but for one target', () => {
  fc.assert(
    fc.property(targets, level, (all, at) => {
      const controls = controlsOf(at);
      const waves = planWaves(auto, [{ part: 'p', targets: all, reversible: true }], controls);
      let before = 0;
      for (const [i, wave] of waves.entries()) {
        const most = i === 0 ? controls.maxFirstShare : controls.maxStepShare;
        if ((wave.targets['p'] ?? []).length > 1) expect(wave.changedShare - before).toBeLessThanOrEqual(most + 1e-6);
        before = wave.changedShare;
      }
    }),
  );
});

test('no level plans a larger first wave than the one that the level was chosen by', () => {
  fc.assert(
    fc.property(parts, level, (planned, at) => {
      const first = firstWave(auto, planned);
      const ids = planWaves(auto, planned, controlsOf(at))[0]?.targets ?? {};
      for (const { part, targets: all } of planned) {
        const taking = new Taking({ part, targets: all, reversible: true }, 0);
        const share = taking.shareOf(all.filter(({ id }) => ids[part]?.includes(id)));
        expect(share).toBeLessThanOrEqual(first.share + 1e-9);
      }
    }),
    bounded,
  );
});

test('written waves change every target exactly once, or are refused with a reason', () => {
  const sizes = fc.uniqueArray(fc.integer({ min: 1, max: 99 }), { maxLength: 5 });
  const where = fc.constantFrom<Record<string, string>>({}, { zone: 'a' }, { zone: 'b' });
  let planned = 0;
  fc.assert(
    fc.property(parts, sizes, fc.array(where, { minLength: 5, maxLength: 5 }), (all, percents, wheres) => {
      const written = percents
        .toSorted((a, b) => a - b)
        .map((size, i): WaveSpec => ({ name: `w${i}`, to: { share: size / 100 }, where: wheres[i] ?? {}, bake: null }));
      const waves = [...written, { name: 'all', to: { share: 1 }, where: {}, bake: null }];
      try {
        expectPartition(planWaves({ ...auto, waves }, all, controlsOf('L0')), all);
        planned += 1;
      } catch (error) {
        if (!(error instanceof GraywaveError)) throw error;
        expect(error.code).toBe('PLAN_REFUSED');
        expect(error.message).toMatch(/adds nothing/);
      }
    }),
    { numRuns: 500 },
  );
  expect(planned).toBeGreaterThan(50);
});

test('every beginning of the order holds each zone in proportion, to within one target', () => {
  fc.assert(
    fc.property(targets, (all) => {
      const order = spread(all);
      expect(order.toSorted((a, b) => (a.id < b.id ? -1 : 1))).toEqual(all.toSorted((a, b) => (a.id < b.id ? -1 : 1)));
      for (const zone of ['a', 'b', 'c']) {
        const size = all.filter((target) => target.labels['zone'] === zone).length;
        let seen = 0;
        for (const [i, target] of order.entries()) {
          if (target.labels['zone'] === zone) seen += 1;
          expect(Math.abs(seen - (size * (i + 1)) / all.length)).toBeLessThan(1.5);
        }
      }
    }),
  );
});

test('ten thousand targets are planned within a second', () => {
  const all = Array.from({ length: 10_000 }, (_, i) => ({ id: `t-${i}`, labels: { zone: `z${i % 7}` }, share: 1e-4 }));
  const started = performance.now();
  expectPartition(planWaves(auto, [{ part: 'p', targets: all, reversible: true }], controlsOf('L4')), [
    { part: 'p', targets: all, reversible: true },
  ]);
  expect(performance.now() - started).toBeLessThan(1000);
});
