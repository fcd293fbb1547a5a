import { expect, test } from 'vitest';
import type { Target } from '../../src/drivers/protocol.js';
import { GraywaveError } from '../../src/errors.js';
import { controlsOf } from '../../src/policy/controls.js';
import { readChangeFile } from '../../src/spec/file.js';
import { readChange } from '../../src/spec/read.js';
import type { PartTargets } from '../../src/spec/taking.js';
import type { Level } from '../../src/spec/types.js';
import { firstWave, planWaves, type PlannedWave } from '../../src/spec/waves.js';
import { withKeys } from './support.js';

/** `count` instances in turn in the zones given, each with the same share. */
function instances(count: number, zones = ['a', 'b']): Target[] {
  return Array.from({ length: count }, (_, i) => ({
    id: `checkout-${i + 1}`,
    labels: { zone: zones[i % zones.length] ?? '' },
    share: 1 / count,
  }));
}

const part = (targets: Target[], name = 'image', reversible = true): PartTargets => ({
  part: name,
  targets,
  reversible,
});
const one = (id: string): Target[] => [{ id, labels: {}, share: 1 }];

function plan(keys: string, parts: PartTargets[], level: Level = 'L0'): PlannedWave[] {
  return planWaves(readChange(withKeys(keys), { file: 'change.yaml' }).spec, parts, controlsOf(level));
}

function refusal(act: () => unknown): string {
  try {
    act();
  } catch (error) {
    if (error instanceof GraywaveError && error.code === 'PLAN_REFUSED') return error.message;
    throw error;
  }
  throw new Error('expected a refusal');
}

const lines = (waves: PlannedWave[]): string[] =>
  waves.map(
    (wave) =>
      `${wave.index} ${wave.name} ${JSON.stringify(wave.targets)} ${wave.changedShare} ${wave.control} | ${wave.why}`,
  );

test('the example goes over eight instances in three waves, spread over the zones', () => {
  const { spec } = readChangeFile('examples/changes/good.yaml');
  const waves = planWaves(spec, [part(instances(8))], controlsOf('L1'));
  expect(lines(waves)).toMatchInlineSnapshot(`
    [
      "1 canary {"image":["checkout-1","checkout-2"]} 0.25 concurrent | image 2 of 8: as written, to 25%",
      "2 half {"image":["checkout-3","checkout-4"]} 0.5 concurrent | image 2 of 8: as written, to 50%",
      "3 all {"image":["checkout-5","checkout-6","checkout-7","checkout-8"]} 1 none | image 4 of 8: as written, to 100%",
    ]
  `);
  expect(waves.map(({ bake }) => bake)).toEqual([
    { minSeconds: 8, maxSeconds: 60 },
    { minSeconds: 6, maxSeconds: 30 },
    { minSeconds: 6, maxSeconds: 15 },
  ]);
});

test('a plan does not depend on the order in which a driver lists its targets', () => {
  const { spec } = readChangeFile('examples/changes/good.yaml');
  const forward = planWaves(spec, [part(instances(12))], controlsOf('L1'));
  expect(planWaves(spec, [part(instances(12).toReversed())], controlsOf('L1'))).toEqual(forward);
});

test('zones of unequal size are used up in proportion, and 10 comes after 2', () => {
  const [first, second] = plan('waves: [{to: 4}, {to: 100%}]', [part(instances(12, ['a', 'a', 'b']))]);
  expect(first?.targets['image']).toEqual(['checkout-1', 'checkout-3', 'checkout-2', 'checkout-4']);
  expect(second?.targets['image']?.slice(-2)).toEqual(['checkout-12', 'checkout-11']);
});

test('counts and selectors: a wave takes only what fits, and counts within it', () => {
  const waves = plan(
    'waves: [{name: one, to: 1, where: {zone: b}}, {name: zone, to: 100%, where: {zone: b}}, {name: all, to: 100%}]',
    [part(instances(6))],
  );
  expect(lines(waves)).toMatchInlineSnapshot(`
    [
      "1 one {"image":["checkout-2"]} 0.166666666667 concurrent | image 1 of 6: as written, to 1 of zone=b",
      "2 zone {"image":["checkout-4","checkout-6"]} 0.5 concurrent | image 2 of 6: as written, to 100% of zone=b",
      "3 all {"image":["checkout-1","checkout-3","checkout-5"]} 1 none | image 3 of 6: as written, to 100%",
    ]
  `);
});

