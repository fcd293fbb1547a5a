/** The few shapes the charts are made of. */
import { html, type Markup, nothing } from './markup.js';

export interface Point {
  x: number;
  y: number;
}

export const fontPx = 12;
/** Widest usual glyph of a system font, as a share of its size: text is measured with it, so it never runs out. */
const glyph = 0.6;

export const widthOf = (text: string): number => text.length * fontPx * glyph;

/** The text, cut with an ellipsis where it would not fit. */
export function fitted(text: string, px: number): string {
  const most = Math.floor(px / (fontPx * glyph));
  if (text.length <= most) return text;
  return most < 2 ? '' : `${text.slice(0, most - 1).trimEnd()}…`;
}

export type Anchor = 'start' | 'middle' | 'end';

/** Text with its baseline at y; `style` is a class of the page's style sheet. */
export const label = (at: Point, text: string, style = '', anchor: Anchor = 'start'): Markup =>
  html`<text x="${at.x}" y="${at.y}" class="${style}" text-anchor="${anchor}">${text}</text>`;

/** A line through the points; null is a gap, and a point alone between gaps is a dot. */
export function line(points: readonly (Point | null)[], style: string): Markup {
  let path = '';
  const dots: Point[] = [];
  points.forEach((point, i) => {
    if (point === null) return;
    const before = points[i - 1] ?? null;
    if (before === null && (points[i + 1] ?? null) === null) dots.push(point);
    else path += `${before === null ? 'M' : 'L'}${place(point.x)} ${place(point.y)}`;
  });
  const drawn = path === '' ? nothing : html`<path d="${path}" class="line ${style}"/>`;
  return html`${drawn}${dots.map(({ x, y }) => html`<circle cx="${x}" cy="${y}" r="2" class="dot ${style}"/>`)}`;
}

/** The area between two lines of equal length. */
export function area(top: readonly Point[], bottom: readonly Point[], style: string): Markup {
  const path = [...top, ...bottom.toReversed()].map(({ x, y }) => `${place(x)} ${place(y)}`).join('L');
  return path === '' ? nothing : html`<path d="M${path}Z" class="area ${style}"/>`;
}

/** The line's points and enough between them that no label fits through. */
export function filled(points: readonly (Point | null)[]): Point[] {
  return points.flatMap((point, i): Point[] => {
    const before = points[i - 1] ?? null;
    if (point === null || before === null) return point === null ? [] : [point];
    const [dx, dy] = [point.x - before.x, point.y - before.y];
    const n = Math.min(60, Math.max(1, Math.ceil(Math.max(Math.abs(dx), Math.abs(dy)) / 5)));
    return Array.from({ length: n }, (_, k) => ({
      x: before.x + (dx * (k + 1)) / n,
      y: before.y + (dy * (k + 1)) / n,
    }));
  });
}

const place = (value: number): string => String(Math.round(value * 10) / 10);
