import type { Target } from '../drivers/protocol.js';

/**
 * The order in which targets are changed: every beginning of it is spread over the zones in proportion to their sizes,
 * so that a wave sees each zone early and no zone is used up first. Within a zone the smallest share comes first, then
 * the id, numbers in it by value. The same targets give the same order, however they were listed.
 */
export function spread(targets: readonly Target[]): Target[] {
  const zones = new Map<string, Target[]>();
  for (const target of targets.toSorted(bySize)) {
    const zone = target.labels['zone'] ?? '';
    const queue = zones.get(zone);
    if (queue === undefined) zones.set(zone, [target]);
    else queue.push(target);
  }
  const queues = [...zones].toSorted(([a], [b]) => compareText(a, b)).map(([, queue]) => ({ queue, taken: 0 }));
  const order: Target[] = [];
  while (order.length < targets.length) {
    const position = order.length + 1;
    const due = ({ queue, taken }: { queue: Target[]; taken: number }): number =>
      taken < queue.length ? (queue.length * position) / targets.length - taken : Number.NEGATIVE_INFINITY;
    const next = queues.reduce((best, zone) => {
      const lead = due(zone) - due(best);
      return lead > 1e-9 || (lead > -1e-9 && zone.taken < best.taken) ? zone : best;
    });
    const target = next.queue[next.taken];
    next.taken += 1;
    if (target !== undefined) order.push(target);
  }
  return order;
}

function bySize(a: Target, b: Target): number {
  const difference = Math.round((a.share - b.share) * 1e6);
  return difference === 0 ? compareIds(a.id, b.id) : difference;
}

const compareText = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0);

/** `checkout-2` before `checkout-10`; without a locale, so that it is the same everywhere. */
function compareIds(a: string, b: string): number {
  const left = a.split(/(\d+)/);
  const right = b.split(/(\d+)/);
  for (let i = 0; i < Math.min(left.length, right.length); i++) {
    const one = left[i] ?? '';
    const two = right[i] ?? '';
    const order = i % 2 === 1 ? Number(one) - Number(two) : compareText(one, two);
    if (order !== 0) return order;
  }
  return compareText(a, b);
}
