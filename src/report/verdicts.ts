import { explain } from '../judge/judge.js';
import type { JudgeSettings, Verdict } from '../judge/types.js';
import type { ChangeStatus } from '../workflows/messages.js';
import { html, type Markup } from './markup.js';
import { outcomeOf } from './phases.js';
import type { View } from './view.js';
import { dash, lasting, withoutNaN, words } from './words.js';

/** Why each wave ended as it did, with the numbers that decided. */
export function verdictsPart({ story, evidence }: View): Markup {
  const judged = story.status.waves.filter(({ verdict }) => verdict !== null);
  if (judged.length === 0) return html`<p>No verdict was made: no wave was watched to an end.</p>`;
  return html`${judged.map((wave) => {
    const [first, ...rest] = wave.verdict === null ? [] : linesOf(evidence.settings, wave.verdict);
    const { text, kind } = outcomeOf(wave);
    return html`<div><h4>wave ${wave.index} ${wave.name} <span class="${kind}">${text}</span></h4><p>${first ?? dash}</p><ul>${rest.map((line) => html`<li>${line}</li>`)}</ul></div>`;
  })}`;
}

/** The judge's own words. */
function linesOf(settings: JudgeSettings | null, verdict: Verdict): string[] {
  const [first, ...rest] = settings === null ? [] : explain(settings, revived(verdict));
  return [first ?? `${verdict.kind}: ${verdict.reason}`, ...rest.map(withoutNaN)];
}

/** JSON has made null of numbers without end: taken for 0 they would read as evidence of 1. */
function revived(verdict: Verdict): Verdict {
  const log = (value: number | null): number => value ?? NaN;
  const streams = verdict.streams.map((one) => ({
    ...one,
    logHarm: log(one.logHarm),
    logSafe: log(one.logSafe),
    logGuard: log(one.logGuard),
  }));
  return { ...verdict, logHarm: log(verdict.logHarm), logSafe: log(verdict.logSafe), streams };
}

/** What people and machines asked of the change while it ran. */
export function actsPart(status: ChangeStatus): Markup {
  if (status.acts.length === 0) return html`<p>Nobody acted: it ran unattended.</p>`;
  return html`<table><thead><tr><th>time</th><th>act</th><th>by</th><th>why</th></tr></thead><tbody>${status.acts.map((act) => html`<tr><td>${lasting(act.atMs - status.startedMs)}</td><td>${words(act.what)}</td><td>${act.by}</td><td>${act.detail}</td></tr>`)}</tbody></table>`;
}
