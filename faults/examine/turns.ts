import { type Facts, isApply, readKey } from './facts.js';
import type { Problem } from './problem.js';

/** A hold binds once whoever asked for it was answered; a wave that had begun before is carried to its end. */
const bindsAfterMs = 1_000;

/** Invariant 2: no wave under a hold, none before its turn, and no two changes on one resource. */
export function ofTurns(changes: Facts[]): Problem[] {
  return [...changes.flatMap(underHold), ...changes.flatMap(beforeItsWave), ...together(changes)];
}

const outOfTurn = (text: string): Problem => ({ kind: 'outOfTurn', text });

function underHold({ id, held, touches }: Facts): Problem[] {
  if (held === null) return [];
  return touches
    .filter((touch) => isApply(touch) && readKey(touch.key).wave >= held.wave)
    .filter(({ atMs }) => atMs > held.fromMs + bindsAfterMs && atMs < held.toMs)
    .map(({ target, key }) => outOfTurn(`${id}: ${target} was touched under ${key} while a hold was in force`));
}

/** A wave's targets, and those of no later one, before the wave before it is done. */
function beforeItsWave({ id, touches, end }: Facts): Problem[] {
  const applies = touches.filter(isApply).sort((a, b) => a.atMs - b.atMs);
  const problems: Problem[] = [];
  for (const [i, touch] of applies.entries()) {
    const { wave } = readKey(touch.key);
    const planned = end?.status?.waves[wave - 1]?.targets;
    if (planned && !planned.includes(touch.target))
      problems.push(outOfTurn(`${id}: ${touch.target} is no target of wave ${wave}, and was touched in it`));
    if (applies.slice(0, i).some((other) => readKey(other.key).wave > wave))
      problems.push(outOfTurn(`${id}: ${touch.target} of wave ${wave} was touched after a later wave's`));
  }
  return problems;
}

/** Whoever comes second touches nothing before the first is settled. */
function together(changes: Facts[]): Problem[] {
  const spans = changes.flatMap(({ id, entries, touches }) => {
    const first = Math.min(...touches.map(({ atMs }) => atMs));
    const last = entries.at(-1);
    const { atMs, epoch } = last?.kind === 'settle' ? last : { atMs: Infinity, epoch: Infinity };
    return touches.length > 0 ? [{ id, first, settledMs: atMs, epoch, begun: entries[0]?.epoch ?? Infinity }] : [];
  });
  spans.sort((a, b) => a.first - b.first);
  return spans.slice(1).flatMap((later, i) => {
    const earlier = spans[i];
    if (!earlier) return [];
    if (later.first >= earlier.settledMs && later.begun > earlier.epoch) return [];
    return [outOfTurn(`${later.id} touched the resource before ${earlier.id} was settled`)];
  });
}
