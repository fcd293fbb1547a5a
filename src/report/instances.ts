import type { WaveStatus } from '../workflows/messages.js';
import { html, type Markup } from './markup.js';
import type { Point } from './svg.js';
import { count } from './words.js';

/** An instance as it stands after a wave: changed by it, changed before it, meant to be by a wave that never began, or not. */
export interface Square {
  id: string;
  state: 'added' | 'changed' | 'planned' | 'unchanged';
}

const sidePx = 9;
const states = ['changed', 'added', 'planned', 'unchanged'] as const;

/** Every target of the change after one wave; a wave that never began has changed nothing. */
export function gridOf(wave: WaveStatus, waves: readonly WaveStatus[]): Square[] {
  const begun = waves.filter(({ index, startedMs }) => index < wave.index && startedMs !== null);
  const before = new Set(begun.flatMap(({ targets }) => targets));
  const mine = new Set(wave.targets);
  const began = wave.startedMs !== null;
  return [...new Set(waves.flatMap(({ targets }) => targets))].map((id) => ({
    id,
    state: mine.has(id) ? (began ? 'added' : 'planned') : began && before.has(id) ? 'changed' : 'unchanged',
  }));
}

/** A square an instance; a bar with a part for each state when they are too many for `mostPx`. */
export function drawGrid(grid: readonly Square[], at: Point, mostPx: number): { drawn: Markup; width: number } {
  const step = sidePx + 3;
  if (grid.length * step <= mostPx) {
    const drawn = grid.map(
      ({ id, state }, i) =>
        html`<rect x="${at.x + i * step}" y="${at.y}" width="${sidePx}" height="${sidePx}" rx="2" class="square ${state}"><title>${id}: ${state}</title></rect>`,
    );
    return { drawn: html`${drawn}`, width: grid.length * step };
  }
  let x = at.x;
  const drawn = states.map((state) => {
    const n = grid.filter((one) => one.state === state).length;
    const width = (n / grid.length) * mostPx;
    x += width;
    return html`<rect x="${x - width}" y="${at.y}" width="${width}" height="${sidePx}" class="square ${state}"><title>${count(n)} ${state}</title></rect>`;
  });
  return { drawn: html`${drawn}`, width: mostPx };
}
