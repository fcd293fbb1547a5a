import { chain } from '../judge/judge.js';
import type { Look, Verdict } from '../judge/types.js';
import type { ChangeStatus } from '../workflows/messages.js';
import { judgeSettings } from '../workflows/settings.js';
import type { Evidence, Said } from './evidence.js';

/**
 * The evidence of a change: what its history says and the looks of the cell store. `live`: what its watcher said last,
 * null when nobody watches. Throws RangeError when a look is missing from the chain.
 */
export function evidenceOfChange(status: ChangeStatus, looks: readonly Look[], live: Verdict | null): Evidence {
  const { id, state, reason, classification, streams } = status;
  const said = status.waves.flatMap(({ index, verdict }) => (verdict === null ? [] : [saidOf(status, index, verdict)]));
  if (live !== null) {
    const seq = chain(looks)[live.looks - 1]?.seq ?? null;
    said.push({ wave: status.wave, seq, cellsHash: null, verdict: live });
  }
  return {
    apiVersion: 'graywave/v1',
    kind: 'Evidence',
    id,
    state,
    reason,
    settings: classification === null ? null : judgeSettings(streams, classification.controls),
    waves: status.waves.map((wave) => ({
      index: wave.index,
      name: wave.name,
      observedFromMs: wave.observedFromMs,
      endsAtMs: wave.endsAtMs,
      endedMs: wave.endedMs,
      minSeconds: wave.bakeMinSeconds,
      maxSeconds: wave.bakeMaxSeconds,
      control: controlOf(looks, wave.index),
    })),
    looks: [...looks],
    said,
  };
}

/** Which look, and which stored looks, the history keeps for the last verdict only. */
function saidOf({ verdict: last }: ChangeStatus, wave: number, verdict: Verdict): Said {
  const isLast = last?.wave === wave && last.verdict.looks === verdict.looks;
  return { wave, seq: isLast ? last.seq : null, cellsHash: isLast ? last.cellsHash : null, verdict };
}

function controlOf(looks: readonly Look[], wave: number): 'concurrent' | 'none' | null {
  const last = looks.findLast((look) => look.wave === wave);
  if (last === undefined) return null;
  return last.baseline.targets > 0 ? 'concurrent' : 'none';
}
