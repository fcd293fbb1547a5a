import { evidence as odds } from '../judge/wording.js';
import { frame, type Plot, type Sheet } from './frame.js';
import { html, type Markup } from './markup.js';
import { placer } from './placing.js';
import type { EvidencePoint } from './refold.js';
import { filled, label, line, type Point } from './svg.js';
import type { View } from './view.js';

/** One of the judge's two questions, as a picture of its evidence. All values are natural logs. */
export interface Question {
  kind: 'harm' | 'safety';
  title: string;
  bound: number;
  /** What the bound's line is called. */
  says: string;
  note: string;
  value: (point: EvidencePoint) => number;
  by: (point: EvidencePoint, stream: number) => number | null;
  /** `seq` of the looks at which it was decided. */
  crossed: readonly number[];
}

type Line = (Point | null)[];

const mostNamed = 3;

export function drawQuestion({ evidence, story }: View, question: Question, sheet: Sheet): Markup {
  const { points, settings } = evidence;
  const { kind } = question;
  const names = (settings?.streams ?? []).map(({ name }) => name);
  const { from, to } = decades(points, question, names.length);
  const says = `${question.title} at ${points.length} looks of ${story.name}, against its bound`;
  return frame(sheet, { says, ticks: ticksOf(from, to), from, to }, (plot) => {
    const at = (value: (point: EvidencePoint) => number | null): Line =>
      points.map((point) => placeOf(plot, point.atMs, value(point)));
    const main = at(question.value);
    const thin = names.length < 2 ? [] : names.map((_, i) => at((point) => question.by(point, i)));
    const y = plot.y.at(question.bound / Math.LN10);
    const bound = [plot.left, plot.right].map((x) => ({ x, y }));
    const area = { left: plot.left, right: sheet.width, top: plot.top - 2, bottom: plot.bottom - 2 };
    const place = placer(area, [main, bound, ...thin].flatMap(filled));
    const named = (point: Point, text: string, style: string): Markup => {
      const placed = place([point], text, 150);
      return label(placed, placed.text, `halo ${style}`, placed.anchor);
    };
    const along = Array.from({ length: 24 }, (_, i) => ({ x: plot.left - 2 + ((plot.right - plot.left) * i) / 24, y }));
    const boundAt = place(along, question.says, 150, [-6, 15]);
    const boundName = label(boundAt, boundAt.text, `halo strong ${kind}`, boundAt.anchor);
    const marks = question.crossed.map((seq, i) => {
      const k = points.findIndex((point) => point.seq === seq);
      const [spot, point] = [main[k], points[k]];
      if (!spot || point === undefined) return null;
      const name = i < mostNamed ? named(spot, `look ${seq}: ${odds(question.value(point))}`, 'strong') : null;
      return html`<circle cx="${spot.x}" cy="${spot.y}" r="5" class="crossing ${kind}" data-look="${seq}"><title>look ${seq}</title></circle>${name}`;
    });
    const thinNames = thin.slice(0, 5).map((one, i) => {
      const spot = apart(
        one,
        thin.filter((_, k) => k !== i),
      );
      return spot && named(spot, names[i] ?? '', 'quiet');
    });
    return html`<path d="M${plot.left} ${y}H${plot.right}" class="bound ${kind}"/>${thin.map((one) => line(one, `thin ${kind}`))}${line(main, `main ${kind}`)}${boundName}${thinNames}${marks}`;
  });
}

/** Where a line is farthest from the others, so that its name there cannot be another's; null where they are one. */
function apart(one: Line, others: readonly Line[]): Point | null {
  let [best, most]: [Point | null, number] = [null, 5];
  one.forEach((point, i) => {
    if (point === null) return;
    const gap = others.reduce((least, other) => Math.min(least, Math.abs((other[i]?.y ?? Infinity) - point.y)), 40);
    if (gap >= most) [best, most] = [point, gap];
  });
  return best;
}

/** Decades shown: those of all lines, as far as they can be told apart; beyond, lines run along the edge. */
function decades(
  points: readonly EvidencePoint[],
  { value, by, bound }: Question,
  streams: number,
): { from: number; to: number } {
  let [least, most] = [-1, bound / Math.LN10 + 0.5];
  for (const point of points) {
    for (const log of [value(point), ...Array.from({ length: streams }, (_, i) => by(point, i) ?? 0)]) {
      if (Number.isNaN(log)) continue;
      least = Math.min(least, log / Math.LN10);
      most = Math.max(most, log / Math.LN10);
    }
  }
  return {
    from: Math.max(-3, Math.floor(least)),
    to: Math.min(Math.max(5, Math.ceil(bound / Math.LN10 + 0.5)), Math.ceil(most)),
  };
}

function ticksOf(from: number, to: number): { value: number; text: string }[] {
  const every = Math.ceil((to - from) / 5);
  const first = Math.ceil(from / every) * every;
  const n = Math.floor((to - first) / every) + 1;
  return Array.from({ length: n }, (_, i) => ({ value: first + i * every, text: decade(first + i * every) }));
}

/** Evidence that has run off to infinity stays at the edge. */
function placeOf({ x, y }: Plot, atMs: number, log: number | null): Point | null {
  if (log === null || Number.isNaN(log) || !Number.isFinite(atMs)) return null;
  return { x: x.at(atMs), y: y.at(Math.max(-1e3, Math.min(1e3, log / Math.LN10))) };
}

/** 0.01, 1, 100, 10⁴. */
function decade(power: number): string {
  if (power < 0) return `0.${'0'.repeat(-power - 1)}1`;
  if (power <= 3) return `1${'0'.repeat(power)}`;
  return `10${String(power).replace(/\d/g, (digit) => '⁰¹²³⁴⁵⁶⁷⁸⁹'.charAt(Number(digit)))}`;
}
