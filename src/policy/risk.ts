import type { PartTargets } from '../spec/taking.js';
import type { ChangeSpec } from '../spec/types.js';
import { firstWave } from '../spec/waves.js';
import type { Risk } from './classify.js';

/** What `classify` weighs: the spec, and what the drivers planned. Throws PLAN_REFUSED where there is no target. */
export function riskOf(spec: ChangeSpec, parts: readonly PartTargets[]): Risk {
  const first = firstWave(spec, parts);
  return {
    type: spec.type,
    tier: spec.tier,
    firstShare: first.share,
    unchangedArm: first.unchangedArm,
    targets: parts.reduce((sum, { targets }) => sum + targets.length, 0),
    parts: parts.length,
    reversible: parts.every((part) => part.reversible),
    signals: spec.signals.length,
  };
}
