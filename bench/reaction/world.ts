import { setTimeout as sleep } from 'node:timers/promises';

/** Between two looks at the world, in milliseconds: the error of every time that is measured by looking. */
const lookEveryMs = 15;

interface Route {
  id: string;
  port: number;
  version: string;
}

/**
 * The fleet as its users see it, by asking the edge where requests go and each process there who it is. Nothing that
 * the driver or the supervisor says counts.
 */
export class World {
  constructor(
    private readonly edgeUrl: string,
    private readonly service: string,
  ) {}

  /** Version by instance, as the process says that gets the instance's requests; without those that do not answer. */
  async versions(): Promise<Map<string, string>> {
    const routes = await this.routes();
    const said = await Promise.all(
      routes.map(async ({ id, port }) => {
        const health = await get<{ instance: string; version: string }>(`http://127.0.0.1:${port}/healthz`).catch(
          () => null,
        );
        return health?.instance === id ? [[id, health.version] as const] : [];
      }),
    );
    return new Map(said.flat());
  }

  /** Ports at which the instances' requests arrive. */
  async ports(ids: readonly string[]): Promise<number[]> {
    return (await this.routes()).filter(({ id }) => ids.includes(id)).map(({ port }) => port);
  }

  /**
   * When every one of the instances serves the version again, Unix ms: the end of the first look that saw it. The
   * routing table is looked at first, for asking every process all the time would slow down what is measured.
   */
  async back(ids: readonly string[], version: string, signal: AbortSignal): Promise<number> {
    const whole = (seen: ReadonlyMap<string, string>): boolean => ids.every((id) => seen.get(id) === version);
    for (;;) {
      signal.throwIfAborted();
      const table = new Map((await this.routes()).map((route) => [route.id, route.version]));
      if (whole(table) && whole(await this.versions())) return Date.now();
      await sleep(lookEveryMs, undefined, { signal });
    }
  }

  private async routes(): Promise<Route[]> {
    const table = await get<Record<string, Route[]>>(`${this.edgeUrl}/routes`);
    return table[this.service] ?? [];
  }
}

/** Tells a process of a version with a switch to fail that share of its requests from now on. */
export async function fail(port: number, share: number): Promise<void> {
  const { status } = await fetch(`http://127.0.0.1:${port}/fault?share=${share}`, { method: 'PUT' });
  if (status !== 204) throw new Error(`the fault could not be switched on at port ${port}: HTTP ${status}`);
}

async function get<T>(url: string): Promise<T> {
  const answer = await fetch(url, { signal: AbortSignal.timeout(2_000) });
  if (!answer.ok) throw new Error(`${url}: HTTP ${answer.status}`);
  return (await answer.json()) as T;
}
