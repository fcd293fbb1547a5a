/**
 * A gauge through a change: looks are gathered into intervals of the length the noise profile was learnt at, and each
 * interval's difference of the arms is folded into the filters of level.ts, for every direction that counts as harm.
 */
import type { LevelCell, LevelSettings, Look } from '../types.js';
import { type Difference, differenceOf, type Sample } from './difference.js';
import { type Apart, hostVariance, overInterval } from './hosts.js';
import { beginLevel, foldLevel, levelConstants, type LevelConstants, type LevelState } from './level.js';

/** Sums over the looks of an interval, so that their order does not matter. */
interface Gathered {
  looks: number;
  n: number;
  mean: number;
  variance: number;
}

export interface LevelTrack {
  stream: string;
  /** Beginning (Unix ms) of the interval that is being gathered; null before the first good look. */
  fromMs: number | null;
  canary: Gathered;
  baseline: Gathered;
  apart: Apart;
  /** One for each direction of harm. */
  sides: LevelState[];
  /** Sums over intervals that had both arms, and their number. */
  sums: { canary: number; baseline: number; hosts: number };
  seen: number;
  /** Looks of this wave that saw each arm; its intervals with both, and the sum of their shifts. */
  inWave: { canary: number; baseline: number; seen: number; shift: number };
}

const nothing: Gathered = { looks: 0, n: 0, mean: 0, variance: 0 };
const notApart: Apart = { looks: 0, sum: 0, squares: 0 };
const noWave = { canary: 0, baseline: 0, seen: 0, shift: 0 };

/** After a gap of so many intervals every filter has forgotten all that passing time makes it forget. */
const longestGap = 1_000;

/** Which way is worse: shifts times the sign are upwards. */
export const signsOf = ({ direction }: LevelSettings): (1 | -1)[] =>
  direction === 'either' ? [1, -1] : [direction === 'up' ? 1 : -1];

/** What is looked for beyond the tolerance: half of what must be detected, that, and three times that. */
export function constantsOf({ tolerance, detect }: LevelSettings): LevelConstants {
  const margin = detect - tolerance;
  return { ...levelConstants, harms: [margin / 2, margin, 3 * margin], margin, spread: detect };
}

export function beginTracks(levels: readonly LevelSettings[]): LevelTrack[] {
  return levels.map((its) => ({
    stream: its.name,
    fromMs: null,
    canary: nothing,
    baseline: nothing,
    apart: notApart,
    sides: signsOf(its).map(() => beginLevel(its.noise.level)),
    sums: { canary: 0, baseline: 0, hosts: 0 },
    seen: 0,
    inWave: noWave,
  }));
}

/** A new wave: other targets are changed, so the interval ends here; what is known is carried. */
export function enterWave(its: LevelSettings, track: LevelTrack, atMs: number): LevelTrack {
  const begun = track.canary.looks + track.baseline.looks > 0;
  const closed = begun ? close(its, track, 1) : track;
  return { ...closed, fromMs: track.fromMs === null ? null : atMs, inWave: noWave };
}

/** One good look. */
export function foldTrack(its: LevelSettings, before: LevelTrack, look: Look): LevelTrack {
  const lengthMs = its.intervalSeconds * 1000;
  const fromMs = before.fromMs ?? look.fromMs;
  const passed = Math.max(0, Math.ceil((look.toMs - fromMs) / lengthMs) - 1);
  const track = passed === 0 ? before : close(its, before, passed);
  const next = { ...track, fromMs: fromMs + passed * lengthMs, inWave: { ...track.inWave } };
  for (const cell of look.levels ?? []) if (cell.stream === its.name) gather(next, cell);
  return next;
}

/** `next` is not yet seen by anybody. */
function gather(next: LevelTrack, { canary, baseline }: LevelCell): void {
  next.canary = plus(next.canary, canary);
  next.baseline = plus(next.baseline, baseline);
  if (canary.n > 0 && baseline.n > 0) {
    const { looks, sum, squares } = next.apart;
    const apart = canary.mean - baseline.mean;
    next.apart = { looks: looks + 1, sum: sum + apart, squares: squares + apart * apart };
  }
  if (canary.n > 0) next.inWave.canary += 1;
  if (baseline.n > 0) next.inWave.baseline += 1;
}

function plus(sum: Gathered, { n, mean, variance }: Sample): Gathered {
  if (n === 0) return sum;
  return { looks: sum.looks + 1, n: sum.n + n, mean: sum.mean + mean, variance: sum.variance + variance };
}

/** Readings of one target within an interval are no news of other targets: `n` stays the number of targets. */
const sampleOf = ({ looks, n, mean, variance }: Gathered): Sample =>
  looks === 0 ? { n: 0, mean: 0, variance: 0 } : { n: n / looks, mean: mean / looks, variance: variance / looks };

/** Ends the interval, and lets `passed` − 1 more go by of which nothing was seen. */
function close(its: LevelSettings, track: LevelTrack, passed: number): LevelTrack {
  const [canary, baseline] = [sampleOf(track.canary), sampleOf(track.baseline)];
  const difference = differenceOf(canary, baseline);
  const hosts = overInterval(hostVariance(canary, baseline), track.apart);
  const constants = constantsOf(its);
  const sides = track.sides.map((side, i) => {
    const sign = signsOf(its)[i] ?? 1;
    let next = foldLevel(its.noise.level, side, sideOf(its, difference, sign, hosts, constants), constants);
    for (let k = 1; k < Math.min(passed, longestGap); k++) next = foldLevel(its.noise.level, next, null, constants);
    return next;
  });
  const gathered = { ...track, sides, canary: nothing, baseline: nothing, apart: notApart };
  if (difference === null) return gathered;
  const { sums, inWave } = track;
  return {
    ...gathered,
    sums: {
      canary: sums.canary + canary.mean,
      baseline: sums.baseline + baseline.mean,
      hosts: sums.hosts + hosts,
    },
    seen: track.seen + 1,
    inWave: { ...inWave, seen: inWave.seen + 1, shift: inWave.shift + difference.shift },
  };
}

/** Most that one interval may say, in nats: an outlier is no proof, three in a row may be. */
const mostNats = 3;

/**
 * The difference beyond the tolerance, upwards being worse. An interval that alone would be worth more than `mostNats` for
 * any shift that is looked for is taken for as much noisier: max over h of (h·x − h²/2)/W is to stay below it.
 */
function sideOf(
  { tolerance }: LevelSettings,
  difference: Difference | null,
  sign: 1 | -1,
  hosts: number,
  { harms }: LevelConstants,
): Difference | null {
  if (difference === null) return null;
  const shift = sign * difference.shift - tolerance;
  const worth = Math.max(...harms.map((harm) => harm * Math.abs(shift) - (harm * harm) / 2));
  return { shift, common: difference.common, variance: Math.max(hosts, worth / mostNats) };
}
