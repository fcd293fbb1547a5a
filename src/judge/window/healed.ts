/**
 * "Judge by where it ended": one bad stretch that is over, with a clean and long enough rest after it, has healed, and the
 * rest is what is judged. What recurs, or lasts to the end, has not.
 */
import { chanceOf } from '../rank/mann-whitney.js';
import { ascending, median } from '../rank/sorted.js';
import { rankZ } from './contrasts.js';
import type { WindowConstants } from './constants.js';

export interface Stretch {
  from: number;
  to: number;
}

/** The bad stretch, if there is one, then the same with more and more of what follows, in which it may have died away. */
export function badStretches(values: Float64Array, control: Float64Array, constants: WindowConstants): Stretch[] {
  const first = badStretch(values, control, constants);
  if (first === null) return [];
  const most = Math.min(values.length - restOf(values, constants) - first.to, values.length * constants.healedFade);
  const step = Math.max(1, Math.ceil(most / fadeSteps));
  const out: Stretch[] = [];
  for (let more = 0; more <= most; more += step) out.push({ from: first.from, to: first.to + more });
  return out;
}

/** Lengths of a fade that are tried, at most. */
const fadeSteps = 8;

/** Least number of samples that must follow. */
function restOf(values: Float64Array, constants: WindowConstants): number {
  return Math.round(Math.max(constants.restSamples, values.length * constants.healedRest));
}

/**
 * The stretch [from, to) that a fall in level separates best from the rest, by least squares over all stretches (circular
 * binary segmentation, Olshen et al. 2004); null when none is long enough, solid, distinct and followed by enough.
 */
function badStretch(values: Float64Array, control: Float64Array, constants: WindowConstants): Stretch | null {
  const n = values.length;
  const least = Math.round(Math.max(constants.healedSamples, n * constants.healedLeast));
  const rest = restOf(values, constants);
  const sums = new Float64Array(n + 1);
  for (let i = 0; i < n; i++) sums[i + 1] = (sums[i] as number) + (values[i] as number);
  const total = sums[n] as number;
  let best = 0;
  let stretch: Stretch | null = null;
  for (let from = 0; from + least + rest <= n; from++) {
    for (let to = from + least; to + rest <= n; to++) {
      const length = to - from;
      const difference = ((sums[to] as number) - (sums[from] as number)) / length - total / n;
      const gain = difference > 0 ? (difference * difference * length * n) / (n - length) : 0;
      if (gain > best) {
        best = gain;
        stretch = { from, to };
      }
    }
  }
  return stretch !== null && distinct(values, control, stretch, constants) ? stretch : null;
}

/** Values outside the stretch. */
export function without(values: Float64Array, { from, to }: Stretch): Float64Array {
  return values.filter((_, i) => i < from || i >= to);
}

/** Solid above the middle between both levels, the rest below it and near the control. */
function distinct(values: Float64Array, control: Float64Array, at: Stretch, constants: WindowConstants): boolean {
  const bad = values.subarray(at.from, at.to);
  const rest = without(values, at);
  const [high, low, normal] = [bad, rest, control].map((one) => median(ascending(one))) as [number, number, number];
  if (low - normal > constants.healedRemains * (high - normal)) return false;
  const middle = (high + low) / 2;
  const share = (of: Float64Array) => of.reduce((count, value) => count + (value > middle ? 1 : 0), 0) / of.length;
  if (share(bad) < 1 - constants.healedStray || share(rest) > constants.healedStray) return false;
  return chanceOf(rankZ(bad, rest, 1)) <= constants.healedChance;
}
