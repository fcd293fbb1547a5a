import { html, type Markup } from './markup.js';
import type { StoryRecord } from './record.js';
import { count, dash, lasting, named, words } from './words.js';

/** Good or bad in a sign and a word, then in colour. */
export const mark = (ok: boolean): Markup =>
  ok ? html`<span class="badge good">✓ ok</span>` : html`<span class="badge bad">✕ not ok</span>`;

/** A row a story; on a phone a card a story. */
export function overview(stories: readonly StoryRecord[]): Markup {
  if (stories.length === 0) return html`<p>No story was run.</p>`;
  return html`<table class="overview"><thead><tr><th>story</th><th>what should happen</th><th>what happened</th><th>waves</th><th class="n">time</th><th class="n">requests</th><th class="n">harmed</th><th class="n">restored</th><th>ok</th></tr></thead><tbody>${stories.map(rowOf)}</tbody></table>`;
}

function rowOf(story: StoryRecord, i: number): Markup {
  const { status } = story;
  const cell = (name: string, value: string | Markup, style = '') =>
    html`<td data-label="${name}" class="${style}">${value}</td>`;
  return html`<tr>${cell('story', html`<a href="#story-${i + 1}">${named(story.name, `story ${i + 1}`)}</a>`, 'name')}${cell('should', story.title, 'should')}${cell('state', words(status.state))}${cell('waves', wavesText(story))}${cell('time', lasting(story.endedMs - story.startedMs), 'n')}${cell('requests', count(story.requests.length), 'n')}${cell('harmed', count(story.harmed), 'n')}${cell('restored', restoredText(story), 'n')}${cell('ok', mark(story.ok), 'ok')}</tr>`;
}

/** `3 of 3`, `stopped in 1 of 3`. */
export function wavesText({ status }: StoryRecord): string {
  const all = status.waves.length;
  if (all === 0) return 'none begun';
  const stopped = status.waves.find(({ phase }) => phase === 'stopped');
  if (stopped !== undefined) return `stopped in ${stopped.index} of ${all}`;
  return `${status.waves.filter(({ phase }) => phase === 'done').length} of ${all}`;
}

export function restoredText({ status }: StoryRecord): string {
  return status.rollback === null ? dash : `${count(status.rollback.restored)} of ${count(status.rollback.of)}`;
}
