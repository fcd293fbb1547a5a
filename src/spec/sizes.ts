import type { Controls } from '../policy/controls.js';
import { percentText } from './units.js';

/** One automatic wave of one part: how many targets it adds, and why so many. */
export interface Size {
  count: number;
  why: string;
}

/** From this share on a wave at most doubles: what breaks under load alone must show in time (systems.md C2). */
const gentleFrom = 0.25;

/**
 * Sizes of `waves: auto` for a part whose targets carry these shares, in the order in which they are changed: small
 * first, then geometric, each within what the level allows, the rest in equal steps. At least one target a wave.
 */
export function autoSizes(shares: readonly number[], controls: Controls): Size[] {
  const { level, autoFirstShare, autoGrowth, maxStepShare } = controls;
  const sizes: Size[] = [];
  let taken = 0;
  let reached = 0;
  while (taken < shares.length) {
    const left = 1 - reached;
    const growth = reached >= gentleFrom - 1e-9 ? Math.min(2, autoGrowth) : autoGrowth;
    const evenly = left / Math.max(1, Math.ceil(left / maxStepShare - 1e-9));
    const wanted = taken === 0 ? autoFirstShare : reached + Math.min(reached * (growth - 1), evenly);
    const why =
      taken === 0
        ? `${level} begins with ${percentText(autoFirstShare)}, at least one target`
        : reached * (growth - 1) <= evenly
          ? `${growth} times what is changed before it`
          : `${level} adds at most ${percentText(maxStepShare)} in a wave`;
    const before = taken;
    while (taken < shares.length && (taken === before || reached + (shares[taken] ?? 0) <= wanted + 1e-9)) {
      reached += shares[taken] ?? 0;
      taken += 1;
    }
    const rest = taken === shares.length;
    sizes.push({ count: taken - before, why: !rest ? why : before === 0 ? 'there is one target' : `the rest; ${why}` });
  }
  return sizes;
}
