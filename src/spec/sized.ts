import type { Target } from '../drivers/protocol.js';
import type { Controls } from '../policy/controls.js';
import { costOf } from './cost.js';
import { firstOf, type First, type Watched } from './course.js';
import { strataOf } from './strata.js';
import type { Taking } from './taking.js';
import { percentText, round } from './units.js';

/** One automatic wave of one part: what it adds, and why so much. */
export interface Pick {
  ids: string[];
  why: string;
}

/** From this share on a wave at most doubles: what breaks under load alone must show in time (systems.md §C2). */
const gentleFrom = 0.25;

const growths: readonly number[] = [2, 3, 4, 6, 10];

/**
 * The waves of each part by the traffic that is known: the first by `firstOf`, each next one so many times as large as costs
 * least in expected harm and delay, within what the level allows, and each with something no wave before it had (a zone, a
 * region, a host) as long as there is such a thing. Every target is in exactly one wave; at least one in each.
 */
export function sizedParts(takings: readonly Taking[], controls: Controls, watched: Watched): Map<string, Pick[]> {
  const first = firstOf(watched, controls);
  const ways = growths
    .filter((growth) => growth <= controls.mostGrowth)
    .map((growth) => {
      const parts = new Map(takings.map((taking) => [taking.part, waysOf(taking, first, growth, controls)]));
      const path = [...parts.values()].reduce((most, way) => (way.path.length > most.path.length ? way : most)).path;
      return { parts, waves: path.length, cost: costOf(path, watched, controls) };
    });
  const fewest = Math.min(...ways.map(({ waves }) => waves));
  const most = Math.max(controls.mostWaves, fewest);
  const best = ways
    .filter(({ waves }) => waves <= most)
    .reduce((least, way) => (way.cost < least.cost * (1 - 1e-9) ? way : least));
  return new Map([...best.parts].map(([part, { picks }]) => [part, picks]));
}

interface Way {
  picks: Pick[];
  /** Changed share after each wave. */
  path: number[];
}

function waysOf(taking: Taking, first: First, growth: number, controls: Controls): Way {
  const way: Way = { picks: [], path: [] };
  const left = [...taking.order];
  const strata = strataOf(left);
  // The last digits of a share depend on the order in which a driver lists its targets; sizes must not.
  const shareOf = (target: Target): number => round(taking.shareOf([target]));
  let reached = 0;
  while (left.length > 0) {
    const { to, why } = way.picks.length === 0 ? { to: first.share, why: first.why } : next(reached, growth, controls);
    const added: Target[] = [];
    const add = (at: number): void => {
      const [target] = left.splice(at, 1);
      if (target === undefined) return;
      added.push(target);
      reached += shareOf(target);
    };
    // The first wave begins as the order does, smallest first: the level was chosen by that.
    add(way.picks.length === 0 ? 0 : Math.max(0, strata.indexOfUnseen(left)));
    let fits = 0;
    let adds = 0;
    for (const target of left) {
      const share = shareOf(target);
      if (reached + adds + share > to + 1e-9) break;
      adds += share;
      fits += 1;
    }
    added.push(...left.splice(0, fits));
    reached += adds;
    const unseen = strata.see(added);
    way.picks.push({ ids: added.map(({ id }) => id), why: whyOf(way, left, why, unseen, added.length) });
    way.path.push(left.length === 0 ? 1 : reached);
  }
  return way;
}

/** How far the next wave goes, and why; nothing is to be said where it is simply what is left. */
function next(reached: number, growth: number, controls: Controls): { to: number; why: string } {
  const { level, maxStepShare, mostGrowth } = controls;
  const left = 1 - reached;
  const evenly = reached + left / Math.max(1, Math.ceil(left / maxStepShare - 1e-9));
  const grown = reached * growth;
  const gentle = Math.max(Math.min(grown, gentleFrom), Math.min(grown, 2 * reached));
  if (gentle >= evenly && evenly > 1 - 1e-9) return { to: 1, why: '' };
  if (evenly < gentle - 1e-9)
    return { to: evenly, why: `${level} adds at most ${percentText(maxStepShare)} in a wave` };
  if (gentle < grown - 1e-9) {
    const goal = gentle > gentleFrom ? 'twice what is changed before it' : `to ${percentText(gentleFrom)}`;
    return { to: gentle, why: `${goal}: above ${percentText(gentleFrom)} a wave at most doubles` };
  }
  const among = `of 2 to ${mostGrowth} times the least expected harm and delay`;
  return { to: grown, why: `${growth} times what is changed before it: ${among}` };
}

function whyOf({ picks }: Way, left: readonly Target[], why: string, unseen: string[], count: number): string {
  if (picks.length === 0)
    return left.length === 0 ? 'there is one target' : `${why}${count === 1 ? '; one target is the least' : ''}`;
  const said = [
    left.length === 0 ? 'the rest' : '',
    why,
    unseen.length > 0 ? `new: ${unseen.slice(0, 3).join(', ')}` : '',
  ];
  return said.filter((one) => one !== '').join('; ');
}
