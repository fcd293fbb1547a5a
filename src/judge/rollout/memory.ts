/** Do changed instances use more memory than the unchanged ones? */
import type { Arms } from './arms.js';
import type { RolloutConstants } from './constants.js';
import { median, valuesOf } from './moments.js';
import type { Part, UsageSeries } from './types.js';

/** Memory may differ between versions; evidence begins at a ratio of e^memoryFree and is full after e^memorySpan more. */
export function memoryOf(arms: Arms, atMs: number, constants: RolloutConstants): Part {
  const of = (series: UsageSeries[], from: (instance: string) => number): number | null =>
    median(
      valuesOf(series.map((one) => ({ atMs: one.atMs, values: one.memory, fromMs: from(one.instance), toMs: atMs }))),
    );
  const changed = of(arms.used.changed, (instance) => arms.changed.get(instance) ?? atMs);
  const unchanged = of(arms.used.unchanged, () => atMs - constants.compareSeconds * 1000);
  if (changed === null || unchanged === null || unchanged <= 0 || changed <= 0) {
    return { name: 'memory', nats: 0, words: 'no memory to compare' };
  }
  const more = (Math.log(changed / unchanged) - constants.memoryFree) / constants.memorySpan;
  return {
    name: 'memory',
    nats: constants.partCap * Math.min(1, Math.max(0, more)),
    words: `memory of the changed instances is ${(changed / unchanged).toFixed(2)} times that of the unchanged`,
  };
}
