import type { ChangeStatus, WaveStatus } from './messages.js';

/**
 * The card on a change's page in the Temporal UI: where we are, why, what next, how to stop it. Text from a spec is
 * escaped, so it cannot draw anything.
 */
export function card(status: ChangeStatus): string {
  const lines = [
    `### ${escape(status.title)} — ${status.state.replaceAll('_', ' ')}`,
    '',
    escape(status.reason),
    '',
    `**Level** ${status.classification?.level ?? 'not known yet'} · **Owner** ${escape(status.owner)} · ` +
      `**Services** ${escape(status.services.join(', '))} · **Submitted by** ${escape(status.submittedBy)}`,
  ];
  if (status.review) lines.push('', `**Review** ${status.review.outcome}: ${escape(status.review.reason)}`);
  if (status.waitsFor) {
    const until = status.waitsFor.untilMs === null ? '' : `, until ${time(status.waitsFor.untilMs)} at most`;
    lines.push(
      '',
      `**Waits for** ${status.waitsFor.what}: ${escape(status.waitsFor.detail)} (since ${time(status.waitsFor.sinceMs)}${until})`,
    );
  }
  if (status.waves.length > 0) {
    lines.push('', '| wave | adds | share | phase | bake ends at the latest | verdict |', '|---|---|---|---|---|---|');
    for (const wave of status.waves) lines.push(row(wave));
  }
  if (status.rollback) {
    const { restored, of, deadlineMs } = status.rollback;
    lines.push('', `**Rollback** ${restored} of ${of} targets read back as restored; deadline ${time(deadlineMs)}.`);
  }
  if (status.endedMs === null && status.state !== 'rolling_back') {
    lines.push('', '**To stop it** send the signal `abort` (rolls back at once), or `pause` and later `resume`.');
  }
  return lines.join('\n');
}

function row(wave: WaveStatus): string {
  const share = `${Math.round(wave.changedShare * 100)}%`;
  const ends = wave.phase === 'observe' && wave.endsAtMs !== null ? time(wave.endsAtMs) : '';
  const verdict = wave.verdict ? `${wave.verdict.kind}: ${wave.verdict.reason}` : '';
  return `| ${wave.index} ${escape(wave.name)} | ${wave.targets.length} | ${share} | ${wave.phase} | ${ends} | ${escape(verdict)} |`;
}

const time = (ms: number): string => `${new Date(ms).toISOString().slice(0, 19)}Z`;

const escape = (text: string): string =>
  text.replace(/[\\`*_{}[\]()#+!|<>~]/g, (char) => `\\${char}`).replace(/\s+/g, ' ');