test('parts go together, each by its own targets; a part with one target is changed first', () => {
  const parts = [part(instances(8)), part(instances(4), 'agent'), part(one('flag'), 'flag')];
  expect(lines(plan('waves: [{to: 25%}, {to: 50%}, {to: 100%}]', parts))).toMatchInlineSnapshot(`
    [
      "1 wave-1 {"image":["checkout-1","checkout-2"],"agent":["checkout-1"],"flag":["flag"]} 0.25 concurrent | image 2 of 8, agent 1 of 4, flag 1 of 1: as written, to 25%; flag at once, so the arms cannot tell its effect apart",
      "2 wave-2 {"image":["checkout-3","checkout-4"],"agent":["checkout-2"]} 0.5 concurrent | image 2 of 8, agent 1 of 4: as written, to 50%",
      "3 wave-3 {"image":["checkout-5","checkout-6","checkout-7","checkout-8"],"agent":["checkout-3","checkout-4"]} 1 none | image 4 of 8, agent 2 of 4: as written, to 100%",
    ]
  `);
});

test('what cannot be taken back comes when all else is proven, unless it is the first part', () => {
  const contract = part(one('db'), 'contract', false);
  expect(lines(plan('waves: [{to: 50%}, {to: 100%}]', [part(instances(4)), contract]))).toMatchInlineSnapshot(`
    [
      "1 wave-1 {"image":["checkout-1","checkout-2"]} 0.5 concurrent | image 2 of 4: as written, to 50%",
      "2 wave-2 {"image":["checkout-3","checkout-4"]} 1 none | image 2 of 4: as written, to 100%",
      "3 irreversible {"contract":["db"]} 1 none | contract 1 of 1: it cannot be taken back, so it comes when all else is proven",
    ]
  `);
  expect(lines(plan('', [contract]))).toMatchInlineSnapshot(`
    [
      "1 wave-1 {"contract":["db"]} 1 none | contract 1 of 1: there is one target",
    ]
  `);
  const many = part(instances(3), 'contract', false);
  expect(refusal(() => plan('', [part(one('flag'), 'flag'), many]))).toMatchInlineSnapshot(
    `"wave 2 (irreversible): changes all 3 targets of contract at once, because it cannot be taken back and comes after other parts; make it the first part, or a change of its own"`,
  );
});

test('automatic waves begin small, grow, and say why', () => {
  expect(lines(plan('', [part(instances(8))], 'L1'))).toMatchInlineSnapshot(`
    [
      "1 wave-1 {"image":["checkout-1"]} 0.125 concurrent | image 1 of 8: L1 begins with 10%, at least one target",
      "2 wave-2 {"image":["checkout-2","checkout-3","checkout-4"]} 0.5 concurrent | image 3 of 8: 4 times what is changed before it",
      "3 wave-3 {"image":["checkout-5","checkout-6","checkout-7","checkout-8"]} 1 none | image 4 of 8: the rest; 2 times what is changed before it",
    ]
  `);
  const sizes = (count: number, level: Level): number[] =>
    plan('', [part(instances(count))], level).map(({ changedShare }) => changedShare);
  expect(sizes(100, 'L0')).toEqual([0.25, 0.5, 1]);
  expect(sizes(100, 'L1')).toEqual([0.1, 0.4, 0.8, 1]);
  expect(sizes(100, 'L2')).toEqual([0.05, 0.15, 0.45, 0.72, 1]);
  expect(sizes(100, 'L3')).toEqual([0.02, 0.04, 0.08, 0.16, 0.32, 0.64, 0.82, 1]);
  expect(sizes(1, 'L4')).toEqual([1]);
  expect(sizes(2, 'L4')).toEqual([0.5, 1]);
});

test('automatic waves go by the work that targets carry, smallest first', () => {
  const targets = [0.5, 0.3, 0.1, 0.06, 0.04].map((share, i) => ({ id: `t${i}`, labels: {}, share }));
  const waves = plan('', [part(targets)], 'L1');
  expect(waves.map(({ targets: added }) => added['image'])).toEqual([['t4', 't3'], ['t2'], ['t1'], ['t0']]);
});

test('shares that a driver does not know count as equal', () => {
  const targets = instances(4).map((target) => ({ ...target, share: 0 }));
  expect(plan('waves: [{to: 25%}, {to: 100%}]', [part(targets)]).map(({ changedShare }) => changedShare)).toEqual([
    0.25, 1,
  ]);
});

test('a wave that adds nothing is refused, with why', () => {
  const keys = 'waves: [{name: canary, to: 1%}, {name: more, to: 5%}, {to: 100%}]';
  expect(refusal(() => plan(keys, [part(instances(8))]))).toMatchInlineSnapshot(
    `"wave 2 (more): waves[1] (to 5%) adds nothing: earlier waves, rounded up to whole targets, have changed as many (image has 8); leave it out, or write waves: auto"`,
  );
  expect(refusal(() => plan('waves: [{to: 50%}, {to: 100%}]', [part(one('db'))]))).toMatchInlineSnapshot(
    `"wave 2 (wave-2): waves[1] (to 100%) adds nothing: earlier waves, rounded up to whole targets, have changed as many (image has 1); leave it out, or write waves: auto"`,
  );
  expect(
    refusal(() => plan('waves: [{to: 1, where: {zone: c}}, {to: 100%}]', [part(instances(8))])),
  ).toMatchInlineSnapshot(
    `"wave 1 (wave-1): waves[0] (to 1 of zone=c) adds nothing: no target has these labels; leave it out, or write waves: auto"`,
  );
});

