/**
 * Silence is evidence: on ChangeRCA's public cases the rule "a changed instance stopped reporting" moved the hit rate from
 * .647 to .882 (systems.md §B2). It is no statistic: targets are few and a dead one does not come back, so it is a
 * fixed rule of looks in a row, held against an arm that should be silent as well if the source were to blame.
 */
import type { SilenceState } from './state.js';
import type { JudgeSettings, Look } from './types.js';

/** The comparison arm's silent share must be at most this part of the changed arm's to blame the change. */
const clearlyLower = 1 / 3;

export type Silence =
  | { kind: 'none' }
  /** The changed targets fell silent and others did not. */
  | { kind: 'changed'; targets: string[]; against: 'unchanged' | 'changed'; share: number }
  /** Everybody falls silent alike: the source. */
  | { kind: 'alike'; targets: string[]; share: number };

/** One good look: who is silent now, for how many looks in a row. */
export function foldSilence(settings: JudgeSettings, state: SilenceState, look: Look): SilenceState {
  const { canary, baseline } = look;
  const rows =
    canary.silent.length === 0
      ? []
      : foldRows(new Map(state.rows.map((row) => [row.target, row.looks])), canary.silent);
  if (baseline.targets === 0) return { targets: canary.targets, rows, unchanged: [] };
  const share = baseline.silent.length === 0 ? 0 : Math.min(1, new Set(baseline.silent).size / baseline.targets);
  return { targets: canary.targets, rows, unchanged: lastOnes(state.unchanged, share, settings.silenceLooks) };
}

/** The last `most` shares; the same list where nothing changes, which is nearly always. */
function lastOnes(shares: number[], share: number, most: number): number[] {
  if (shares.length >= most && shares.every((one) => one === share)) return shares;
  return [...shares, share].slice(-most);
}

/**
 * Whether changed targets have been silent for `silenceLooks` looks in a row, and who is to blame. Against an unchanged
 * arm its worst silent share of those looks counts; with none, the other changed targets: at least half must report.
 */
export function silenceOf(settings: JudgeSettings, state: SilenceState): Silence {
  const targets = state.rows.filter((row) => row.looks >= settings.silenceLooks).map((row) => row.target);
  if (targets.length === 0) return { kind: 'none' };
  const changedShare = targets.length / Math.max(state.targets, targets.length);
  if (state.unchanged.length > 0) {
    const share = Math.max(...state.unchanged);
    if (share <= changedShare * clearlyLower) return { kind: 'changed', targets, against: 'unchanged', share };
    return { kind: 'alike', targets, share };
  }
  const others = state.targets - targets.length;
  const share = others > 0 ? (state.rows.length - targets.length) / others : 1;
  if (share <= Math.min(0.5, changedShare * clearlyLower)) {
    return { kind: 'changed', targets, against: 'changed', share };
  }
  return { kind: 'alike', targets, share };
}

function foldRows(before: Map<string, number>, silent: readonly string[]): SilenceState['rows'] {
  return [...new Set(silent)].map((target) => ({ target, looks: (before.get(target) ?? 0) + 1 }));
}
