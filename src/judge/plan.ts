/**
 * Closed forms: how long until harm is seen, until safety is proven, and how large the first wave should be (systems.md
 * §A6, §C1; Wald's approximation, bound divided by the mean evidence per second). They are means or a little above them:
 * measured medians of the proof of safety are .6–.9 of `tSafe`. All results in seconds unless named otherwise.
 */
import { aboveFactors, belowFactors } from './absolute.js';
import { guardPart, harmPart } from './evidence.js';
import { harmRatios } from './relative.js';

/** Traffic a stream will see. */
export interface Traffic {
  /** Events per second of both arms together. */
  rps: number;
  /** Share of bad events without harm, in (0, 1). */
  badShare: number;
  /** Changed side's share of traffic, in (0, 1). */
  share: number;
}

/** ln g: price of a mean over the harm grid, in nats. */
const logGrid = Math.log(harmRatios.length);

/** KL(a‖b) of two Bernoulli shares, in nats. */
function divergence(a: number, b: number): number {
  const part = (p: number, q: number) => (p === 0 ? 0 : p * Math.log(p / q));
  return part(a, b) + part(1 - a, 1 - b);
}

/** Share of all bad events that falls on the changed side at a ratio. */
function changedPart(share: number, ratio: number): number {
  return (ratio * share) / (1 - share + ratio * share);
}

/** Nats of evidence a second when the true ratio is `ratio` and the null says `from`. */
function rate({ rps, badShare, share }: Traffic, ratio: number, from: number): number {
  const bad = rps * badShare * (1 - share + ratio * share);
  return bad * divergence(changedPart(share, ratio), changedPart(share, from));
}

/**
 * What the bare `ttd` leaves out, in nats: the prior on starting times (ln 2 for harm from the beginning, ln 2k(k+1) for
 * harm that begins at restart k), the stream's weight, and the part of its weight the guard takes.
 */
export function price(stream: { weight: number; guarded: boolean; restart?: number }): number {
  const k = stream.restart ?? 0;
  const start = k === 0 ? Math.LN2 : Math.log(2 * k * (k + 1));
  return start - Math.log(stream.weight) - (stream.guarded ? Math.log(harmPart) : 0);
}

/**
 * Seconds until harm of `ratio` is proven, from its beginning. Infinity when the ratio is within the tolerance.
 * [ln(1/α) + ln g + price] / (R·p₀·(1−w+rw)·KL(θ_r‖θ_{1+δ})).
 */
export function ttd(plan: Traffic & { ratio: number; alpha: number; tolerance?: number; priceNats?: number }): number {
  check(plan);
  const from = 1 + (plan.tolerance ?? 0);
  if (plan.ratio <= from) return Infinity;
  return (logGrid - Math.log(plan.alpha) + (plan.priceNats ?? 0)) / rate(plan, plan.ratio, from);
}

/**
 * Seconds until a changed side on which every event is bad is stopped. The evidence is that of the best alternative of the
 * grid, which ends long before the true ratio 1/p₀:
 * [ln(1/α) + ln g + price] / max_r(R·w·ln r + R·(w + (1−w)p₀)·ln((1 + (1+δ)ρ)/(1 + r(1+δ)ρ))), ρ = w/(1−w).
 */
export function failing(plan: Traffic & { alpha: number; tolerance?: number; priceNats?: number }): number {
  check(plan);
  const { rps, badShare, share, alpha, priceNats = 0 } = plan;
  const odds = ((1 + (plan.tolerance ?? 0)) * share) / (1 - share);
  const bad = rps * (share + (1 - share) * badShare);
  const each = harmRatios.map((r) => rps * share * Math.log(r) + bad * (Math.log1p(odds) - Math.log1p(r * odds)));
  return overRate(logGrid - Math.log(alpha) + priceNats, Math.max(...each));
}

/**
 * Seconds until a ratio of 1 + `mde` or more is excluded, when the true ratio is 1.
 * [ln(1/β) + ln 2] / (R·p₀·KL(θ_1‖θ_{1+MDE})); ln 2 is the mean over two alternatives.
 */
export function tSafe(plan: Traffic & { mde: number; beta: number }): number {
  check(plan);
  if (plan.mde <= 0) return Infinity;
  return (Math.LN2 - Math.log(plan.beta)) / rate(plan, 1, 1 + plan.mde);
}

/**
 * The least ratio that can be excluded within `seconds`, when the true ratio is 1; null when not even 1000. Then a larger
 * wave, a longer bake, or a stream with a larger bad share is needed.
 */
