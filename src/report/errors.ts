import { linesChart, type Series } from './lines.js';
import type { Markup } from './markup.js';
import { quantile, ticksTo } from './scale.js';
import { versionName } from './versions.js';
import { figure, noFigure, type View } from './view.js';
import { lasting, share } from './words.js';

const title = 'Failed requests';
/** With fewer requests a share says nothing. */
const leastRequests = 20;

/** Failed and all requests of one arm, a window each. */
type Tally = { failed: number; n: number }[];

/** Share of failed requests of the old and the new version, as the client saw them: by window, and so far. */
export function errorsChart(view: View): Markup {
  const { story, windows } = view;
  const arms = [
    { name: versionName(story.oldVersion), style: 'old', tally: tallyOf(view, story.oldVersion) },
    { name: versionName(story.newVersion), style: 'new', tally: tallyOf(view, story.newVersion) },
    { name: 'no answer', style: 'nobody', tally: unanswered(view) },
  ];
  const series = [
    ...arms.map(({ style, tally }) => ({ name: '', style: `${style} thin`, values: byWindow(tally) })),
    ...arms.map(({ name, style, tally }) => ({ name, style: `${style} p95`, values: soFar(tally) })),
  ].filter(({ values }) => values.some((value) => value !== null));
  if (series.length === 0)
    return noFigure('errors', title, 'Too few requests of either version to say which share failed.');
  const values = series.flatMap((one) => one.values.filter((value) => value !== null)).sort((a, b) => a - b);
  const most = Math.max(0.01, (quantile(values, 0.985) ?? 0) * 1.1);
  const ticks = ticksTo(Math.min(1, most), 4).map((value) => ({ value, text: share(value) }));
  const peak = values.at(-1) ?? 0;
  const note =
    `share of each version's requests, seen by the client: so far (thick), and in windows of ${lasting(windows.stepMs)} (thin)` +
    (peak > (ticks.at(-1)?.value ?? 0) ? `; peaks up to ${share(peak)} are cut` : '');
  const says = `${title} of ${story.oldVersion} and ${story.newVersion} over time`;
  return figure(view, 'errors', title, note, (sheet) =>
    linesChart(sheet, { says, middles: windows.middles, series, ticks }),
  );
}

const tallyOf = ({ windows }: View, version: string): Tally =>
  version === '' ? [] : (windows.bins.get(version) ?? []).map((bin) => bin ?? { failed: 0, n: 0 });

/** Requests that nobody answered have no version: they are shown as a share of all. */
function unanswered({ windows }: View): Tally {
  const lost = windows.bins.get('');
  if (lost === undefined) return [];
  const rows = [...windows.bins.values()];
  return lost.map((bin, i) => ({ failed: bin?.failed ?? 0, n: rows.reduce((sum, row) => sum + (row[i]?.n ?? 0), 0) }));
}

const byWindow = (tally: Tally): Series['values'] =>
  tally.map(({ failed, n }) => (n >= leastRequests ? failed / n : null));

/** Ends with the last request: afterwards nothing more is known. */
function soFar(tally: Tally): Series['values'] {
  const last = tally.findLastIndex(({ n }) => n > 0);
  let [failed, n] = [0, 0];
  return tally.map((one, i) => {
    failed += one.failed;
    n += one.n;
    return n >= leastRequests && i <= last ? failed / n : null;
  });
}
