import { linesChart, type Series } from './lines.js';
import type { Markup } from './markup.js';
import { quantile, ticksTo } from './scale.js';
import { versionName } from './versions.js';
import { figure, noFigure, type View } from './view.js';
import { lasting, number } from './words.js';

const title = 'Latency';
const leastRequests = 20;

/** p50 and p95 of the answered requests of both versions, as the client saw them. */
export function latencyChart(view: View): Markup {
  const { story, windows } = view;
  const series = [
    seriesOf(view, story.oldVersion, 'old', 'p95'),
    seriesOf(view, story.newVersion, 'new', 'p95'),
    seriesOf(view, story.oldVersion, 'old', 'p50'),
    seriesOf(view, story.newVersion, 'new', 'p50'),
  ].filter(({ values }) => values.some((value) => value !== null));
  if (series.length === 0) return noFigure('latency', title, 'Too few answered requests to say how long they took.');
  const values = series.flatMap((one) => one.values.filter((value) => value !== null)).sort((a, b) => a - b);
  const usual = quantile(values, 0.96) ?? 1;
  const ticks = ticksTo(Math.max(1, usual * 1.15), 4).map((value) => ({ value, text: textOf(value) }));
  const cut = (values.at(-1) ?? 0) > (ticks.at(-1)?.value ?? 0);
  const note =
    `p95 (thick) and p50 (thin) of answered requests in windows of ${lasting(windows.stepMs)}, seen by the client` +
    (cut ? `; peaks up to ${textOf(values.at(-1) ?? 0)} are cut` : '');
  const says = `${title} of ${story.oldVersion} and ${story.newVersion} over time, median and 95th percentile`;
  return figure(view, 'latency', title, note, (sheet) =>
    linesChart(sheet, { says, middles: windows.middles, series, ticks }),
  );
}

const textOf = (ms: number): string => (ms >= 10_000 ? `${number(ms / 1000)} s` : `${number(ms)} ms`);

function seriesOf({ windows }: View, version: string, style: string, which: 'p50' | 'p95'): Series {
  const bins = version === '' ? [] : (windows.bins.get(version) ?? []);
  const values = bins.map((bin) => (bin !== null && bin.n - bin.failed >= leastRequests ? bin[which] : null));
  return { name: `${short(version)} ${which}`, style: `${style} ${which}`, values };
}

/** Room for the quantile after the name. */
function short(version: string): string {
  const name = versionName(version);
  return name.length > 10 ? `${name.slice(0, 9)}…` : name;
}
