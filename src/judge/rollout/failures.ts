/**
 * Do changed instances fail more of their requests than the unchanged ones, on the same edge at the same time? Welch's t
 * (Biometrika 34, 1947) on the success shares of samples, its variance shrunk towards a least one. What the unchanged ones
 * lost as well since before is common to both and taken off (difference in differences): the version is not its cause.
 */
import type { Arms } from './arms.js';
import type { RolloutConstants } from './constants.js';
import { type Moments, momentsOf, valuesOf } from './moments.js';
import type { EdgeSeries, Part } from './types.js';

interface Gap {
  edge: string;
  score: number;
  changed: Moments;
  reference: Moments;
}

/** Evidence of the worst edge: half the square of its score, beyond chance. 0 where the changed ones served nothing. */
export function failuresOf(arms: Arms, atMs: number, constants: RolloutConstants): Part {
  const edges = [...new Set(arms.served.changed.map(edgeOf))].toSorted();
  const gaps = edges.map((edge) => gapOf(arms, edge, atMs, constants)).filter((gap) => gap !== null);
  const worst = gaps.reduce<Gap | null>((most, gap) => (most === null || gap.score > most.score ? gap : most), null);
  if (worst === null) return { name: 'failures', nats: 0, words: 'the changed instances served no request yet' };
  const beyond = Math.max(0, worst.score - constants.failureScore);
  const most = Math.min(constants.partCap, beyond ** 2 / 2);
  const { edge, changed, reference } = worst;
  return {
    name: 'failures',
    nats: (most * changed.n) / (changed.n + constants.fewSamples),
    words: `${failed(changed)} of the requests ${edge} failed on the changed instances, ${failed(reference)} on the unchanged`,
  };
}

function gapOf(arms: Arms, edge: string, atMs: number, constants: RolloutConstants): Gap | null {
  const { releasedMs } = arms.change;
  const during = Math.max(releasedMs, atMs - constants.compareSeconds * 1000);
  const of = (series: EdgeSeries[], from: (instance: string) => number, toMs: number): Moments => {
    const own = series.filter((one) => edgeOf(one) === edge);
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
  return { edge, score: (gap * (1 - common)) / error, changed, reference };
}

function edgeOf({ caller, callee, side }: EdgeSeries): string {
  return side === 'server' ? `from ${caller}` : `to ${callee}`;
}

function failed({ mean }: Moments): string {
  return `${Math.round((1 - mean) * 100)}%`;
}
