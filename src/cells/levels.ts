import type { Sample } from '../judge/level/difference.js';
import type { LevelCell, LevelSettings } from '../judge/types.js';
import type { RawLevel, Reading } from '../sources/port.js';
import type { Advance, Arms } from './counters.js';

/** Of a target's life before it counts, as for counters. */
interface Rules {
  warmupSeconds: number;
}

/**
 * What one reading says of each gauge: over the targets of an arm, mean and variance of their values on the gauge's scale.
 * A value that the scale cannot hold (NaN, or 0 and less in logs) is no value: missing, like that of a target without one.
 * Gauges that no target shows have no cell.
 */
export function levelsOf(levels: readonly LevelSettings[], reading: Reading, arms: Arms, rules: Rules): LevelCell[] {
  const canary = new Set(arms.canary);
  const baseline = new Set(arms.baseline.filter((target) => !canary.has(target)));
  const rows = (reading.levels ?? []).filter((row) => isWarm(row, rules));
  return levels.flatMap((its) => {
    const valuesIn = (arm: ReadonlySet<string>): number[] =>
      rows.flatMap(({ stream, target, value }) => {
        const scaled = stream === its.name && arm.has(target) ? onScale(its, value) : null;
        return scaled === null ? [] : [scaled];
      });
    const cell = { stream: its.name, canary: sampleOf(valuesIn(canary)), baseline: sampleOf(valuesIn(baseline)) };
    return cell.canary.n + cell.baseline.n === 0 ? [] : [cell];
  });
}

/**
 * A target that no counter has ever told of, and a gauge does, has reported. One that a counter knows is silent when the
 * counter is, whatever a gauge still shows.
 */
export function reportedBy({ levels = [] }: Reading, advanced: Advance): Advance {
  if (levels.length === 0) return advanced;
  const shown = new Set(levels.map(({ target }) => target));
  const silent = (target: string): boolean => !shown.has(target) || Object.hasOwn(advanced.state.targets, target);
  return {
    ...advanced,
    canarySilent: advanced.canarySilent.filter(silent),
    baselineSilent: advanced.baselineSilent.filter(silent),
  };
}

const isWarm = ({ atMs, startedMs }: RawLevel, { warmupSeconds }: Rules): boolean =>
  startedMs === null || atMs - startedMs >= warmupSeconds * 1000;

export function onScale({ scale, unit }: Pick<LevelSettings, 'scale' | 'unit'>, value: number): number | null {
  const scaled = scale === 'log' ? Math.log(value) : value / unit;
  return Number.isFinite(scaled) ? scaled : null;
}

function sampleOf(values: readonly number[]): Sample {
  const n = values.length;
  if (n === 0) return { n, mean: 0, variance: 0 };
  const mean = values.reduce((sum, value) => sum + value, 0) / n;
  return { n, mean, variance: values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / n };
}
