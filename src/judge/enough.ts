/**
 * What would be enough: the least wave, bake or bad share at which a closed form fits into a time. Bisection over forms
 * that fall in what is looked for; null where none is enough.
 */

/** Beyond half of the traffic the unchanged side gets too small to compare with. */
const largestShare = 0.5;

/** The least share of traffic, above `from`, with `seconds(share) ≤ within`; rounded up to two digits. */
export function leastShare(seconds: (share: number) => number, from: number, within: number): number | null {
  if (from >= largestShare) return null;
  const best = fastest(seconds, from, largestShare);
  const least = leastOf(seconds, from, best, within);
  return least === null ? null : Math.min(largestShare, roundedUp(least));
}

/** To two digits; > 0. */
export function roundedUp(value: number): number {
  const unit = 10 ** (Math.floor(Math.log10(value)) - 1);
  return Number((Math.ceil(value / unit - 1e-9) * unit).toPrecision(2));
}

/** Where a form with one valley is least: a third of the traffic may prove sooner than half of it. */
function fastest(seconds: (share: number) => number, from: number, to: number): number {
  let [low, high] = [from, to];
  for (let step = 0; step < 40; step++) {
    const third = (high - low) / 3;
    if (seconds(low + third) <= seconds(high - third)) high -= third;
    else low += third;
  }
  return high;
}

/** The least value in [`from`, `most`] with `seconds(value) ≤ within`, of a form that falls. */
export function leastBetween(
  seconds: (value: number) => number,
  from: number,
  most: number,
  within: number,
): number | null {
  return from >= most ? null : leastOf(seconds, from, most, within);
}

/** Least ratio with `seconds(ratio) ≤ within`, up to `most`, to three digits. */
export function leastRatio(seconds: (ratio: number) => number, most: number, within: number): number | null {
  const least = most <= 1 ? null : leastOf(seconds, 1, most, within);
  return least === null ? null : Number(least.toPrecision(3));
}

function leastOf(seconds: (value: number) => number, from: number, to: number, within: number): number | null {
  if (!(seconds(to) <= within)) return null;
  let [low, high] = [from, to];
  while (high / low > 1.0005) {
    const middle = Math.sqrt(low * high);
    if (seconds(middle) <= within) high = middle;
    else low = middle;
  }
  return high;
}