export function excludedRatio(plan: Traffic & { seconds: number; beta: number }): number | null {
  const within = (ratio: number) => tSafe({ ...plan, mde: ratio - 1 }) <= plan.seconds;
  if (!within(1000)) return null;
  let [low, high] = [1, 1000];
  for (let step = 0; step < 60; step++) {
    const middle = Math.sqrt(low * high);
    if (within(middle)) high = middle;
    else low = middle;
  }
  return high;
}

/**
 * Seconds until the changed side's share is proven below the floor, with no unchanged arm needed; the absolute way to
 * safety for a stream that is hardly ever bad. `badShare` is the true one; Infinity when it is too near the floor for
 * the alternatives. [ln(1/β) + ln 3 + ln 2] / (R·w·max_a(p ln a + floor(1−a))). With nothing bad: about 5.3/floor events.
 */
export function tFloor(plan: Traffic & { floor: number; beta: number }): number {
  checkAbsolute(plan);
  const each = belowFactors.map((a) => plan.badShare * Math.log(a) + plan.floor * (1 - a));
  const nats = Math.log(2 * belowFactors.length) - Math.log(plan.beta);
  return overRate(nats, plan.rps * plan.share * Math.max(...each));
}

/** Seconds until a changed side with share `badShare` is proven above `limit`. The guard alone; `weight` of its stream. */
export function ttdGuard(plan: Traffic & { limit: number; alpha: number; weight: number }): number {
  return tAbove({ ...plan, above: plan.limit, chance: plan.alpha * plan.weight * guardPart });
}

/**
 * Seconds until a changed side with share `badShare` is proven above the share `above`, falsely with chance at most
 * `chance`. [ln 4 + ln 2 − ln chance] / (R·w·max_a(p ln a − above·(a − 1))); Infinity when it is too near.
 */
export function tAbove(plan: Traffic & { above: number; chance: number }): number {
  checkAbsolute(plan);
  const each = aboveFactors.map((a) => plan.badShare * Math.log(a) - plan.above * (a - 1));
  const nats = Math.log(aboveFactors.length) + Math.LN2 - Math.log(plan.chance);
  return overRate(nats, plan.rps * plan.share * Math.max(...each));
}

function overRate(nats: number, perSecond: number): number {
  return perSecond > 0 ? nats / perSecond : Infinity;
}

/**
 * Size of the first wave. Expected excess bad events until the stop are b0 = (r−1)·L/(r ln r − r + 1), whatever the wave's
 * size; what grows with it is the harm done during the delay D of scrape, drain and rollback. So below
 * w* = L/(R·p₀·(r ln r − r + 1)·D) a wave is only slower, above it only more harmful; and even a change that fails every
 * request must stay within the budget: cap = B_max/(R·D).
 */
export function firstWave(plan: {
  rps: number;
  badShare: number;
  /** Ratio to plan for. > 1. */
  ratio: number;
  alpha: number;
  /** Bad requests the first wave may cost at most. */
  budget: number;
  /** Seconds from harm seen to harm undone. */
  delaySeconds: number;
}): { share: number; best: number; cap: number; excessBad: number } {
  check({ ...plan, share: 0.5 });
  const { rps, ratio, delaySeconds } = plan;
  if (!(ratio > 1 && plan.budget > 0 && delaySeconds > 0))
    throw new RangeError('firstWave: ratio > 1, budget and delay > 0');
  const nats = logGrid - Math.log(plan.alpha);
  const gain = ratio * Math.log(ratio) - ratio + 1;
  const best = nats / (rps * plan.badShare * gain * delaySeconds);
  const cap = plan.budget / (rps * delaySeconds);
  return { share: Math.min(best, cap, 1), best, cap, excessBad: ((ratio - 1) * nats) / gain };
}

function check({ rps, badShare, share }: Traffic): void {
  if (!(rps > 0 && badShare > 0 && badShare <= 1 && share > 0 && share < 1)) {
    throw new RangeError(`plan: rps ${rps}, badShare ${badShare}, share ${share}; expected > 0, (0, 1] and (0, 1)`);
  }
}

/** Without an unchanged arm the whole traffic may be changed, and nothing need ever be bad. */
function checkAbsolute({ rps, badShare, share }: Traffic): void {
  if (!(rps > 0 && badShare >= 0 && badShare <= 1 && share > 0 && share <= 1)) {
    throw new RangeError(`plan: rps ${rps}, badShare ${badShare}, share ${share}; expected > 0, [0, 1] and (0, 1]`);
  }
}
