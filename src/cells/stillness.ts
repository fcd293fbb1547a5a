import type { Still } from '../judge/types.js';

/**
 * How the counters of some targets have moved over the last minutes: enough to say how likely it is that they stand
 * still by chance. Plain JSON for heartbeats; times are ms since the counters' origin.
 */
export type Motion = [
  /** The last look in which one moved, the last look at all, and the looks since in which none did. */
  movedMs: number,
  lookMs: number,
  looks: number,
  /** Seconds that new samples have covered since without an event. */
  quiet: number,
  /** Events, and the seconds in which they came; what is older counts less (`memorySeconds`). */
  events: number,
  seconds: number,
  /** Sum of (events − expected)² / expected over looks, and the number of looks. */
  unevenness: number,
  weight: number,
];

/** What one look saw of the counters; `alive`: one moved, began anew, or is new. */
export interface Movement {
  events: number;
  /** Covered by new samples, by the clock of the samples, mean over the targets. */
  seconds: number;
  alive: boolean;
}

const memorySeconds = 300;
/** Shorter intervals say nothing of how evenly events come. */
const leastSeconds = 0.1;
/** ln of the chance below which standing still is no chance: one in a million. */
const logChance = Math.log(1e-6);

/** The next look, at `nowMs`. While all stand still nothing is learnt: there is no traffic to learn from. */
export function moved(before: Motion | null, nowMs: number, { events, seconds, alive }: Movement): Motion {
  if (before === null) return [nowMs, nowMs, 0, 0, 0, 0, 0, 0];
  const [movedMs, , looks, quiet, ...learnt] = before;
  if (!alive) return [movedMs, nowMs, looks + 1, quiet + seconds, ...learnt];
  if (events === 0) return [nowMs, nowMs, 0, 0, ...learnt];
  const [allEvents, allSeconds, unevenness, weight] = learn(before, events, seconds).map(short);
  return [nowMs, nowMs, 0, 0, allEvents ?? 0, allSeconds ?? 0, unevenness ?? 0, weight ?? 0];
}

/** Heartbeats carry it: no digits that say nothing. */
const short = (value: number): number => Math.round(value * 1000) / 1000;

/**
 * How long they have stood still, when that is next to impossible by the traffic before; null when it is not. `freshMs`:
 * how old a newest sample may be with nothing wrong; so long there is nothing new to see.
 *
 * The chance of no event in t seconds after n events in s seconds, at an unknown rate, is (1 + t/s)^−(n + ½): Poisson
 * events, their rate integrated over its posterior from Jeffreys' prior. Events that come in bursts count as so many
 * fewer: n is divided by the index of dispersion. So a service with a request a minute is not called still within half
 * an hour, and one with a request a second is after about 15 s.
 */
export function stillness(motion: Motion, freshMs: number): Omit<Still, 'arm'> | null {
  const [movedMs, lookMs, looks, quiet, events, seconds, unevenness, weight] = motion;
  if (looks === 0 || seconds <= 0) return null;
  const covered = Math.max(quiet, (lookMs - movedMs - freshMs) / 1000);
  const dispersion = weight > 0 ? Math.max(1, unevenness / weight) : 1;
  if ((events / dispersion + 0.5) * Math.log1p(covered / seconds) < -logChance) return null;
  return { looks, ms: lookMs - movedMs, freshMs, perSecond: short(events / seconds) };
}

/** Events that came in `seconds`, after the quiet ones. */
function learn(before: Motion, now: number, seconds: number): [number, number, number, number] {
  const [, , looks, quiet, events, known, unevenness, weight] = before;
  const passed = quiet + Math.max(seconds, leastSeconds);
  const keep = Math.exp(-passed / memorySeconds);
  const counted: [number, number] = [events * keep + now, known * keep + passed];
  // The first events may all have come together.
  if (events === 0) return [...counted, now, 1];
  // Called still: one interval, which says nothing of how evenly its events came.
  if (stillness(before, 0) !== null) return [...counted, unevenness * keep, weight * keep];
  const rate = events / known;
  const expected = rate * Math.max(seconds, leastSeconds);
  const here = (now - expected) ** 2 / expected;
  return [...counted, unevenness * keep + rate * quiet + here, weight * keep + looks + 1];
}
