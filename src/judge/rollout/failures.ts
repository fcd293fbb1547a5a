/**
 * Do changed instances fail more of their requests than the unchanged ones, on the same edge at the same time? Welch's t
 * (Biometrika 34, 1947) on per-minute success shares, its variance shrunk towards a least one; what the unchanged ones lost as well
 * since before is common to both and taken off (difference in differences), for then the version is not the cause.
 */
import type { Arms } from './arms.js';
import type { RolloutConstants } from './constants.js';
import { type Moments, momentsOf, valuesOf } from './moments.js';
import type { EdgeSeries, Part } from './types.js';

interface Gap {
  caller: string;
  score: number;
  changed: Moments;
  reference: Moments;
}

/** Evidence of the worst edge: half the square of its score, beyond chance. 0 where the changed ones served nothing. */
export function failuresOf(arms: Arms, atMs: number, constants: RolloutConstants): Part {
  const callers = [...new Set(arms.served.changed.map(({ caller }) => caller))].toSorted();
  const gaps = callers.map((caller) => gapOf(arms, caller, atMs, constants)).filter((gap) => gap !== null);
  const worst = gaps.reduce<Gap | null>((most, gap) => (most === null || gap.score > most.score ? gap : most), null);
  if (worst === null) return { name: 'failures', nats: 0, words: 'the changed instances served no request yet' };
  const beyond = Math.max(0, worst.score - constants.failureScore);
  const share = (moments: Moments): string => `${Math.round((1 - moments.mean) * 100)}%`;
  return {
    name: 'failures',
    nats: (Math.min(constants.partCap, beyond ** 2 / 2) * worst.changed.n) / (worst.changed.n + constants.fewSamples),
    words: `${share(worst.changed)} of the requests from ${worst.caller} failed on the changed instances, ${share(worst.reference)} on the unchanged`,
  };
}

function gapOf(arms: Arms, caller: string, atMs: number, constants: RolloutConstants): Gap | null {
  const { releasedMs } = arms.change;
  const during = Math.max(releasedMs, atMs - constants.compareSeconds * 1000);
  const of = (series: EdgeSeries[], from: (instance: string) => number, toMs: number): Moments => {
    const own = series.filter((one) => one.caller === caller);
    const stretches = own.map((one) => ({ atMs: one.atMs, values: one.success, fromMs: from(one.instance), toMs }));
    return momentsOf(valuesOf(stretches));
  };
  const changed = of(arms.served.changed, (instance) => arms.changed.get(instance) ?? atMs, atMs);
  const now = of(arms.served.unchanged, () => during, atMs);
  const before = of(arms.served.unchanged, () => releasedMs - constants.compareSeconds * 1000, releasedMs);
  const reference = now.n > 0 ? now : before;
  if (changed.n === 0 || reference.n === 0) return null;
  const gap = reference.mean - changed.mean;
  const level = before.n > 0 ? before.mean : reference.mean;
  const common = level > changed.mean ? Math.min(1, Math.max(0, level - reference.mean) / (level - changed.mean)) : 0;
  const variance = (moments: Moments): number =>
    (moments.squares + constants.varianceSamples * constants.successSd ** 2) /
    (moments.n + constants.varianceSamples - 1);
  const error = Math.sqrt(variance(changed) / changed.n + variance(reference) / reference.n);
  return { caller, score: (gap * (1 - common)) / error, changed, reference };
}
