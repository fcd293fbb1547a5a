import { type Anchor, fontPx, fitted, type Point, widthOf } from './svg.js';

interface Box {
  left: number;
  right: number;
  top: number;
  bottom: number;
}

export interface Placed {
  x: number;
  y: number;
  anchor: Anchor;
  text: string;
}

/** Puts a label beside one of the points, at one of the heights above (below 0) or below it, nearest first. */
export type Place = (points: readonly Point[], text: string, mostPx?: number, heights?: readonly number[]) => Placed;

const anywhere = [4, -8, 16, -20, 28, -32, 40, -44, -56, -68];

/**
 * Finds room for labels beside what they name: of the places around the wanted points, the one that covers fewest earlier
 * labels and fewest points of the lines, then the nearest. `busy` are the lines' points.
 */
export function placer(area: Box, busy: readonly Point[]): Place {
  const taken: Box[] = [];
  const costOf = (box: Box): number => {
    const outside = box.left < area.left || box.right > area.right || box.top < area.top || box.bottom > area.bottom;
    return (
      (outside ? 10_000 : 0) +
      1000 * taken.filter((other) => overlap(box, other)).length +
      30 * busy.filter((point) => holds(box, point)).length
    );
  };
  return (points, whole, mostPx = 120, heights = anywhere) => {
    const text = fitted(whole, mostPx);
    let best: Placed = { x: area.left, y: area.bottom, anchor: 'start', text };
    let least = Infinity;
    points.forEach((at, i) => {
      for (const dy of heights) {
        for (const anchor of ['start', 'end', 'middle'] as const) {
          const dx = anchor === 'start' ? 6 : anchor === 'end' ? -6 : 0;
          const placed: Placed = { x: at.x + dx, y: at.y + dy, anchor, text };
          const cost = costOf(boxOf(placed)) + Math.abs(dy) + (anchor === 'start' ? 0 : 4) + i;
          if (cost < least) [best, least] = [placed, cost];
        }
      }
    });
    taken.push(boxOf(best));
    return best;
  };
}

function boxOf({ x, y, anchor, text }: Placed): Box {
  const width = widthOf(text);
  const left = anchor === 'start' ? x : anchor === 'end' ? x - width : x - width / 2;
  return { left, right: left + width, top: y - fontPx + 1, bottom: y + 3 };
}

const overlap = (a: Box, b: Box): boolean =>
  a.left < b.right + 4 && b.left < a.right + 4 && a.top < b.bottom && b.top < a.bottom;
const holds = (box: Box, { x, y }: Point): boolean =>
  x >= box.left && x <= box.right && y >= box.top - 2 && y <= box.bottom + 2;
