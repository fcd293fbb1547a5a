import { onScale } from '../cells/levels.js';
import { GraywaveError } from '../errors.js';
import { defaultNoise } from '../judge/noise/default.js';
import type { NoiseProfile } from '../judge/noise/profile.js';
import type { LevelSettings } from '../judge/types.js';
import type { GaugeSignal } from '../spec/types.js';
import type { Draft, FrozenStream } from './frozen.js';
import type { Reading } from './port.js';

/** Of a profile that does not say it. */
const usualIntervalSeconds = 60;

/**
 * A declared shift widens the tolerance to at least itself; safety keeps its distance from it. @throws NOISE_UNKNOWN
 */
export function gaugeDraft(
  spec: GaugeSignal,
  expectedShift: number,
  weight: number,
  noises: ReadonlyMap<string, NoiseProfile>,
): Draft {
  const { name, service, by, select, metric, direction, scale, prove } = spec;
  const onTheScale = (shift: number): number => (scale === 'log' ? Math.log1p(shift) : shift);
  const tolerance = onTheScale(Math.max(spec.tolerance, expectedShift));
  const detect = onTheScale(spec.detectShift) + tolerance - onTheScale(spec.tolerance);
  const profile = profileOf(spec, noises);
  const { intervalSeconds = usualIntervalSeconds } = profile;
  const noise = { profile: profile.name, from: profile.from, level: profile.level };
  return {
    query: { stream: name, service, by, select, measure: { kind: 'gauge', gauge: metric } },
    source: spec.source,
    settings: {
      name,
      tolerance: Math.max(spec.tolerance, expectedShift),
      detectRatio: 1 + (scale === 'log' ? Math.expm1(detect) : detect),
      floor: 0,
      limit: 1,
      weight,
      prove,
      dispersion: 1,
    },
    level: { name, direction, scale, unit: 1, tolerance, detect, intervalSeconds, noise },
  };
}

function profileOf({ name, noise }: GaugeSignal, noises: ReadonlyMap<string, NoiseProfile>): NoiseProfile {
  const profile = noise === defaultNoise.name ? defaultNoise : noises.get(noise);
  if (profile !== undefined) return { ...profile, name: noise };
  const known = [defaultNoise.name, ...noises.keys()].join(', ');
  throw new GraywaveError('NOISE_UNKNOWN', `signal ${name}: no noise profile "${noise}"; known: ${known}`);
}

/**
 * The stream with the level that shifts are shares of: the unchanged side's mean when it was frozen. null: no target shows
 * a value. Of a level of 0 there are no shares: its own unit is taken, and the stream says so.
 */
export function withUnit(
  draft: Draft,
  level: LevelSettings,
  targets: ReadonlySet<string>,
  readings: readonly Reading[],
): FrozenStream | null {
  const values = readings
    .flatMap(({ levels = [] }) => levels)
    .filter(({ stream, target }) => stream === level.name && targets.has(target))
    .map(({ value }) => value);
  if (values.length === 0) return null;
  const frozen = { ...draft, baselineShare: null, eventsPerSecond: null };
  if (level.scale === 'log') {
    const usable = values.filter((value) => onScale(level, value) !== null);
    if (usable.length === values.length) return { ...frozen, level };
    const problem = `${level.name}: ${values.length - usable.length} of ${values.length} targets show 0 or less, which has no logarithm; say scale: linear`;
    return { ...frozen, level, problem };
  }
  const mean = Math.abs(values.reduce((sum, value) => sum + value, 0) / values.length);
  if (mean > 0) return { ...frozen, level: { ...level, unit: mean } };
  const problem = `${level.name}: the unchanged side shows 0, so that shifts are counted in its own unit and not in shares`;
  return { ...frozen, level, problem };
}
