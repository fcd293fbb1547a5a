import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { type RunningFleet, startFleet } from '../../examples/fleet/start.js';
import { callJson } from '../../src/drivers/process/call.js';
import type { Instance } from '../../src/drivers/process/wire.js';
import { fleetFile } from '../targets/fleetfile.js';
import { serviceOfTarget } from '../targets/names.js';

/** A supervisor looks at all of its processes whenever it is asked: so there are several, each with a few services. */
const servicesEach = 5;
const program = fileURLToPath(new URL('../targets/instance.js', import.meta.url));
const readLimitMs = 10_000;

/** One process as it says itself that it is, and whether requests would reach it. */
export interface Seen {
  id: string;
  version: string;
  key: string;
  epoch: number;
  serving: boolean;
}

/** Real fleets of real processes, each under a supervisor of its own. */
export class Fleets {
  private readonly running = new Map<string, RunningFleet>();
  private readonly byService = new Map<string, string>();

  private constructor(private readonly dir: string) {}

  static async start(dir: string, services: string[], versions: string[]): Promise<Fleets> {
    const fleets = new Fleets(dir);
    try {
      for (let from = 0; from < services.length; from += servicesEach) {
        await fleets.startOne(`fleet${from / servicesEach + 1}`, services.slice(from, from + servicesEach), versions);
      }
      return fleets;
    } catch (error) {
      await fleets.stop();
      throw error;
    }
  }

  private async startOne(name: string, services: string[], versions: string[]): Promise<void> {
    const stateDir = join(this.dir, name);
    await mkdir(stateDir, { recursive: true });
    const file = join(stateDir, 'fleet.yaml');
    await writeFile(file, fleetFile(name, services, versions, program));
    this.running.set(name, await startFleet({ stateDir, fleetFile: file }));
    for (const service of services) this.byService.set(service, name);
  }

  get urls(): Map<string, string> {
    return new Map([...this.running].map(([name, { url }]) => [name, url]));
  }

  /** Name of the fleet, which is also the name of the metric source. */
  of(service: string): string {
    const name = this.byService.get(service);
    if (name === undefined) throw new Error(`no fleet has service ${service}`);
    return name;
  }

  get pids(): number[] {
    return [...this.running.values()].map(({ pid }) => pid);
  }

  get logs(): string[] {
    return [...this.running.keys()].map((name) => join(this.dir, name, 'applied.ndjson'));
  }

  /** Asks every process who it is; one that does not answer is not in the list. */
  async look(): Promise<Seen[]> {
    return (await Promise.all([...this.running.values()].map(({ url }) => lookAt(url)))).flat();
  }

  async putBack(id: string, version: string, key: string): Promise<void> {
    const url = this.running.get(this.of(serviceOfTarget(id)))?.url;
    const all = (await callJson(`${url}/instances`, { timeoutMs: readLimitMs })).json as Instance[];
    const body = { version, key, epoch: all.find((instance) => instance.id === id)?.epoch ?? 0 };
    const { status } = await callJson(`${url}/instances/${id}`, { method: 'PUT', body, timeoutMs: 60_000 });
    if (status !== 200) throw new Error(`${id} cannot be put back to ${version} by hand: HTTP ${status}`);
  }

  async stop(): Promise<void> {
    await Promise.all([...this.running.values()].map((fleet) => fleet.stop()));
    this.running.clear();
  }
}

async function lookAt(url: string): Promise<Seen[]> {
  const read = async <T>(path: string): Promise<T> => (await callJson(path, { timeoutMs: readLimitMs })).json as T;
  const found = await read<{ targets: string[]; labels: { instance: string } }[]>(`${url}/sd`);
  const routed = await read<Record<string, { id: string; port: number }[]>>(`${url}/routes`);
  const routes = new Map(Object.values(routed).flatMap((rows) => rows.map(({ id, port }) => [id, port] as const)));
  const asked = found.map(async ({ targets: [address], labels: { instance } }): Promise<Seen[]> => {
    const health = await read<Seen & { instance: string }>(`http://${address}/healthz`).catch(() => null);
    if (health?.instance !== instance) return [];
    const serving = routes.get(instance) === Number(address?.split(':')[1]);
    return [{ id: instance, version: health.version, key: health.key, epoch: health.epoch, serving }];
  });
  return (await Promise.all(asked)).flat();
}
