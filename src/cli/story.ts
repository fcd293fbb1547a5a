import pc from 'picocolors';
import type { Live } from '../client/live.js';
import type { Verdict } from '../judge/types.js';
import type { ChangeState, ChangeStatus, WaveStatus } from '../workflows/messages.js';
import { clock, percent, span, table } from './table.js';

const colours: Record<ChangeState, (text: string) => string> = {
  planning: pc.cyan,
  waiting: pc.yellow,
  rolling_out: pc.cyan,
  paused: pc.yellow,
  rolling_back: pc.magenta,
  completed: pc.green,
  intercepted: pc.red,
  rolled_back: pc.red,
  not_restored: pc.red,
  cancelled: pc.yellow,
};

export const stateText = (state: ChangeState): string => colours[state](state.replaceAll('_', ' '));

/** The whole status, as `status` prints it. */
export function statusText(status: ChangeStatus, live: Live | null): string {
  const level = status.classification?.level ?? 'not classified yet';
  const lines = [
    `${pc.bold(status.id)}  ${stateText(status.state)}  ${level}  owner ${status.owner}  services ${status.services.join(', ')}`,
    status.reason,
  ];
  if (status.review) lines.push(`review: ${status.review.outcome}. ${status.review.reason}`);
  if (status.waitsFor) {
    const { what, sinceMs, untilMs } = status.waitsFor;
    lines.push(
      `waits for ${what} since ${clock(sinceMs)}${untilMs === null ? '' : `, for ${span(untilMs - sinceMs)} at most`}`,
    );
  }
  if (status.waves.length > 0) lines.push('', waveTable(status.waves));
  if (live)
    lines.push(
      '',
      `last look ${live.ageSeconds.toFixed(1)} s ago: ${live.verdict.kind}. ${evidenceText(live.verdict)}`,
    );
  if (status.rollback) {
    const { restored, of, attempts } = status.rollback;
    lines.push('', `rollback: ${restored} of ${of} targets read back as restored, attempt ${attempts}`);
  }
  for (const act of status.acts)
    lines.push(`${clock(act.atMs)} ${act.what} by ${act.by}${act.detail ? `: ${act.detail}` : ''}`);
  return lines.join('\n');
}

function waveTable(waves: readonly WaveStatus[]): string {
  const rows = waves.map((wave) => [
    `wave ${wave.index}`,
    wave.name,
    percent(wave.changedShare),
    `+${wave.targets.length}`,
    wave.phase,
    wave.observedFromMs && wave.endedMs ? span(wave.endedMs - wave.observedFromMs) : '',
    wave.how?.replaceAll('_', ' ') ?? wave.verdict?.kind ?? '',
  ]);
  return table([['', 'name', 'changed', 'adds', 'phase', 'bake', 'how it ended'], ...rows]);
}

/** Evidence against its bounds: how far harm, and how far safety, is proven. */
export function evidenceText(verdict: Verdict): string {
  const harm = `${bar(verdict.logHarm / verdict.harmBound)} harm ${e(verdict.logHarm)} of ${e(verdict.harmBound)}`;
  const safe = `${bar(verdict.logSafe / verdict.safeBound)} safety ${e(verdict.logSafe)} of ${e(verdict.safeBound)}`;
  return `${harm}   ${safe}`;
}

/** e-values from their logs: 2.3 → 10. */
const e = (log: number): string => {
  const value = Math.exp(Math.min(log, 50));
  return value >= 1000 ? value.toExponential(0).replace('+', '') : String(Number(value.toPrecision(2)));
};

function bar(share: number, width = 10): string {
  const full = Math.round(Math.min(1, Math.max(0, Number.isFinite(share) ? share : 0)) * width);
  return `[${'#'.repeat(full)}${'.'.repeat(width - full)}]`;
}

/** One line of progress. */
export function progressLine(status: ChangeStatus): string {
  return `${clock(Date.now())}  ${stateText(status.state).padEnd(12)}  ${status.reason}`;
}
