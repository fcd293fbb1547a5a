/**
 * From a gauge's track to its e-values, which join those of the counted streams in one weighted average (evidence.ts).
 *
 * Harm. Under the profile's noise, its kinds weighted as it says, the likelihood ratio of a shift beyond the tolerance
 * against none is an e-process, and so is the mixture over onsets with the prior of restart.ts: mass ½ on the start, and
 * ½/k(k+1) on the k-th restart, of which the last two are kept (a component that is dropped counts as 0 from then on).
 * The weighted average of e-processes passes 1/α with chance ≤ α (Ville 1939), whatever the number of looks. A profile
 * whose simulation found that its runs need a higher bound than Ville's ln(1/α₀), for the α₀ it was made for, is followed:
 * the difference is taken off. Dividing an e-process by 1 or more keeps it one, so the chance of a false stop over the whole
 * change stays ≤ α with gauges as without. A lower bound is not taken up: it was simulated for one size of shift and one
 * horizon, and a change has its own.
 *
 * Hosts. The filters are read with an offset between the arms of the size that hosts make by themselves (hosts.ts).
 */
import { logAdd, logMean } from '../logs.js';
import { logFirstMass, logRestartMass, logWaitingMass } from '../restart.js';
import type { LevelEvidence, LevelSettings } from '../types.js';
import { logShift, logWeights, withOffset } from './kinds.js';
import { type LevelState, logSafeOf, readLevel } from './level.js';
import { constantsOf, type LevelTrack, signsOf } from './track.js';

/** ln e against "the level is not shifted by more than the tolerance"; over two directions their mean. */
export function logHarmOfLevel(its: LevelSettings, track: LevelTrack): number {
  if (track.seen === 0) return 0;
  return logMean(track.sides.map((side) => logHarmOfSide(its, offset(track, side))));
}

function logHarmOfSide(its: LevelSettings, { filters, intervals }: LevelState): number {
  const { harms, restart } = constantsOf(its);
  const noise = its.noise.level;
  const weights = logWeights(noise.kinds, filters);
  const none = logShift(weights, filters, 0);
  const since = (onset: 'start' | 0 | 1) =>
    logMean(harms.map((shift) => logShift(weights, filters, shift, onset) - none));
  // The k-th late onset begins after k·restart intervals, in place 0 when k is even (passInterval).
  const restarts = Math.max(0, Math.floor((intervals - 1) / restart));
  let log = logAdd(logFirstMass + since('start'), logWaitingMass(restarts));
  for (let k = Math.max(1, restarts - 1); k <= restarts; k++) {
    log = logAdd(log, logRestartMass(k) + since(k % 2 === 0 ? 0 : 1));
  }
  const stricter = noise.bound + Math.log(noise.alpha);
  return log - Math.max(0, stricter);
}

/** ln e against "shifted by `detect` or more"; over two directions the lesser, for both must be excluded. */
export function logSafeOfLevel(its: LevelSettings, track: LevelTrack): number {
  if (track.seen === 0) return 0;
  const { margin } = constantsOf(its);
  return Math.min(...track.sides.map((side) => logSafeOf(its.noise.level, offset(track, side).filters, margin)));
}

/** Whether the mean shift of this wave's own intervals is nearer to none than to `detect`; null: it has none. */
export function leansToHarm(its: LevelSettings, { inWave }: LevelTrack): boolean | null {
  if (inWave.seen === 0) return null;
  const shift = inWave.shift / inWave.seen;
  return signsOf(its).some((sign) => sign * shift > (its.tolerance + its.detect) / 2);
}

/** What a verdict shows of a gauge. */
export function levelEvidenceOf(its: LevelSettings, track: LevelTrack): LevelEvidence {
  const { profile, level } = its.noise;
  const { seen, sums, sides } = track;
  const side = sides[0];
  if (seen === 0 || side === undefined) {
    return { profile, canary: null, baseline: null, shift: null, low: null, high: null, intervals: 0 };
  }
  const [canary, baseline] = [sums.canary / seen, sums.baseline / seen];
  const read = readLevel(level, offset(track, side), constantsOf(its));
  const sign = signsOf(its)[0] ?? 1;
  const [one, other] = [sign * (read.low + its.tolerance), sign * (read.high + its.tolerance)];
  return {
    profile,
    canary: valueOf(its, canary),
    baseline: valueOf(its, baseline),
    shift: shareOf(its, canary - baseline),
    low: shareOf(its, Math.min(one, other)),
    high: shareOf(its, Math.max(one, other)),
    intervals: seen,
  };
}

/** The same with hosts allowed for, at their mean over the intervals: no average over time can vary more. */
function offset({ sums, seen }: LevelTrack, side: LevelState): LevelState {
  return { ...side, filters: withOffset(side.filters, sums.hosts / seen) };
}

const valueOf = ({ scale, unit }: LevelSettings, value: number): number =>
  scale === 'log' ? Math.exp(value) : value * unit;

/** A shift on the scale as a share: ln 1.5 → .5. */
function shareOf({ scale }: LevelSettings, shift: number): number | null {
  const share = scale === 'log' ? Math.expm1(shift) : shift;
  return Number.isFinite(share) ? share : null;
}
