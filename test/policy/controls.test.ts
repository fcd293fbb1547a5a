import { expect, test } from 'vitest';
import { bakeOf, controlsOf, onErrorOf, onInconclusiveOf } from '../../src/policy/controls.js';
import { type Level, levels, type OnInconclusive } from '../../src/spec/types.js';

const pairs = levels.slice(1).map((level, i) => [controlsOf(levels[i] ?? 'L0'), controlsOf(level)] as const);
const strictness: OnInconclusive[] = ['advance', 'hold', 'rollback'];

test('a higher level is nowhere laxer', () => {
  for (const [lower, higher] of pairs) {
    expect(higher.alpha).toBeLessThanOrEqual(lower.alpha);
    expect(higher.beta).toBeLessThanOrEqual(lower.beta);
    expect(higher.maxFirstShare).toBeLessThanOrEqual(lower.maxFirstShare);
    expect(higher.maxStepShare).toBeLessThanOrEqual(lower.maxStepShare);
    expect(higher.autoFirstShare).toBeLessThanOrEqual(lower.autoFirstShare);
    expect(higher.autoGrowth).toBeLessThanOrEqual(lower.autoGrowth);
    expect(higher.bake.minSeconds).toBeGreaterThanOrEqual(lower.bake.minSeconds);
    expect(higher.bake.maxSeconds).toBeGreaterThanOrEqual(lower.bake.maxSeconds);
    expect(higher.leastBakeSeconds).toBeGreaterThanOrEqual(lower.leastBakeSeconds);
    expect(higher.unwatchedLimitSeconds).toBeLessThanOrEqual(lower.unwatchedLimitSeconds);
    expect(higher.inconclusiveHoldLimitSeconds).toBeLessThanOrEqual(lower.inconclusiveHoldLimitSeconds);
    expect(higher.errorHoldLimitSeconds).toBeLessThanOrEqual(lower.errorHoldLimitSeconds);
    expect(Number(higher.approval)).toBeGreaterThanOrEqual(Number(lower.approval));
    expect(strictness.indexOf(higher.onInconclusive)).toBeGreaterThanOrEqual(strictness.indexOf(lower.onInconclusive));
  }
});

test('α is at most .01 everywhere, and every level agrees with itself', () => {
  for (const level of levels) {
    const controls = controlsOf(level);
    expect(controls.level).toBe(level);
    expect(controls.alpha).toBeLessThanOrEqual(0.01);
    expect(controls.bake.minSeconds).toBeLessThanOrEqual(controls.aloneMaxSeconds);
    expect(controls.aloneMaxSeconds).toBeLessThanOrEqual(controls.bake.maxSeconds);
    expect(controls.autoFirstShare).toBeLessThanOrEqual(controls.maxFirstShare);
    expect(controls.unwatchedLimitSeconds).toBeGreaterThan(25);
    expect(onInconclusiveOf({ onInconclusive: null }, controls)).toBe(controls.onInconclusive);
  }
});

test('a spec may ask for more care than its level, never for less', () => {
  const asked = (level: Level, onInconclusive: OnInconclusive) =>
    onInconclusiveOf({ onInconclusive }, controlsOf(level));
  expect(levels.map((level) => asked(level, 'advance'))).toEqual(['advance', 'advance', 'advance', 'hold', 'rollback']);
  expect(levels.map((level) => asked(level, 'hold'))).toEqual(['hold', 'hold', 'hold', 'hold', 'rollback']);
  expect(levels.map((level) => asked(level, 'rollback'))).toEqual(levels.map(() => 'rollback'));
  expect(onErrorOf({ onError: null }, controlsOf('L2'))).toBe('hold');
  expect(onErrorOf({ onError: 'rollback' }, controlsOf('L2'))).toBe('rollback');
});

test('a bake is as asked, but never shorter than the level allows', () => {
  expect(bakeOf({ minSeconds: 8, maxSeconds: 60 }, controlsOf('L1'), false)).toEqual({ minSeconds: 8, maxSeconds: 60 });
  expect(bakeOf({ minSeconds: 8, maxSeconds: 10 }, controlsOf('L4'), false)).toEqual({
    minSeconds: 300,
    maxSeconds: 300,
  });
  expect(bakeOf(null, controlsOf('L0'), true)).toEqual({ minSeconds: 30, maxSeconds: 120 });
});