test('a number that lost its percent sign is refused', () => {
  expect(refusal(() => plan('waves: [{to: 25}, {to: 100%}]', [part(instances(8))]))).toMatchInlineSnapshot(
    `"wave 1 (wave-1): waves[0] counts 25 targets and there are 8; for a share write 25%"`,
  );
});

test('targets that no wave reaches are refused', () => {
  expect(refusal(() => plan('waves: [{to: 1}, {to: 3}]', [part(instances(8))]))).toMatchInlineSnapshot(
    `"after the last wave 5 of 8 targets of image are unchanged (checkout-4, checkout-5, checkout-6 …); expected a last wave to 100% of all targets"`,
  );
  expect(refusal(() => plan('waves: [{to: 100%, where: {zone: a}}]', [part(instances(8))]))).toMatchInlineSnapshot(
    `"after the last wave 4 of 8 targets of image are unchanged (checkout-2, checkout-4, checkout-6 …); expected a last wave to 100% of all targets"`,
  );
});

test('a wave larger than the level allows is refused, one target never is', () => {
  const keys = 'waves: [{to: 25%}, {to: 50%}, {to: 75%}, {to: 100%}]';
  expect(refusal(() => plan(keys, [part(instances(8))], 'L3'))).toMatchInlineSnapshot(
    `"wave 1 (wave-1): changes 2 of 8 targets of image, 25%; L3 allows 10% in the first wave: write smaller waves, or waves: auto"`,
  );
  expect(refusal(() => plan('waves: [{to: 25%}, {to: 100%}]', [part(instances(8))], 'L2'))).toMatchInlineSnapshot(
    `"wave 2 (wave-2): changes 6 of 8 targets of image, 75%; L2 allows 50% in one wave: write smaller waves, or waves: auto"`,
  );
  expect(plan(keys, [part(instances(4))], 'L4')).toHaveLength(4);
});

test('a part without targets, and a target twice, are refused', () => {
  expect(refusal(() => plan('', [part([])]))).toBe('part image has no targets: there is nothing to change');
  expect(refusal(() => plan('', [part([...instances(2), ...instances(1)])]))).toBe('part image names a target twice');
  expect(refusal(() => plan('', []))).toBe('no part has been planned');
});

test('gates stand before their waves, the one of the level first; none is lost', () => {
  const keys = 'gates: [{beforeWave: 1, reason: look}, {beforeWave: 2, reason: look again}]';
  const gates = plan(keys, [part(instances(2))], 'L3').map(({ gate }) => gate);
  expect(gates).toEqual(['L3: somebody must approve before anything is touched; look', 'look again']);
  expect(refusal(() => plan('gates: [{beforeWave: 3, reason: look}]', [part(instances(2))]))).toMatchInlineSnapshot(
    `"a gate stands before wave 3 and there are 2 waves: nobody would be asked"`,
  );
});

test('bakes come from the wave, the change or the level; the last default one is short, because it cannot prove', () => {
  const bakes = plan('', [part(instances(2))], 'L1').map(({ bake }) => bake);
  expect(bakes).toEqual([
    { minSeconds: 60, maxSeconds: 1200 },
    { minSeconds: 60, maxSeconds: 300 },
  ]);
  expect(plan('bake: {min: 1s, max: 2s}', [part(one('db'))], 'L3')[0]?.bake).toEqual({
    minSeconds: 60,
    maxSeconds: 60,
  });
  expect(plan('', [part(one('db'))], 'L2')[0]?.bake).toEqual({ minSeconds: 120, maxSeconds: 1800 });
});

test('what the first wave will touch is known before the level', () => {
  const first = (keys: string, parts: PartTargets[]) =>
    firstWave(readChange(withKeys(keys), { file: 'f' }).spec, parts);
  expect(first('waves: [{to: 25%}, {to: 100%}]', [part(instances(8))])).toEqual({ share: 0.25, unchangedArm: true });
  expect(first('', [part(instances(8))])).toEqual({ share: 0.25, unchangedArm: true });
  expect(first('', [part(one('db'))])).toEqual({ share: 1, unchangedArm: false });
  expect(first('', [part(instances(8)), part(one('db'), 'db')])).toEqual({ share: 1, unchangedArm: true });
  expect(first('waves: [{to: 100%}]', [part(instances(8))])).toEqual({ share: 1, unchangedArm: false });
});
