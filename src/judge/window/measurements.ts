/**
 * Verdict of measurements that a provider has already counted as good or bad (Argo Rollouts' phases). What did not measure
 * is no success: `pass` needs a measurement that succeeded, whatever the limits.
 */
import type { VerdictKind } from '../types.js';
import { plural } from '../wording.js';

export type MeasurementPhase = 'Successful' | 'Failed' | 'Error' | 'Inconclusive' | 'Terminated';

export interface MeasurementLimits {
  /** So many failed measurements are allowed. */
  failureLimit: number;
}

/**
 * In this order: more failures than allowed → `fail`; a success → `pass`; failures and no success → `fail`; errors alone
 * → `error`; nothing that measured → `inconclusive`.
 */
export function judgeMeasurements(
  phases: readonly MeasurementPhase[],
  { failureLimit }: MeasurementLimits,
): { kind: VerdictKind; reason: string } {
  const count = (phase: MeasurementPhase) => phases.reduce((sum, one) => sum + (one === phase ? 1 : 0), 0);
  const [good, failed, errors] = [count('Successful'), count('Failed'), count('Error')];
  if (failed > failureLimit) {
    return { kind: 'fail', reason: `${plural(failed, 'failed measurement')}, ${failureLimit} allowed` };
  }
  if (good > 0) {
    return { kind: 'pass', reason: `${plural(good, 'good measurement')}, ${failed} failed of ${failureLimit} allowed` };
  }
  if (failed > 0) return { kind: 'fail', reason: `${plural(failed, 'measurement')} failed and none succeeded` };
  if (errors > 0)
    return {
      kind: 'error',
      reason: `the source: ${plural(errors, 'measurement')} ended in an error and none succeeded`,
    };
  return { kind: 'inconclusive', reason: 'nothing was measured' };
}
