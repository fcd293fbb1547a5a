import { frame, type Plot, type Sheet, type Tick } from './frame.js';
import { html, type Markup } from './markup.js';
import { placer } from './placing.js';
import { filled, label, line, type Point } from './svg.js';

/** A line over the windows of a story, named at its end; '' has no name. */
export interface Series {
  name: string;
  style: string;
  values: readonly (number | null)[];
}

interface Lines {
  says: string;
  middles: readonly number[];
  series: readonly Series[];
  ticks: readonly Tick[];
}

/** Lines with their names beside their ends. Values above the highest tick run along the upper edge. */
export function linesChart(sheet: Sheet, { says, middles, series, ticks }: Lines): Markup {
  const to = ticks.at(-1)?.value ?? 1;
  return frame(sheet, { says, ticks, from: 0, to }, (plot) => {
    const drawn = series.map((one) => pointsOf(one, middles, plot));
    const paths = series.map((one, i) => line(drawn[i] ?? [], one.style));
    const busy = drawn.flatMap(filled);
    const place = placer({ left: plot.left, right: sheet.width, top: plot.top, bottom: plot.bottom + 4 }, busy);
    const names = series.map((one, i) => {
      const last = drawn[i]?.findLast((point) => point !== null);
      if (one.name === '' || last === undefined || last === null) return null;
      const { text, anchor, ...at } = place([last], one.name, 110);
      return label(at, text, `halo ${one.style}`, anchor);
    });
    return html`${paths}${names}`;
  });
}

function pointsOf({ values }: Series, middles: readonly number[], { x, y }: Plot): (Point | null)[] {
  return values.map((value, i) => (value === null ? null : { x: x.at(middles[i] ?? 0), y: y.at(value) }));
}
