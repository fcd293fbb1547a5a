import type { Target } from '../drivers/protocol.js';
import type { Controls } from '../policy/controls.js';
import type { Watched } from './course.js';
import { sizedParts } from './sized.js';
import { autoSizes } from './sizes.js';
import type { Taking } from './taking.js';
import type { BakeSpec, ChangeSpec, WaveSpec } from './types.js';
import { percentText } from './units.js';

/** A wave before its targets are known: as written, of an automatic size, or of what cannot be taken back. */
export interface Step {
  name: string;
  bake: BakeSpec | null;
  how:
    | { kind: 'wave'; wave: WaveSpec; place: string }
    | { kind: 'sizes'; counts: Record<string, number>; why: string }
    | { kind: 'picks'; ids: Record<string, string[]>; why: string }
    | { kind: 'last' };
}

export interface Added {
  taking: Taking;
  targets: Target[];
}

/** `watched`: what is known of the traffic; null where nothing is, or automatic waves go by the level alone. */
export function stepsOf(
  waves: ChangeSpec['waves'],
  takings: readonly Taking[],
  controls: Controls,
  watched: Watched | null,
): Step[] {
  const steps = waves === 'auto' ? automatic(takings, controls, watched) : waves.map(written);
  const last = takings.some((taking) => taking.going === 'last');
  return last ? [...steps, { name: 'irreversible', bake: null, how: { kind: 'last' } }] : steps;
}

function written(wave: WaveSpec, i: number): Step {
  return { name: wave.name, bake: wave.bake, how: { kind: 'wave', wave, place: `waves[${i}]` } };
}

function automatic(takings: readonly Taking[], controls: Controls, watched: Watched | null): Step[] {
  const going = takings.filter((taking) => taking.going !== 'last');
  if (watched !== null) {
    return together(sizedParts(going, controls, watched)).map(({ why, turns }, i) => {
      const ids = Object.fromEntries(turns.map(([part, pick]) => [part, pick.ids]));
      return { name: `wave-${i + 1}`, bake: null, how: { kind: 'picks', ids, why } };
    });
  }
  const sizes = going.map((taking) => {
    const shares = taking.order.map((target) => taking.shareOf([target]));
    return [taking.part, autoSizes(shares, controls)] as const;
  });
  return together(new Map(sizes)).map(({ why, turns }, i) => {
    const counts = Object.fromEntries(turns.map(([part, { count }]) => [part, count]));
    return { name: `wave-${i + 1}`, bake: null, how: { kind: 'sizes', counts, why } };
  });
}

/**
 * Every part has waves of its own, each within what the level allows. The part with the most leads; those of the others
 * are spread over its waves and end with the last.
 */
function together<T extends { why: string }>(parts: ReadonlyMap<string, T[]>): { why: string; turns: [string, T][] }[] {
  const lead = [...parts.values()].reduce<T[]>((most, waves) => (waves.length > most.length ? waves : most), []);
  return lead.map(({ why }, i) => {
    const turns = [...parts].flatMap(([part, waves]): [string, T][] => {
      const turn = waves.find((_, k) => Math.ceil(((k + 1) * lead.length) / waves.length) === i + 1);
      return turn === undefined ? [] : [[part, turn]];
    });
    return { why, turns };
  });
}

/** What a step adds to each part. Marks nothing. */
export function takeStep({ how }: Step, takings: readonly Taking[], first: boolean): Added[] {
  return takings.map((taking) => {
    switch (how.kind) {
      case 'wave':
        return { taking, targets: taking.byWave(how.wave, first) };
      case 'sizes':
        return { taking, targets: taking.byCount(how.counts[taking.part] ?? 0, first) };
      case 'picks':
        return { taking, targets: taking.byIds(how.ids[taking.part] ?? [], first) };
      case 'last':
        return { taking, targets: taking.going === 'last' ? taking.left : [] };
      default:
        return how satisfies never;
    }
  });
}

/** One line for people: how many targets of each part, and why so many. */
export function whyOf({ how }: Step, added: readonly Added[]): string {
  const some = added.filter(({ targets }) => targets.length > 0);
  const counts = some.map(({ taking, targets }) => `${taking.part} ${targets.length} of ${taking.order.length}`);
  const alone = some.filter(({ taking }) => taking.going === 'whole').map(({ taking }) => taking.part);
  const bundled = alone.length > 0 && alone.length < added.length;
  const note = bundled ? `; ${alone.join(', ')} at once, so the arms cannot tell its effect apart` : '';
  return `${counts.join(', ')}: ${reason(how)}${note}`;
}

function reason(how: Step['how']): string {
  if (how.kind === 'last') return 'it cannot be taken back, so it comes when all else is proven';
  return how.kind === 'sizes' || how.kind === 'picks' ? how.why : `as written, to ${toText(how.wave)}`;
}

export function toText({ to, where }: WaveSpec): string {
  const size = 'share' in to ? percentText(to.share) : String(to.count);
  const labels = Object.entries(where).map(([label, value]) => `${label}=${value}`);
  return labels.length === 0 ? size : `${size} of ${labels.join(', ')}`;
}
