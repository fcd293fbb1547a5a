/**
 * The report of a run: one page that needs nothing but itself (no script, no font, no picture from elsewhere), so it can
 * be mailed, archived and printed. Pure: the same record gives the same page.
 */
import { html, type Markup } from './markup.js';
import { overview } from './overview.js';
import type { StoryRecord } from './record.js';
import { storyPart } from './story.js';
import { style } from './style.js';
import { instant, plural } from './words.js';

export interface Report {
  title: string;
  generatedAtMs: number;
  stories: StoryRecord[];
  /** What it ran on: versions, machine, settings. */
  environment: Record<string, string>;
}

/** The whole page as HTML. Never throws for odd data: what cannot be drawn is said in words. */
export function renderReport(report: Report): string {
  const { title, generatedAtMs, stories, environment } = report;
  return html`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'">
<title>${title}</title>
${style}
</head>
<body>
<header>
<h1>${title}</h1>
<p class="lead">${summary(stories)}</p>
</header>
<main>
${overview(stories)}
${stories.map(storyPart)}
</main>
<footer>
<dl>${Object.entries(environment).map(([name, value]) => html`<div><dt>${name}</dt><dd>${value}</dd></div>`)}<div><dt>written</dt><dd>${instant(generatedAtMs)}</dd></div></dl>
</footer>
</body>
</html>
`.text;
}

function summary(stories: readonly StoryRecord[]): Markup {
  const good = stories.filter(({ ok }) => ok).length;
  if (stories.length === 0) return html`Nothing was run.`;
  if (good === stories.length)
    return html`<span class="good">✓</span> ${plural(good, 'story').replace(/ys$/, 'ies')} ended as ${good === 1 ? 'it' : 'they'} should.`;
  return html`<span class="bad">✕</span> ${stories.length - good} of ${plural(stories.length, 'story').replace(/ys$/, 'ies')} did not end as ${stories.length - good === 1 ? 'it' : 'they'} should.`;
}
