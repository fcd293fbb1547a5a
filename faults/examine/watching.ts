import type { Facts } from './facts.js';
import type { Problem } from './problem.js';

/** Nobody looking is noticed within 25 s, and then somebody else needs a moment to begin. */
const unwatchedLimitMs = 30_000;

/** Invariants 3 and 10: no pass without data, and nobody is out of sight for long. */
export function ofWatching(facts: Facts): Problem[] {
  return [...unproven(facts), ...unwatched(facts)];
}

function unproven({ id, end, looks }: Facts): Problem[] {
  return (end?.status?.waves ?? []).flatMap((wave): Problem[] => {
    if (wave.verdict?.kind !== 'pass') return [];
    const seen = looks
      .filter((look) => look.wave === wave.index && look.error === null)
      .flatMap((look) => look.cells)
      .reduce((sum, cell) => sum + cell.canary.exposure, 0);
    return seen > 0
      ? []
      : [{ kind: 'untrue', text: `${id}: wave ${wave.index} passed, and nobody has seen a request of it` }];
  });
}

/**
 * Time without server and worker does not count: nobody can look then. Nor does a worker that stands still and takes
 * every task that is offered to it: that nobody looks is noticed all the same, but it can take more than one try.
 */
function unwatched({ id, looks, fault, end, victim }: Facts): Problem[] {
  if (victim === 'frozen') return [];
  const untilMs = end?.status?.rollback?.startedMs ?? end?.status?.endedMs ?? 0;
  for (const [i, look] of looks.entries()) {
    const next = looks[i + 1];
    if (!next || next.wave !== look.wave || next.toMs > untilMs) continue;
    const down = Math.max(0, Math.min(next.toMs, fault.toMs) - Math.max(look.toMs, fault.fromMs));
    const gap = next.toMs - look.toMs - down;
    if (gap > unwatchedLimitMs)
      return [{ kind: 'stuck', text: `${id}: nobody looked at wave ${look.wave} for ${Math.round(gap / 1000)} s` }];
  }
  return [];
}
