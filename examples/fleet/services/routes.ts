/** One row of the routing table, as the supervisor pushes it. */
export interface Route {
  id: string;
  port: number;
  zone: string;
  version: string;
}

let table: Record<string, Route[]> = {};
let tableVersion = 0;
const turns = new Map<string, number>();
const flying = new Map<number, number>();

/**
 * Round robin: every instance gets the same share, slow or fast, dead or alive. Least-connections would send most of
 * the traffic to an instance that fails at once.
 */
export const routes = {
  /** A table that is older than the present one comes late and is not taken. */
  replace(next: Record<string, Route[]>, version: number): void {
    if (version < tableVersion) return;
    tableVersion = version;
    table = next;
  },
  all: (): Record<string, Route[]> => table,
  pick(service: string): Route | undefined {
    const rows = Object.hasOwn(table, service) ? table[service] : undefined;
    if (rows === undefined || rows.length === 0) return undefined;
    const turn = (turns.get(service) ?? -1) + 1;
    turns.set(service, turn);
    return rows[turn % rows.length];
  },
  /** Counts a request in flight to that port until the returned function is called. */
  enter(port: number): () => void {
    flying.set(port, (flying.get(port) ?? 0) + 1);
    return () => {
      const left = (flying.get(port) ?? 1) - 1;
      if (left > 0) flying.set(port, left);
      else flying.delete(port);
    };
  },
  inFlight: (port: number): number => flying.get(port) ?? 0,
};
