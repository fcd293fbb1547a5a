/** How many pairs of windows a second one core judges, warm. */
import { classify, kayentaDefaults } from '../../src/judge/rank/classify.js';
import { judgeWindow } from '../../src/judge/window/window.js';
import { random } from './random.js';

/** Rank mode and whole window judge on the same pairs of `points` samples, half of them shifted; best of three passes. */
export function pairSpeed(points: number, pairs: number, nowMs: () => number): { rank: number; window: number } {
  const draw = random(31);
  const all = Array.from({ length: pairs }, (_, i) => ({
    control: Array.from({ length: points }, () => 100 + 5 * draw.normal()),
    experiment: Array.from({ length: points }, () => (i % 2 === 0 ? 100 : 110) + 5 * draw.normal()),
  }));
  const speed = (judge: (one: (typeof all)[number]) => unknown): number => {
    let best = 0;
    for (let pass = 0; pass < 4; pass++) {
      const startMs = nowMs();
      for (const one of all) judge(one);
      const perSecond = pairs / ((nowMs() - startMs) / 1000);
      if (pass > 0) best = Math.max(best, perSecond);
    }
    return best;
  };
  return {
    rank: speed(({ control, experiment }) => classify(kayentaDefaults, control, experiment)),
    window: speed((one) => judgeWindow([{ name: 'metric', direction: 'increase', nanStrategy: 'remove', ...one }])),
  };
}
