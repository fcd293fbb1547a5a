import type { Json } from '../../src/spec/types.js';
import type { Place } from '../lane/reader.js';
import { serviceOfTarget } from '../targets/names.js';
import type { Facts } from './facts.js';
import type { Problem } from './problem.js';

type World = ReadonlyMap<string, Place>;

/**
 * Invariant 5, and the same for every other end: the targets are as the ends of all changes on their service say, in the
 * order in which they were settled; and every before-state on record is what was there.
 */
export function ofWorld(changes: Facts[], before: World, after: World): Problem[] {
  const services = new Set(changes.map(({ service }) => service));
  const world = new Map([...before].filter(([id]) => services.has(serviceOfTarget(id))));
  const problems: Problem[] = [];
  for (const facts of [...changes].sort((a, b) => settledAt(a) - settledAt(b))) {
    problems.push(...wrongBefore(facts, world), ...wrongEnd(facts));
    for (const [id, place] of world) {
      if (serviceOfTarget(id) === facts.service) world.set(id, afterEnd(facts, place));
    }
  }
  for (const [id, expected] of world) {
    const found = after.get(id);
    if (found && found.version === expected.version && found.serving === expected.serving) continue;
    const last = changes.filter(({ service }) => service === serviceOfTarget(id)).at(-1);
    const text = `${id} should be ${told(expected)} after ${last?.id} ended ${last?.end?.state}, and is ${told(found)}`;
    problems.push({ kind: 'untrue', text });
  }
  return problems;
}

const told = (place: Place | undefined): string =>
  place ? `${place.version}${place.serving ? '' : ' out of service'}` : 'without an answer';

const settledAt = ({ entries }: Facts): number => entries.at(-1)?.epoch ?? 0;

function wrongEnd({ id, ends, end }: Facts): Problem[] {
  if (end === null || end.state === ends) return [];
  return [{ kind: 'untrue', text: `${id} ended ${end.state} and should be ${ends}: ${end.reason}` }];
}

function wrongBefore({ id, entries }: Facts, world: World): Problem[] {
  return entries.flatMap((entry) => {
    if (entry.kind !== 'touch') return [];
    return entry.targets.flatMap((target): Problem[] => {
      const recorded = versionOf(entry.before[target]);
      const was = world.get(target)?.version;
      if (recorded === was) return [];
      return [{ kind: 'untrue', text: `${id} has ${target} on record as ${recorded} before, and it was ${was}` }];
    });
  });
}

function versionOf(before: Json | undefined): string | undefined {
  const { version, value } = (before ?? {}) as { version?: string; value?: string };
  return version ?? value;
}

/** What a target must be after a change's end. */
function afterEnd(facts: Facts, place: Place): Place {
  const { end, entries, byHand, wanted } = facts;
  const hand = byHand.get(place.id);
  if (hand !== undefined) return { ...place, version: hand };
  const version = place.id.includes('.') ? wanted.setting : wanted.image;
  const recorded = entries.some((entry) => entry.kind === 'touch' && entry.targets.includes(place.id));
  switch (end?.state) {
    case 'completed':
      return { ...place, version };
    case 'not_restored':
      // What it says of itself decides: left as changed, or taken out of service.
      return recorded ? { ...place, version, serving: !isOut(end.reason, place.id) } : place;
    case 'rolled_back':
    case 'cancelled':
    case 'intercepted':
    case undefined:
      return place;
  }
}

function isOut(reason: string, id: string): boolean {
  const list = /taken out of service: ([^;]*)/.exec(reason)?.[1] ?? '';
  return list.split(', ').some((name) => name.replace(/\.(\s.*)?$/, '') === id);
}
