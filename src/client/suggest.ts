import { leastBetween, leastShare, roundedUp } from '../judge/enough.js';
import { findsAfter, meaningOf, provesAfter, type StreamTraffic, trafficOf } from '../judge/outlook.js';
import type { FrozenStream } from '../sources/frozen.js';
import type { PlannedWave } from '../spec/waves.js';
import type { ChangePlan } from '../workflows/planning.js';

/**
 * One thing that alone would be enough. `bake`: seconds that its `max` must have; `wave`: share of the traffic that must be
 * changed after this wave; `signal`: share of bad events without harm that another stream of the same traffic must have;
 * `traffic`: events a second of both sides, where nothing else would do.
 */
export type Suggestion =
  | { what: 'bake'; seconds: number }
  | { what: 'wave'; share: number; targets: { part: string; count: number; of: number } | null }
  | { what: 'signal'; badShare: number }
  | { what: 'traffic'; eventsPerSecond: number };

/** Doubled bad events are what a wave should find whatever its stream must exclude. */
export const usualRatio = 2;

const day = 86_400;

/** Events a second beyond which nobody is told to wait for them. */
const busiest = 1e7;

/** A stream of this share is bad half the time; no ratio worth the name can show on it. */
const densest = 0.5;

/**
 * What would be enough where this wave cannot prove what its stream must exclude, or cannot find twice the bad events:
 * for whichever of the two takes longer. Nothing where both fit into the bake; only what the level would allow.
 */
export function suggestionsFor(
  plan: ChangePlan,
  wave: PlannedWave,
  frozen: FrozenStream,
  stream: StreamTraffic,
): Suggestion[] {
  const { controls } = plan.classification;
  const takes = (of: StreamTraffic, share: number): number => {
    const proves = of.settings.prove ? provesAfter(of, share, controls) : 0;
    const finds = meaningOf(of, usualRatio) === 'harm' ? findsAfter(of, share, usualRatio, controls) : 0;
    return Math.max(proves, finds);
  };
  const { maxSeconds } = wave.bake;
  const share = Math.min(0.999, Math.max(1e-6, wave.changedShare));
  const now = takes(stream, share);
  if (now <= maxSeconds) return [];
  const found: Suggestion[] = [];
  if (now <= day) found.push({ what: 'bake', seconds: asWritten(now) });
  const larger = leastShare((at) => takes(stream, at), share, maxSeconds);
  const targets = larger === null ? null : targetsFor(plan, larger);
  if (larger !== null && allowed(plan, wave, targets === null ? larger : targets.count / targets.of)) {
    found.push({ what: 'wave', share: larger, targets });
  }
  // Another stream has no floor of its own: below one, nothing would be harm.
  const settings = { ...stream.settings, floor: 0 };
  const most = Math.min(densest, 1 / Math.max(usualRatio, settings.detectRatio));
  const denser = leastBetween(
    (badShare) => takes({ ...stream, settings, badShare }, share),
    stream.badShare,
    most,
    maxSeconds,
  );
  if (denser !== null) found.push({ what: 'signal', badShare: Math.min(most, roundedUp(denser)) });
  if (found.length > 0) return found;
  const busier = leastBetween(
    (eventsPerSecond) => {
      const then = trafficOf({ ...frozen, eventsPerSecond });
      return then === null ? Infinity : takes(then, share);
    },
    stream.eventsPerSecond,
    busiest,
    maxSeconds,
  );
  return busier === null ? [] : [{ what: 'traffic', eventsPerSecond: roundedUp(busier) }];
}

/** To what a person would write: 5 s, a minute, ten minutes. */
function asWritten(seconds: number): number {
  const step = seconds <= 120 ? 5 : seconds <= 3600 ? 60 : 600;
  return Math.ceil(seconds / step) * step;
}

function allowed({ waves, classification: { controls } }: ChangePlan, wave: PlannedWave, share: number): boolean {
  const before = waves[wave.index - 2]?.changedShare ?? 0;
  return share - before <= (wave.index === 1 ? controls.maxFirstShare : controls.maxStepShare) + 1e-9;
}

/** For the part with the most targets, where they carry about the same: that many changed after the wave. */
function targetsFor({ parts }: ChangePlan, share: number): { part: string; count: number; of: number } | null {
  const largest = parts.toSorted((a, b) => b.plan.targets.length - a.plan.targets.length)[0];
  if (largest === undefined || largest.plan.targets.length < 2) return null;
  const of = largest.plan.targets.length;
  return { part: largest.part.name, count: Math.min(of, Math.ceil(share * of - 1e-9)), of };
}
