import type { RollbackStatus, WaveStatus } from '../workflows/messages.js';
import type { StoryRecord } from './record.js';

/** One stretch of a wave's life. */
export interface Phase {
  what: 'gate' | 'apply' | 'verify' | 'observe' | 'revert' | 'watch';
  fromMs: number;
  toMs: number;
}

/** How a wave ended, in a sign and in words: never by colour alone. */
export interface WaveOutcome {
  kind: 'good' | 'unsure' | 'bad' | 'none';
  text: string;
}

/**
 * What a wave did when. The status knows when it began and when it was looked at first; in between, the targets' own log
 * says when they were touched.
 */
export function phasesOf(story: StoryRecord, wave: WaveStatus): Phase[] {
  if (wave.startedMs === null) return [];
  const endMs = wave.endedMs ?? story.status.rollback?.startedMs ?? story.endedMs;
  const observeMs = wave.observedFromMs ?? endMs;
  const touches = touchesOf(story, `/${wave.index}/apply`).filter(
    (ms) => ms >= (wave.startedMs ?? 0) && ms <= observeMs,
  );
  const firstMs = touches[0] ?? observeMs;
  const lastMs = touches.at(-1) ?? observeMs;
  return lasting([
    { what: 'gate', fromMs: wave.startedMs, toMs: firstMs },
    { what: 'apply', fromMs: firstMs, toMs: lastMs },
    { what: 'verify', fromMs: lastMs, toMs: observeMs },
    { what: 'observe', fromMs: observeMs, toMs: endMs },
  ]);
}

/** From the decision to the last revert, and watching the restored world. */
export function rollbackPhases(story: StoryRecord, rollback: RollbackStatus): Phase[] {
  const reverts = touchesOf(story, '/revert').filter((ms) => ms >= rollback.startedMs && ms <= story.endedMs);
  const lastMs = reverts.at(-1) ?? story.endedMs;
  return lasting([
    { what: 'revert', fromMs: rollback.startedMs, toMs: lastMs },
    { what: 'watch', fromMs: lastMs, toMs: story.endedMs },
  ]);
}

function touchesOf({ applied }: StoryRecord, ending: string): number[] {
  return applied
    .filter(({ key }) => key.endsWith(ending))
    .map(({ atMs }) => atMs)
    .sort((a, b) => a - b);
}

const lasting = (phases: Phase[]): Phase[] => phases.filter(({ fromMs, toMs }) => toMs > fromMs);

export function outcomeOf(wave: WaveStatus): WaveOutcome {
  switch (wave.how) {
    case 'proven':
      return { kind: 'good', text: '✓ proven' };
    case 'by_hand':
      return { kind: 'unsure', text: '◆ by hand' };
    case 'inconclusive':
      return { kind: 'unsure', text: '? inconclusive' };
    case null:
      break;
    default: {
      const never: never = wave.how;
      return { kind: 'none', text: String(never) };
    }
  }
  if (wave.startedMs === null) return { kind: 'none', text: '○ not begun' };
  return wave.phase === 'stopped' ? { kind: 'bad', text: '✕ stopped' } : { kind: 'none', text: '… unfinished' };
}
