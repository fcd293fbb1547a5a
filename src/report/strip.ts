import { drawGrid, gridOf, type Square } from './instances.js';
import { eventLine, type Sheet, timeAxis, timeScale } from './frame.js';
import { html, type Markup } from './markup.js';
import { outcomeOf, type Phase, phasesOf, rollbackPhases, type WaveOutcome } from './phases.js';
import type { Scale } from './scale.js';
import { fitted, label, widthOf } from './svg.js';
import { figure, noFigure, type View } from './view.js';
import { count, lasting, plural, share } from './words.js';

const title = 'Waves';
const rowPx = 56;
/** A wave that never began has no bar. */
const emptyPx = 40;
const mostRows = 30;

interface Row {
  name: string;
  outcome: WaveOutcome;
  phases: Phase[];
  /** Empty for a rollback. */
  grid: Square[];
  text: string;
}

/** When each wave did what, how it ended, and which instances it changed. */
export function wavesStrip(view: View): Markup {
  const rows = rowsOf(view);
  if (rows.length === 0) return noFigure('waves', title, 'No wave was planned.');
  const note = html`<i class="key gate"></i>gate <i class="key apply"></i>apply <i class="key verify"></i>verify <i class="key observe"></i>observe; squares are instances: <i class="key added"></i>changed by this wave <i class="key changed"></i>before it <i class="key unchanged"></i>not changed`;
  return figure(view, 'waves', title, note, (sheet) => draw(sheet, rows));
}

function rowsOf({ story }: View): Row[] {
  const { waves, rollback } = story.status;
  const rows = waves.slice(0, mostRows).map(
    (wave): Row => ({
      name: `${wave.index} ${wave.name}, ${share(wave.changedShare)}`,
      outcome: outcomeOf(wave),
      phases: phasesOf(story, wave),
      grid: gridOf(wave, waves),
      text: `${wave.startedMs === null ? 'would add ' : '+'}${count(wave.targets.length)}: ${wave.targets.join(', ')}`,
    }),
  );
  if (rollback === null) return rows;
  const whole = rollback.restored >= rollback.of;
  const restored = `${count(rollback.restored)} of ${plural(rollback.of, 'target')}`;
  rows.push({
    name: 'rollback',
    outcome: { kind: whole ? 'good' : 'bad', text: `${whole ? '✓' : '✕'} restored ${restored}` },
    phases: rollbackPhases(story, rollback),
    grid: [],
    text: rollback.left.length === 0 ? 'read back by verify' : `left: ${rollback.left.map(({ id }) => id).join(', ')}`,
  });
  return rows;
}

function draw(sheet: Sheet, rows: readonly Row[]): Markup {
  const { left, right, x } = timeScale(sheet);
  let bottom = 0;
  const drawn = rows.map((row) => {
    const top = bottom;
    bottom += row.phases.length > 0 ? rowPx : emptyPx;
    return drawRow(row, top, x, { left: 4, right: sheet.width - 4, trackLeft: left, trackRight: right });
  });
  const says = `${title}: ${rows.map(({ name, outcome }) => `${name} ${outcome.text}`).join('; ')}`;
  const marks = sheet.events
    .filter(({ kind }) => kind === 'mark')
    .map((event) => eventLine(event, x.at(event.atMs), 14, bottom));
  return html`<svg viewBox="0 0 ${sheet.width} ${bottom + 28}" role="img" aria-label="${says}">${timeAxis(sheet, x, bottom + 4)}${marks}${drawn}</svg>`;
}

interface Edges {
  left: number;
  right: number;
  trackLeft: number;
  trackRight: number;
}

function drawRow({ name, outcome, phases, grid, text }: Row, top: number, x: Scale, edges: Edges): Markup {
  const { left, right, trackLeft, trackRight } = edges;
  const room = right - left - widthOf(outcome.text) - 10;
  const under = phases.length > 0 ? 39 : 21;
  const track = phases.length > 0 ? html`<path d="M${trackLeft} ${top + 26}H${trackRight}" class="grid"/>` : null;
  const squares = drawGrid(grid, { x: left, y: top + under }, (right - left) / 2);
  const after = left + squares.width + (squares.width > 0 ? 8 : 0);
  return html`${label({ x: left, y: top + 13 }, fitted(name, room), 'strong halo')}${label({ x: right, y: top + 13 }, outcome.text, `strong halo ${outcome.kind}`, 'end')}${track}${phases.map((phase) => drawPhase(phase, top + 18, x, outcome))}${squares.drawn}${label({ x: after, y: top + under + 9 }, fitted(text, right - after), 'quiet halo')}`;
}

/** A bar with its length in it, or beside it for the long stretches: watching and taking back. */
function drawPhase(phase: Phase, top: number, x: Scale, outcome: WaveOutcome): Markup {
  const [from, to] = [x.at(phase.fromMs), x.at(phase.toMs)];
  const width = Math.max(1.5, to - from);
  const time = lasting(phase.toMs - phase.fromMs);
  const told = `${phase.what} ${time}`;
  const bar = html`<rect x="${from}" y="${top}" width="${width}" height="16" class="phase ${phase.what} ${outcome.kind}"/>`;
  const text = [told, time].find((one) => widthOf(one) + 4 < width);
  const inside = phase.what === 'observe' || phase.what === 'watch';
  const named =
    inside && text !== undefined ? label({ x: from + width / 2, y: top + 12 }, text, 'inbar', 'middle') : null;
  const beside = inside && text === undefined ? label({ x: to + 5, y: top + 12 }, time, 'quiet halo') : null;
  return html`<g><title>${told}</title>${bar}${named}${beside}</g>`;
}
