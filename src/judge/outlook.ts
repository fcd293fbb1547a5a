/**
 * What one wave can see of one stream, by the closed forms of `plan.ts` with everything that the judge charges for: the
 * stream's weight, its floor, its guard, its dispersion. All times are means in seconds, Infinity for never; a look adds
 * half its distance. Shares of traffic are in (0, 1); at 1 no unchanged side is left and only the guard speaks.
 */
import { harmPart } from './evidence.js';
import { excludedRatio, failing, price, tAbove, tFloor, tSafe, ttd, ttdGuard } from './plan.js';
import type { StreamSettings } from './types.js';

/** A stream at the traffic that was measured before the first wave. */
export interface StreamTraffic {
  settings: StreamSettings;
  /** Of both arms together, > 0. */
  eventsPerSecond: number;
  /** Without harm, in (0, 1). */
  badShare: number;
}

/** The level's chances of a false stop and of a false proof. */
export interface Chances {
  alpha: number;
  beta: number;
}

/** A stream with nothing bad yet counts as one bad event an hour: never is not known. */
export function trafficOf(given: {
  settings: StreamSettings;
  eventsPerSecond: number | null;
  baselineShare: number | null;
}): StreamTraffic | null {
  const { settings, eventsPerSecond, baselineShare } = given;
  if (eventsPerSecond === null || !(eventsPerSecond > 0) || baselineShare === null || baselineShare >= 1) return null;
  return { settings, eventsPerSecond, badShare: Math.max(baselineShare, Math.min(0.5, 1 / (eventsPerSecond * 3600))) };
}

/** Whether so many times the bad events would be harm, can be at all, or are what the stream is told to put up with. */
export function meaningOf({ settings, badShare }: StreamTraffic, ratio: number): 'harm' | 'harmless' | 'impossible' {
  if (ratio * badShare > 1 + 1e-9) return 'impossible';
  return ratio <= 1 + settings.tolerance || ratio * badShare <= settings.floor ? 'harmless' : 'harm';
}

/** Seconds until `ratio` times the bad events on the changed side stop the change, from their beginning. */
export function findsAfter(stream: StreamTraffic, share: number, ratio: number, { alpha }: Chances): number {
  const { settings, eventsPerSecond: rps, badShare } = stream;
  if (meaningOf(stream, ratio) !== 'harm') return Infinity;
  const relative = share >= 1 ? Infinity : ttd({ rps, badShare, share, ratio, alpha, ...prices(settings) });
  return settings.dispersion * earliest(stream, share, ratio * badShare, relative, alpha);
}

/** Seconds until a changed side on which every event is bad stops the change. */
export function findsFailing(stream: StreamTraffic, share: number, { alpha }: Chances): number {
  const { settings, eventsPerSecond: rps, badShare } = stream;
  const relative = share >= 1 ? Infinity : failing({ rps, badShare, share, alpha, ...prices(settings) });
  return settings.dispersion * earliest(stream, share, 1, relative, alpha);
}

/** Seconds until a ratio of `detectRatio` or more is excluded when nothing is wrong, by this wave's events alone. */
export function provesAfter({ settings, ...stream }: StreamTraffic, share: number, { beta }: Chances): number {
  const { eventsPerSecond: rps, badShare } = stream;
  if (share >= 1) return Infinity;
  const byRatio = tSafe({ rps, badShare, share, mde: settings.detectRatio - 1, beta });
  const byFloor = settings.floor > badShare ? tFloor({ rps, badShare, share, floor: settings.floor, beta }) : Infinity;
  return settings.dispersion * Math.min(byRatio, byFloor);
}

/** The least ratio excluded after so many seconds when nothing is wrong; null when not even 1000. */
export function excludes(stream: StreamTraffic, share: number, seconds: number, { beta }: Chances): number | null {
  const { settings, eventsPerSecond: rps, badShare } = stream;
  if (share >= 1 || seconds <= 0) return null;
  return excludedRatio({ rps, badShare, share, seconds: seconds / settings.dispersion, beta });
}

/**
 * Bad events beyond the normal until the change is undone: those until the stop, which hardly depend on the wave's size
 * (systems.md §C1, constant harm), and those of the mechanical delay, which grow with it.
 * B(w) = R·w·(r − 1)·p₀·(T + D), T seconds to the stop, D seconds from the stop to the undone change.
 */
export function harmBy(stream: StreamTraffic, share: number, ratio: number, seconds: number): number {
  return stream.eventsPerSecond * share * (ratio - 1) * stream.badShare * seconds;
}

function prices({ weight, limit, tolerance }: StreamSettings): { tolerance: number; priceNats: number } {
  return { tolerance, priceNats: price({ weight, guarded: limit < 1 }) };
}

/** Harm must be proven relatively and, with a floor, absolutely; the guard alone is enough. */
function earliest(stream: StreamTraffic, share: number, changed: number, relative: number, alpha: number): number {
  const { settings, eventsPerSecond: rps } = stream;
  const { floor, limit, weight } = settings;
  const own = { rps, share, badShare: changed };
  const chance = alpha * weight * (limit < 1 ? harmPart : 1);
  const above = floor > 0 ? tAbove({ ...own, above: floor, chance }) : 0;
  const guard = limit < 1 ? ttdGuard({ ...own, limit, alpha, weight }) : Infinity;
  return Math.min(Math.max(relative, above), guard);
}
