import { beginTracks, type LevelTrack } from './level/track.js';
import { aboveFactors, belowFactors } from './absolute.js';
import { harmRatios, safeRatios } from './relative.js';
import { logFirstMass } from './restart.js';
import { checkSettings } from './settings.js';
import type { Count, JudgeSettings, Still, StreamSettings } from './types.js';

/**
 * What the judge remembers between looks: plain JSON, about 1 KB a stream however long the bake, carried from wave to
 * wave of one change. Another version is refolded from the stored looks, never reset. All `ln` are natural logs.
 */
export interface JudgeState {
  version: 1;
  /** Last look folded; a look that is not newer is ignored. */
  seq: number;
  /** Wave of the last look; 0 before the first. */
  wave: number;
  /** Looks folded, error looks too. */
  looks: number;
  errorsInARow: number;
  /** Good looks of this wave, the end (Unix ms) of the last one, and of the last one with traffic on the changed side. */
  good: number;
  goodMs: number | null;
  seenMs: number | null;
  /** Restarts of the harm mixture so far, and the beginning (Unix ms) of the last; null before the first good look. */
  restarts: number;
  restartedMs: number | null;
  streams: StreamState[];
  silence: SilenceState;
  /** Gauges, about 1 KB each; absent where none is watched, and in a state of a release that does not know them. */
  levels?: LevelTrack[];
  /**
   * What stood still in look `seq`; of another look than the last it says nothing (a release that does not know it hands
   * it on unread). Absent when nothing did, and in a state of such a release.
   */
  still?: Still & { seq: number; sinceMs: number };
  /** Set at the first crossing and never taken back: stopping there is what α is promised for. */
  stopped: Stop | null;
}

export interface StreamState {
  stream: string;
  /** Counts of the whole change. */
  canary: Count;
  baseline: Count;
  /** Exposure of each arm in this wave. */
  inWave: { canary: number; baseline: number };
  /** ln S per harm ratio: restart mixture against "ratio ≤ 1 + tolerance". */
  harm: number[];
  /** ln e per harm ratio without restarts; its negative is evidence that the ratio is below that one. */
  plain: number[];
  /** ln S per factor: restart mixture against "changed share ≤ floor"; empty without a floor. */
  above: number[];
  /** ln S per factor: restart mixture against "changed share ≤ limit"; empty without a limit. */
  guard: number[];
  /** ln e per safe ratio, against "ratio ≥ detectRatio". */
  safe: number[];
  /** ln e per factor, against "changed share ≥ floor"; empty without a floor. */
  under: number[];
  /** `safe` and `under` as they were when this wave began. */
  before: { safe: number[]; under: number[] };
}

export interface SilenceState {
  /** Changed targets of the last good look, and those that were silent in it, with their looks in a row. */
  targets: number;
  rows: { target: string; looks: number }[];
  /** Silent share of the unchanged arm in the last `silenceLooks` good looks; empty when there is no such arm. */
  unchanged: number[];
}

/** A proven fail. */
export interface Stop {
  seq: number;
  wave: number;
  /** Stream to blame, or `silence`. */
  culprit: string;
  /** ln of the combined evidence at that look. */
  logHarm: number;
  silent: string[];
  reason: string;
}

/**
 * The state before the first look.
 *
 * @throws GraywaveError SPEC_INVALID when the settings cannot be judged by.
 */
export function begin(settings: JudgeSettings): JudgeState {
  checkSettings(settings);
  return {
    version: 1,
    seq: 0,
    wave: 0,
    looks: 0,
    errorsInARow: 0,
    good: 0,
    goodMs: null,
    seenMs: null,
    restarts: 0,
    restartedMs: null,
    streams: settings.streams.map(beginStream),
    silence: { targets: 0, rows: [], unchanged: [] },
    ...(settings.levels === undefined ? {} : { levels: beginTracks(settings.levels) }),
    stopped: null,
  };
}

function beginStream(stream: StreamSettings): StreamState {
  const above = aboveFactors.map(() => logFirstMass);
  const safe = safeRatios.map(() => 0);
  const under = stream.floor > 0 ? belowFactors.map(() => 0) : [];
  return {
    stream: stream.name,
    canary: { exposure: 0, bad: 0 },
    baseline: { exposure: 0, bad: 0 },
    inWave: { canary: 0, baseline: 0 },
    harm: harmRatios.map(() => logFirstMass),
    plain: harmRatios.map(() => 0),
    above: stream.floor > 0 ? above : [],
    guard: stream.limit < 1 ? above : [],
    safe,
    under,
    before: { safe, under },
  };
}
