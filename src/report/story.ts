import { chance } from '../judge/wording.js';
import { appliedPart } from './applied.js';
import { errorsChart } from './errors.js';
import { harmEvidenceChart, safetyEvidenceChart } from './evidence.js';
import { harmPart } from './harm.js';
import { latencyChart } from './latency.js';
import { html, type Markup } from './markup.js';
import { mark } from './overview.js';
import type { StoryRecord } from './record.js';
import { wavesStrip } from './strip.js';
import { trafficChart } from './traffic.js';
import { actsPart, verdictsPart } from './verdicts.js';
import { versionName } from './versions.js';
import { viewOf } from './view.js';
import { named, number, plural, words } from './words.js';

/** Everything about one story: its charts over one time axis, then the same in words and tables. */
export function storyPart(story: StoryRecord, i: number): Markup {
  const view = viewOf(story);
  const { status } = story;
  return html`<section class="story" id="story-${i + 1}">
<h2>${named(story.name, `story ${i + 1}`)} ${mark(story.ok)}</h2>
<p class="lead">${story.title}</p>
${story.problems.length === 0 ? null : html`<ul class="problems">${story.problems.map((problem) => html`<li>${problem}</li>`)}</ul>`}
<p><b>${words(status.state)}</b>: ${named(status.reason, 'no reason was given')}</p>
<p class="facts"><span class="chip old">old</span> ${versionName(story.oldVersion)} <span class="chip new">new</span> ${versionName(story.newVersion)} · ${facts(story).join(' · ')}</p>
<div class="charts">
${trafficChart(view)}
${wavesStrip(view)}
${errorsChart(view)}
${latencyChart(view)}
${harmEvidenceChart(view)}
${safetyEvidenceChart(view)}
</div>
<div class="texts">
<div><h3>Harm</h3>${harmPart(story)}</div>
<div><h3>Operator acts</h3>${actsPart(status)}</div>
</div>
<h3>Verdicts</h3>
<div class="words">${verdictsPart(view)}</div>
<h3>What the targets say was applied</h3>
${appliedPart(story)}
</section>`;
}

/** The promises it was judged by. */
function facts({ status, looks, requestsPerSecond }: StoryRecord): string[] {
  const { classification, streams } = status;
  return [
    `${number(requestsPerSecond)} requests/s`,
    ...(classification === null
      ? ['not classified']
      : [
          `level ${classification.level}`,
          `α ${chance(classification.controls.alpha)}`,
          `β ${chance(classification.controls.beta)}`,
        ]),
    ...streams.slice(0, 8).map(({ settings }) => `${settings.name} detects ×${number(settings.detectRatio)}`),
    plural(looks.length, 'look'),
  ];
}
