import type { Event } from './events.js';
import { html, type Markup } from './markup.js';
import { scale, type Scale } from './scale.js';
import { type Span, timeTicks } from './span.js';
import { fitted, label, widthOf } from './svg.js';

/** Every chart is drawn twice, for a wide and for a narrow screen: scaled down, its text could not be read. */
export interface Sheet {
  span: Span;
  events: readonly Event[];
  width: number;
}

export interface Tick {
  value: number;
  text: string;
}

/** Where a chart's own shapes go. */
export interface Plot {
  left: number;
  right: number;
  top: number;
  bottom: number;
  x: Scale;
  y: Scale;
}

interface Frame {
  /** What the picture shows, for those who cannot see it. */
  says: string;
  ticks: readonly Tick[];
  from: number;
  to: number;
}

const plotHeight = 150;
const rowPx = 14;
const mostRows = 7;

/** Axes, ticks with units, vertical lines with their labels above, and within them what `draw` draws. */
export function frame(sheet: Sheet, { says, ticks, from, to }: Frame, draw: (plot: Plot) => Markup): Markup {
  const widest = ticks.reduce((px, { text }) => Math.max(px, widthOf(text)), 0);
  const { left, right, x } = timeScale(sheet, widest + 12);
  const rows = labelRows(sheet.events, x, left, sheet.width);
  const top = 8 + rowPx * rows.reduce((most, { row }) => Math.max(most, row + 1), 0);
  const bottom = top + plotHeight;
  const y = scale(from, to, bottom, top);
  const plot: Plot = { left, right, top, bottom, x, y };
  const grid = ticks.map(
    ({ value, text }) =>
      html`<path d="M${left} ${y.at(value)}H${right}" class="grid"/>${label({ x: left - 6, y: y.at(value) + 4 }, text, 'tick', 'end')}`,
  );
  return html`<svg viewBox="0 0 ${sheet.width} ${bottom + 24}" role="img" aria-label="${says}">${grid}${timeAxis(sheet, x, bottom)}${draw(plot)}${rows.map(({ event, x: at, row }) => eventLine(event, at, 4 + row * rowPx, bottom))}${rows.map(eventLabel)}</svg>`;
}

/** The same place for the same time in every chart, unless one needs more than `leastLeft` for its ticks. */
export function timeScale(sheet: Sheet, leastLeft = 0): { left: number; right: number; x: Scale } {
  const left = Math.max(52, leastLeft);
  const right = sheet.width - (sheet.width < 450 ? 44 : 66);
  return { left, right, x: scale(sheet.span.fromMs, sheet.span.toMs, left, right) };
}

/** The axis line and its ticks: time since the change began. */
export function timeAxis(sheet: Sheet, x: Scale, bottom: number): Markup {
  const ticks = timeTicks(sheet.span, sheet.width < 450 ? 4 : 7);
  return html`<path d="M${x.at(sheet.span.fromMs)} ${bottom}H${x.at(sheet.span.toMs)}" class="axis"/>${ticks.map(
    ({ atMs, text }) => {
      const at = x.at(atMs);
      const anchor = at + widthOf(text) / 2 > sheet.width ? 'end' : 'middle';
      return html`<path d="M${at} ${bottom}v4" class="axis"/>${label({ x: at, y: bottom + 17 }, text, 'tick', anchor)}`;
    },
  )}`;
}

interface Row {
  event: Event;
  x: number;
  text: string;
  anchor: 'start' | 'end';
  row: number;
}

/**
 * Flags to the right of their lines, each in a row where no other is, and below those that reach across its line, so that
 * no line runs through a label. With no row left a line keeps only its tooltip.
 */
function labelRows(events: readonly Event[], x: Scale, left: number, width: number): Row[] {
  const taken: { from: number; to: number; row: number }[] = [];
  return events.map((event): Row => {
    const at = x.at(event.atMs);
    const room = width - at - 4;
    const anchor = room < Math.min(70, widthOf(event.text)) && at - left > room ? 'end' : 'start';
    const text = fitted(event.text, Math.min(180, anchor === 'start' ? room : at - left));
    const size = widthOf(text) + 4;
    const box = anchor === 'end' ? { from: at - size, to: at + 2 } : { from: at - 2, to: at + size };
    let row = taken.reduce((least, one) => (one.from < at && one.to > at ? Math.max(least, one.row + 1) : least), 0);
    while (taken.some((one) => one.row === row && one.from < box.to && one.to > box.from)) row += 1;
    if (row >= mostRows) return { event, x: at, text: '', anchor, row: mostRows - 1 };
    taken.push({ ...box, row });
    return { event, x: at, text, anchor, row };
  });
}

export const eventLine = ({ kind, text }: Event, x: number, top: number, bottom: number): Markup =>
  html`<g class="event ${kind}"><title>${text}</title><path d="M${x} ${top}V${bottom}"/></g>`;

/** Labels come after all lines, so that no line strikes one out. */
function eventLabel({ event, x, text, anchor, row }: Row): Markup {
  const at = { x: anchor === 'end' ? x - 4 : x + 4, y: 13 + row * rowPx };
  return html`<g class="event ${event.kind}">${label(at, text, 'halo', anchor)}</g>`;
}
