import type { EdgeSeries, EdgeView, Rollout, RolloutInput } from '../../src/judge/rollout/types.js';

/**
 * A shop: `front` calls `cart` and `till`, `till` calls `cart` and `rates`; three instances of each service, a sample a
 * minute from −20 on. Minutes count from the moment of deciding.
 */
export const startMs = 1_763_646_000_000;
const minute = 60_000;
const calls = [
  ['front', 'cart'],
  ['front', 'till'],
  ['till', 'cart'],
  ['till', 'rates'],
] as const;

export const at = (minutes: number): number => startMs + minutes * minute;

export interface World {
  changes: Change[];
  /** Success share that callers see of an edge in a minute; null: no request. 1 where it says nothing. */
  view?: (edge: string, minutes: number) => number | null | undefined;
  /** What an instance sees of an edge; `missing`: no sample. */
  served?: (instance: string, edge: string, minutes: number) => number | null | 'missing' | undefined;
  memory?: (instance: string) => number;
  /** Last minute sampled. */
  until?: number;
}

interface Change {
  service: string;
  released: number;
  /** Null: not complete. */
  complete?: number | null;
}

/** Instances are `cart-1`, `cart-2`, `cart-3`; the changed one is `cart-new` and takes the place of `cart-3`. */
export function rollouts(world: World): RolloutInput {
  const changes = world.changes.map(
    ({ service, released, complete = released + 1 }): Rollout => ({
      change: service,
      service,
      releasedMs: at(released),
      unchanged: [1, 2, 3].map((i) => `${service}-${i}`),
      steps: [
        { completeMs: complete === null ? null : at(complete), started: [`${service}-new`], removed: [`${service}-3`] },
      ],
    }),
  );
  const minutes = Array.from({ length: 21 + (world.until ?? 0) }, (_, i) => i - 20);
  const edges = calls.flatMap(([caller, callee]): EdgeSeries[] => {
    const change = world.changes.find(({ service }) => service === callee);
    const instances = [1, 2, 3].map((i) => ({ instance: `${callee}-${i}`, from: -Infinity }));
    const begins = (change?.complete ?? (change?.released ?? 0) + 1) + 1;
    if (change !== undefined) instances.push({ instance: `${callee}-new`, from: begins });
    return instances.map(({ instance, from }) => {
      const see = (m: number) => world.served?.(instance, `${caller}>${callee}`, m);
      const seen = minutes.filter((m) => m >= from && see(m) !== 'missing');
      const success = seen.map((m) => valueOf(see(m)));
      const latencySeconds = seen.map(() => 0.01);
      return { instance, caller, callee, side: 'server', stepMs: minute, atMs: seen.map(at), success, latencySeconds };
    });
  });
  const views = calls.map(([caller, callee]): EdgeView => {
    const success = minutes.map((m) => valueOf(world.view?.(`${caller}>${callee}`, m)));
    return { caller, callee, side: 'client', stepMs: minute, atMs: minutes.map(at), success };
  });
  const instances = [...new Set(edges.map(({ instance }) => instance))];
  const usage = instances.map((instance) => {
    const memory = minutes.map(() => world.memory?.(instance) ?? 100);
    return { instance, atMs: minutes.map(at), memory };
  });
  return { atMs: at(0), changes, calls: [...calls], edges, usage, views };
}

function valueOf(seen: number | null | 'missing' | undefined): number | null {
  return seen === undefined || seen === 'missing' ? 1 : seen;
}
