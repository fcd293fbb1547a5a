import { html, type Markup } from './markup.js';
import { type Plot, frame, type Sheet } from './frame.js';
import { ticksTo } from './scale.js';
import { area, fontPx, label, fitted, type Point } from './svg.js';
import { versionStyle } from './versions.js';
import { figure, noFigure, type View } from './view.js';
import { versionsOf } from './windows.js';
import { count, lasting, number } from './words.js';

const title = 'Traffic by version';
const mostVersions = 6;

interface Layer {
  name: string;
  style: string;
  /** Requests a second, a window each. */
  rates: number[];
}

/** Requests per second by the version that served them, stacked. */
export function trafficChart(view: View): Markup {
  if (view.windows.requests === 0) return noFigure('traffic', title, 'The client sent no request.');
  const layers = layersOf(view);
  const note = `requests per second, ${count(view.windows.requests)} in all, in windows of ${lasting(view.windows.stepMs)}`;
  return figure(view, 'traffic', title, note, (sheet) => draw(view, layers, sheet));
}

function layersOf({ windows, story }: View): Layer[] {
  const seconds = windows.stepMs / 1000;
  const rates = (version: string) => (windows.bins.get(version) ?? []).map((bin) => (bin?.n ?? 0) / seconds);
  const all = versionsOf(windows, story.oldVersion, story.newVersion).map((version) => ({
    name: version === '' ? 'no answer' : version,
    style: versionStyle(story, version),
    rates: rates(version),
  }));
  const others = all.filter(({ style }) => style === 'other');
  if (all.length <= mostVersions) return all;
  const few = others.slice(0, 2);
  const rest: Layer = { name: 'other versions', style: 'other', rates: sums(others.slice(2)) };
  const style = (one: string) => all.filter((layer) => layer.style === one);
  return [...style('old'), ...few, rest, ...style('new'), ...style('nobody')];
}

const sums = (layers: readonly Layer[]): number[] =>
  (layers[0]?.rates ?? []).map((_, i) => layers.reduce((sum, { rates }) => sum + (rates[i] ?? 0), 0));

function draw(view: View, layers: readonly Layer[], sheet: Sheet): Markup {
  const ticks = ticksTo(
    Math.max(
      1,
      sums(layers).reduce((most, rate) => Math.max(most, rate), 0),
    ),
    4,
  );
  const to = ticks.at(-1) ?? 1;
  const says = `${title}: ${layers.map(({ name }) => name).join(', ')}`;
  return frame(
    sheet,
    { says, ticks: ticks.map((value) => ({ value, text: `${number(value)}/s` })), from: 0, to },
    (plot) => {
      const drawn: Markup[] = [];
      const names: Markup[] = [];
      let below = view.windows.middles.map(() => 0);
      for (const layer of layers) {
        const above = below.map((rate, i) => rate + (layer.rates[i] ?? 0));
        const line = (rates: number[]) => edged(view, plot, rates);
        drawn.push(area(line(above), line(below), layer.style));
        names.push(nameOf(layer, line(above), line(below)));
        below = above;
      }
      return html`${drawn}${names}`;
    },
  );
}

/** A line through the windows' middles, carried to the edges of the first and the last. */
function edged({ windows }: View, { x, y }: Plot, rates: readonly number[]): Point[] {
  const points = rates.map((rate, i) => ({ x: x.at(windows.middles[i] ?? 0), y: y.at(rate) }));
  const half = windows.stepMs / 2;
  const first = { x: x.at((windows.middles[0] ?? 0) - half), y: points[0]?.y ?? 0 };
  const last = { x: x.at((windows.middles.at(-1) ?? 0) + half), y: points.at(-1)?.y ?? 0 };
  return [first, ...points, last];
}

/** The name in the layer, where it has been thick for longest; beside a layer that is thin everywhere. */
function nameOf({ name, style }: Layer, top: readonly Point[], bottom: readonly Point[]): Markup {
  const thick = (i: number) => (bottom[i]?.y ?? 0) - (top[i]?.y ?? 0);
  const most = top.reduce((value, _, i) => Math.max(value, thick(i)), 0);
  const enough = Math.min(most * 0.8, 3 * fontPx);
  let [best, bestFrom, from] = [0, 0, 0];
  for (let i = 0; i <= top.length; i++) {
    if (i < top.length && thick(i) >= enough) continue;
    if (i - from > best) [best, bestFrom] = [i - from, from];
    from = i + 1;
  }
  const i = bestFrom + Math.floor(best / 2);
  const [above, below] = [top[i], bottom[i]];
  if (above === undefined || below === undefined || most === 0) return html``;
  const inside = thick(i) > fontPx + 4;
  const y = inside ? (above.y + below.y) / 2 + 4 : above.y - 4;
  return label({ x: above.x, y }, fitted(name, 160), inside ? `name ${style}` : 'halo', 'middle');
}
