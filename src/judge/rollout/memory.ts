/**
 * Do changed instances use more memory than the unchanged ones? Held against the largest of those: how much they differ
 * among themselves is what a difference has to exceed.
 */
import type { Arms } from './arms.js';
import type { RolloutConstants } from './constants.js';
import { median, valuesOf } from './moments.js';
import type { Part, UsageSeries } from './types.js';

/** Evidence begins at a ratio of e^memoryFree, for versions may differ, and is full after e^memorySpan more. */
export function memoryOf(arms: Arms, atMs: number, constants: RolloutConstants): Part {
  const of = ({ atMs: times, memory }: UsageSeries, fromMs: number): number[] =>
    valuesOf([{ atMs: times, values: memory, fromMs, toMs: atMs }]);
  const changed = median(arms.used.changed.flatMap((one) => of(one, arms.changed.get(one.instance) ?? atMs)));
  const recently = atMs - constants.compareSeconds * 1000;
  const unchanged = arms.used.unchanged.flatMap((one) => median(of(one, recently)) ?? []);
  const largest = Math.max(0, ...unchanged);
  if (changed === null || changed <= 0 || largest <= 0) {
    return { name: 'memory', nats: 0, words: 'no memory to compare' };
  }
  const more = (Math.log(changed / largest) - constants.memoryFree) / constants.memorySpan;
  return {
    name: 'memory',
    nats: constants.partCap * Math.min(1, Math.max(0, more)),
    words: `memory of the changed instances is ${(changed / largest).toFixed(2)} times that of the largest unchanged`,
  };
}
