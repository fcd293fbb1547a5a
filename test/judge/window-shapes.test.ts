import { describe, expect, it } from 'vitest';
import { shapedCases } from '../../bench/judge/sets/shapes.js';
import { judgeWindow, windowConstants } from '../../src/judge/window/window.js';

/** Shapes and noises other than those of the public set; where nothing can be seen in the noise, nothing is asked for. */
const hopeless = new Set(['rho .9', 'mostly zero', 'skewed']);

describe('shapes of our own making', () => {
  const judged = [...shapedCases(6, 20)]
    .filter(({ noise }) => !hopeless.has(noise))
    .map(({ bad, metric }) => ({ bad, called: judgeWindow([metric], windowConstants).kind !== 'pass' }));
  const share = (bad: boolean) => {
    const own = judged.filter((one) => one.bad === bad);
    return own.filter((one) => one.called === bad).length / own.length;
  };

  it('are caught when bad', () => expect(share(true)).toBeGreaterThan(0.92));

  it('are let through when good', () => expect(share(false)).toBeGreaterThan(0.95));
});
