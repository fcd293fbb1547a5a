import type { Entry } from '../../src/journal/port.js';
import type { Touch } from '../lane/reader.js';
import { type Facts, isApply } from './facts.js';
import type { Problem } from './problem.js';

/** Invariants 1 and 9: every touch is on record before it happens, and one key takes effect once. */
export function ofRecord(facts: Facts): Problem[] {
  return [...settled(facts), ...unrecorded(facts), ...twice(facts)];
}

function settled({ id, end, entries }: Facts): Problem[] {
  if (end === null) return [{ kind: 'stuck', text: `${id} has no end` }];
  const last = entries.at(-1);
  if (last === undefined) return [];
  if (last.kind !== 'settle')
    return [{ kind: 'lost', text: `${id} ended ${end.state} and is unsettled in the journal` }];
  if (last.state === end.state) return [];
  return [{ kind: 'untrue', text: `${id} ended ${end.state}, and the journal says ${last.state}` }];
}

function unrecorded({ id, entries, touches }: Facts): Problem[] {
  return touches
    .filter((touch) => !isOnRecord(touch, entries))
    .map(({ target, key, epoch }) => ({
      kind: 'lost',
      text: `${id}: ${target} was touched under ${key} at epoch ${epoch}, which nobody has on record`,
    }));
}

/** An apply has its record's key and epoch; what goes back has the epoch after one of the change's own. */
function isOnRecord(touch: Touch, entries: Entry[]): boolean {
  if (!isApply(touch)) return entries.some((entry) => entry.epoch + 1 === touch.epoch && entry.atMs <= touch.atMs);
  return entries.some(
    (entry) =>
      entry.kind === 'touch' &&
      entry.key === touch.key &&
      entry.epoch === touch.epoch &&
      entry.targets.includes(touch.target) &&
      entry.atMs <= touch.atMs,
  );
}

function twice({ id, touches }: Facts): Problem[] {
  const problems: Problem[] = [];
  const seen = new Set<string>();
  const applied = new Map<string, string>();
  for (const touch of touches) {
    if (touch.verb === 'undo') continue;
    const { target, key, to } = touch;
    const once = `${target} ${key}`;
    if (seen.has(once))
      problems.push({ kind: 'touchedTwice', text: `${id}: ${target} was touched twice under ${key}` });
    seen.add(once);
    if (!isApply(touch)) applied.delete(target);
    else {
      const before = applied.get(target);
      if (before === to)
        problems.push({ kind: 'touchedTwice', text: `${id}: ${to} was applied twice to ${target}, last under ${key}` });
      if (to !== null) applied.set(target, to);
    }
  }
  return problems;
}
