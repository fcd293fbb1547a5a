/** Do changed instances answer much more slowly than the unchanged ones? Weak: cold caches make good versions slow too. */
import type { Arms } from './arms.js';
import type { RolloutConstants } from './constants.js';
import { median, valuesOf } from './moments.js';
import type { EdgeSeries, Part } from './types.js';

export function latencyOf(arms: Arms, atMs: number, constants: RolloutConstants): Part {
  const of = (series: EdgeSeries[], from: (instance: string) => number): number | null =>
    median(
      valuesOf(
        series.map((one) => ({ atMs: one.atMs, values: one.latencySeconds, fromMs: from(one.instance), toMs: atMs })),
      ),
    );
  const changed = of(arms.served.changed, (instance) => arms.changed.get(instance) ?? atMs);
  const unchanged = of(arms.served.unchanged, () => atMs - constants.compareSeconds * 1000);
  if (changed === null || unchanged === null || unchanged <= 0) {
    return { name: 'latency', nats: 0, words: 'no latency to compare' };
  }
  const slow = changed / unchanged >= constants.latencyRatio && changed - unchanged >= constants.latencySeconds;
  return {
    name: 'latency',
    nats: slow ? constants.latencyNats : 0,
    words: `the changed instances answer in ${changed.toPrecision(2)} s, the unchanged in ${unchanged.toPrecision(2)} s`,
  };
}
