import { type Event, eventsOf } from './events.js';
import type { Sheet } from './frame.js';
import { html, type Markup } from './markup.js';
import type { StoryRecord } from './record.js';
import { type Evidence, evidenceOver } from './refold.js';
import { type Span, spanOf } from './span.js';
import { type Windows, windowsOf } from './windows.js';

/** A story with what its charts share, computed once. */
export interface View {
  story: StoryRecord;
  span: Span;
  events: Event[];
  windows: Windows;
  evidence: Evidence;
}

export function viewOf(story: StoryRecord): View {
  const span = spanOf(story);
  const windows = windowsOf(story.requests, span);
  return { story, span, events: eventsOf(story, span), windows, evidence: evidenceOver(story) };
}

const widths = { wide: 580, narrow: 350 } as const;

/** A picture with its heading and what must be known to read it; drawn for both kinds of screen. */
export function figure(
  view: View,
  kind: string,
  title: string,
  note: Markup | string,
  draw: (sheet: Sheet) => Markup,
): Markup {
  const sheet = (width: number): Sheet => ({ span: view.span, events: view.events, width });
  return html`<figure class="${kind}"><figcaption><b>${title}</b> <span>${note}</span></figcaption>
<div class="wide">${draw(sheet(widths.wide))}</div><div class="narrow">${draw(sheet(widths.narrow))}</div></figure>`;
}

/** In the place of a picture that has nothing to show. */
export function noFigure(kind: string, title: string, why: string): Markup {
  return html`<figure class="${kind} empty"><figcaption><b>${title}</b></figcaption><p>${why}</p></figure>`;
}
