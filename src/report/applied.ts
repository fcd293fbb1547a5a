import { html, type Markup } from './markup.js';
import type { StoryRecord } from './record.js';
import { count, lasting, plural } from './words.js';

const mostRows = 80;

type Touch = StoryRecord['applied'][number];

/** Touches of one target under one key of which there should have been one, but were more. */
export function appliedTwice(
  applied: readonly Touch[],
): { instance: string; key: string; verb: string; times: number }[] {
  const seen = new Map<string, { instance: string; key: string; verb: string; times: number }>();
  for (const { instance, key, verb } of applied) {
    const id = JSON.stringify([instance, key, verb]);
    const row = seen.get(id);
    if (row === undefined) seen.set(id, { instance, key, verb, times: 1 });
    else row.times += 1;
  }
  return [...seen.values()].filter(({ times }) => times > 1);
}

/** The targets' own record of what was done to them. */
export function appliedPart({ applied, startedMs }: StoryRecord): Markup {
  if (applied.length === 0) return html`<p>The targets' log is empty: nothing was applied.</p>`;
  const twice = appliedTwice(applied);
  const says =
    twice.length === 0
      ? html`<p><span class="good">✓ nothing was applied twice:</span> ${plural(applied.length, 'touch').replace('touchs', 'touches')} in the targets' own log, no target under the same key again.</p>`
      : html`<p><span class="bad">✕ applied more than once:</span></p><ul>${twice.slice(0, 20).map(({ instance, key, verb, times }) => html`<li>${instance}: ${verb} under ${key}, ${count(times)} times</li>`)}</ul>`;
  const rows = applied.slice(0, mostRows);
  const more = applied.length - rows.length;
  return html`${says}<table class="log"><thead><tr><th class="n">time</th><th>target</th><th>from</th><th>to</th><th>key</th><th class="n">epoch</th><th>verb</th></tr></thead><tbody>${rows.map(
    ({ atMs, instance, from, to, key, epoch, verb }) =>
      html`<tr><td class="n">${lasting(atMs - startedMs)}</td><td>${instance}</td><td>${from}</td><td>${to}</td><td>${key}</td><td class="n">${count(epoch)}</td><td>${verb}</td></tr>`,
  )}</tbody></table>${more > 0 ? html`<p class="quiet">and ${count(more)} more</p>` : null}`;
}
