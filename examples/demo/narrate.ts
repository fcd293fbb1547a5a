import pc from 'picocolors';
import type { GraywaveClient } from '../../src/client/client.js';
import { evidenceText, stateText } from '../../src/cli/story.js';
import { percent } from '../../src/cli/table.js';
import type { ChangeSpec } from '../../src/spec/types.js';
import type { ChangeStatus } from '../../src/workflows/messages.js';
import type { Teller } from './tell.js';

const evidenceEveryMs = 3_000;

/** Follows a change to its end: every new state, and the evidence every few seconds. */
export async function narrate(
  client: GraywaveClient,
  spec: ChangeSpec,
  teller: Teller,
  signal: AbortSignal,
): Promise<ChangeStatus> {
  let planned = false;
  let ended = 0;
  let toldMs = 0;
  let lookMs = 0;
  const evidence = async (): Promise<void> => {
    const live = await client.live(spec.id);
    if (!live || live.lookMs === lookMs) return;
    lookMs = live.lookMs;
    const { kind, reason } = live.verdict;
    teller.line(kind === 'error' ? pc.yellow(`the last look: ${reason}`) : pc.dim(evidenceText(live.verdict)));
  };
  const timer = setInterval(() => {
    if (Date.now() - toldMs < evidenceEveryMs) return;
    toldMs = Date.now();
    evidence().catch((error: unknown) => teller.line(pc.dim(`no evidence to show just now: ${String(error)}`)));
  }, 250);
  const follow = (): Promise<ChangeStatus> =>
    client.wait(spec.id, {
      signal,
      everyMs: 200,
      onStatus: (status) => {
        if (!planned && status.classification) {
          planned = true;
          teller.planned(status, spec);
        }
        for (const wave of status.waves.filter(({ how }) => how !== null).slice(ended)) {
          ended += 1;
          teller.waveEnded(wave);
        }
        teller.line(`${stateText(status.state)}  ${status.reason}${waveNote(status)}`);
      },
      onTrouble: ({ code, message }) =>
        teller.line(code === 'CHANGE_ENDED' ? pc.yellow(message) : pc.dim('no worker answers just now; waiting')),
    });
  try {
    return await follow();
  } finally {
    clearInterval(timer);
  }
}

function waveNote(status: ChangeStatus): string {
  const wave = status.waves[status.wave - 1];
  return wave?.phase === 'observe' && status.state === 'rolling_out'
    ? pc.dim(` (${percent(wave.changedShare)} changed)`)
    : '';
}
