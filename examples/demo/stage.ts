import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { stringify } from 'yaml';
import { GraywaveClient } from '../../src/client/client.js';
import type { WorkerConfigText } from '../../src/config.js';
import { freePort } from '../../src/embedded/ports.js';
import { type EmbeddedTemporal, startTemporal } from '../../src/embedded/temporal.js';
import { GraywaveError } from '../../src/errors.js';
import { type RunningFleet, startFleet } from '../fleet/start.js';
import { LoadProcess } from './load.js';
import { openMetrics } from './metrics.js';
import { passTo, Proxy } from './proxy.js';
import { WorkerProcess } from './worker.js';

export interface StageOptions {
  requestsPerSecond: number;
  pace: NonNullable<WorkerConfigText['pace']>;
  /** True: the workers reach the fleet without the proxies, as in life; nothing can then be held or cut off. */
  straight?: boolean;
  tell: (line: string) => void;
  signal: AbortSignal;
}

/** Everything that runs during the demo: a Temporal server, a fleet, workers, and people who use the shop. */
export class Stage {
  readonly dir: string;
  private readonly undo: (() => Promise<void>)[] = [];
  temporal!: EmbeddedTemporal;
  fleet!: RunningFleet;
  client!: GraywaveClient;
  /** Between the workers and the fleet's metrics, discovery and pages. */
  metrics!: Proxy;
  /** Between the workers' driver and the fleet's supervisor. */
  supervisor!: Proxy;
  private readonly started: WorkerProcess[] = [];
  private load!: LoadProcess;

  private constructor(
    dir: string,
    private readonly options: StageOptions,
  ) {
    this.dir = dir;
  }

  get requestsPerSecond(): number {
    return this.options.requestsPerSecond;
  }
  get configFile(): string {
    return join(this.dir, 'graywave.yaml');
  }
  get requestsFile(): string {
    return join(this.dir, 'requests.ndjson');
  }
  get appliedFile(): string {
    return join(this.dir, 'fleet', 'applied.ndjson');
  }
  get cellsDir(): string {
    return join(this.dir, 'state', 'cells');
  }

  /** Sets everything up, or takes down again what it had set up. */
  static async open(options: StageOptions): Promise<Stage> {
    const stage = new Stage(await mkdtemp(join(tmpdir(), 'graywave-demo-')), options);
    try {
      await stage.build();
      return stage;
    } catch (error) {
      await stage.close();
      throw error;
    }
  }

  private async build(): Promise<void> {
    const { tell, signal } = this.options;
    const stateDir = join(this.dir, 'state');
    this.temporal = await startTemporal({ stateDir, port: await freePort(), uiPort: await freePort(), tell });
    this.undo.push(() => this.temporal.stop());
    signal.throwIfAborted();
    this.fleet = await startFleet({ stateDir: join(this.dir, 'fleet') });
    this.undo.push(() => this.fleet.stop());
    signal.throwIfAborted();
    this.metrics = await openMetrics(this.fleet.url);
    this.undo.push(() => this.metrics.refuse());
    this.supervisor = await Proxy.open(passTo(this.fleet.url));
    this.undo.push(() => this.supervisor.refuse());
    if (this.options.straight) await this.configure(this.fleet.url, this.fleet.url);
    else await this.configure(this.supervisor.url, this.metrics.url);
    this.undo.push(() => this.endWorkers());
    this.startWorker();
    const { address } = this.temporal;
    this.client = await GraywaveClient.connect({ connectionOptions: { address }, namespace: 'default', address });
    this.undo.push(() => this.client.close());
    this.load = LoadProcess.start(this.fleet.edgeUrl, this.requestsPerSecond, this.requestsFile);
    this.undo.push(() => this.load.end());
  }

  /** What the next worker to be started knows. */
  private configure(supervisorUrl: string, metricsUrl: string): Promise<void> {
    const config: WorkerConfigText = {
      state: join(this.dir, 'state'),
      drivers: { process: { fleets: { example: { url: supervisorUrl } } } },
      sources: { fleet: { kind: 'scrape', discovery: { httpSd: `${metricsUrl}/sd` } } },
      pace: this.options.pace,
    };
    return writeFile(this.configFile, stringify(config));
  }

  /** Workers that live, the oldest first. */
  get workers(): WorkerProcess[] {
    return this.started.filter((worker) => !worker.hasEnded);
  }

  /** Starts one more; any number of them share the work. */
  startWorker(): WorkerProcess {
    const worker = WorkerProcess.start(this.configFile, this.temporal.address, join(this.dir, 'worker.log'));
    this.started.push(worker);
    return worker;
  }

  private async endWorkers(): Promise<void> {
    await Promise.all(this.workers.map((worker) => worker.kill('SIGTERM')));
  }

  /** Version that each process of a service says it is, asked of the process itself; `no answer` of one that gives none. */
  async versions(service: string): Promise<Record<string, string>> {
    const targets = await fetchJson<{ targets: string[]; labels: Record<string, string> }[]>(`${this.fleet.url}/sd`);
    const mine = targets.filter(({ labels }) => labels.service === service);
    const read = mine.map(async ({ targets: [target], labels }) => {
      const health = fetchJson<{ version: string }>(`http://${target}/healthz`);
      const version = await health.then((said) => said.version).catch(() => 'no answer');
      return [labels.instance ?? '', version] as const;
    });
    return Object.fromEntries(await Promise.all(read));
  }

  /** Leaves everything running that outlives this process, with a worker that needs nothing of it, and says how to go on. */
  async keep(): Promise<string[]> {
    await this.configure(this.fleet.url, this.fleet.url);
    await this.endWorkers();
    const worker = this.startWorker();
    return [
      `Temporal UI   ${this.temporal.uiUrl}`,
      `shop          ${this.fleet.edgeUrl}/checkout/`,
      `commands      TEMPORAL_ADDRESS=${this.temporal.address} npx graywave list`,
      `stop it with  kill ${[this.load.pid, worker.pid, this.fleet.pid, this.temporal.pid].join(' ')}`,
    ];
  }

  /** Ends every process, the last started first, and removes the directory. */
  async close(): Promise<void> {
    const failures: unknown[] = [];
    for (const undo of this.undo.splice(0).reverse()) await undo().catch((error: unknown) => failures.push(error));
    await rm(this.dir, { recursive: true, force: true });
    if (failures.length > 0)
      throw new GraywaveError('INTERNAL', `tidying up failed: ${failures.map(String).join('; ')}`);
  }
}

async function fetchJson<T>(url: string): Promise<T> {
  const answer = await fetch(url, { signal: AbortSignal.timeout(5_000) });
  if (!answer.ok) throw new Error(`${url}: HTTP ${answer.status}`);
  return (await answer.json()) as T;
}
