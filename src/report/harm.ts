import { html, type Markup } from './markup.js';
import type { StoryRecord } from './record.js';
import { versionName } from './versions.js';
import { count, lasting, share } from './words.js';

/** What it would have cost to change every instance at once. */
export interface AtOnce {
  harmed: number;
  /** Requests that the new version would have served, and for how long. */
  requests: number;
  lastingMs: number;
}

/**
 * The new version's excess over the old version's rate, carried over to all requests of the time in which the new version
 * served. Null where that says nothing: one of the versions unseen, or neither failed nor slow requests in excess by more
 * than about three standard errors.
 */
export function atOnceOf({ requests, byVersion, oldVersion, newVersion }: StoryRecord): AtOnce | null {
  const [young, old] = [byVersion[newVersion], byVersion[oldVersion]];
  if (newVersion === oldVersion || !young || !old || !(young.n > 0) || !(old.n > 0)) return null;
  const parts = [excessOf(young.failed, old.failed, young.n / old.n), excessOf(young.slow, old.slow, young.n / old.n)];
  const excess = parts.reduce((sum, part) => sum + part.excess, 0);
  if (!(excess > 0) || !parts.some((part) => part.excess > 3 * part.error)) return null;
  let [fromMs, toMs] = [Infinity, -Infinity];
  for (const { version, atMs } of requests) {
    if (version !== newVersion || !Number.isFinite(atMs)) continue;
    fromMs = Math.min(fromMs, atMs);
    toMs = Math.max(toMs, atMs);
  }
  const all = requests.filter(({ atMs }) => atMs >= fromMs && atMs <= toMs).length;
  return all < young.n ? null : { harmed: (excess / young.n) * all, requests: all, lastingMs: toMs - fromMs };
}

/** Bad requests beyond `share` of the old version's, and the standard error of that: both are counts. */
function excessOf(bad: number, oldBad: number, share: number): { excess: number; error: number } {
  return { excess: bad - share * oldBad, error: Math.sqrt(bad + share * share * oldBad) };
}

/** Requests that paid for the change, against an estimate of what they would have been without waves. */
export function harmPart(story: StoryRecord): Markup {
  const rows = Object.entries(story.byVersion);
  if (rows.length === 0) return html`<p>The client sent no request, so nothing is known of harm.</p>`;
  const atOnce = atOnceOf(story);
  const { oldVersion, newVersion, harmed } = story;
  return html`<p>Failed, or slower than the 95th percentile of ${versionName(oldVersion)}, beyond the rate of ${versionName(oldVersion)}: counted by the client, not by Graywave.</p>
${bars(harmed, atOnce)}
${atOnce === null ? html`<p class="quiet">${whyNoEstimate(story)}</p>` : html`<p class="quiet">The estimate scales: the excess rate of ${versionName(newVersion)} on all ${count(atOnce.requests)} requests of the ${lasting(atOnce.lastingMs)} in which it served. Without an unchanged side to compare with, it would have taken longer to notice.</p>`}
<table><thead><tr><th>version</th><th class="n">requests</th><th class="n">failed</th><th class="n">slow</th></tr></thead><tbody>${rows.slice(0, 20).map(([version, { n, failed, slow }]) => html`<tr><td>${versionName(version)}${roleOf(story, version)}</td><td class="n">${count(n)}</td><td class="n">${amount(failed, n)}</td><td class="n">${amount(slow, n)}</td></tr>`)}</tbody></table>`;
}

const amount = (part: number, n: number): string => (n > 0 ? `${count(part)} (${share(part / n)})` : count(part));

function roleOf({ oldVersion, newVersion }: StoryRecord, version: string): string {
  return version === oldVersion ? ' (old)' : version === newVersion ? ' (new)' : '';
}

function whyNoEstimate({ byVersion, newVersion, harmed }: StoryRecord): string {
  if ((byVersion[newVersion]?.n ?? 0) === 0) return 'The new version served nobody.';
  return harmed > 0
    ? 'That is within chance for so many requests, so no cost of changing all at once is estimated from it.'
    : 'No harm, so there is no cost of changing all at once to estimate.';
}

function bars(harmed: number, atOnce: AtOnce | null): Markup {
  const most = Math.max(harmed, atOnce?.harmed ?? 0, 1);
  const bar = (style: string, value: number, text: string, what: string) =>
    html`<div class="bar"><span>${what}</span><span class="track"><i class="${style}" style="width:${Math.max(0, Math.min(1, value / most)) * 100}%"></i></span><b>${text}</b></div>`;
  return html`${bar('new', harmed, `${count(harmed)} harmed`, 'what happened')}${atOnce === null ? null : bar('estimate', atOnce.harmed, `about ${count(roughly(atOnce.harmed))}`, 'all at once (estimate)')}`;
}

/** Two digits: more would pretend to know. */
function roughly(value: number): number {
  return Number.isFinite(value) ? Number(value.toPrecision(2)) : value;
}
