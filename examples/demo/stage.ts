import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { stringify } from 'yaml';
import { GraywaveClient } from '../../src/client/client.js';
import type { WorkerConfigText } from '../../src/config.js';
import { freePort } from '../../src/embedded/ports.js';
import { type EmbeddedTemporal, startTemporal } from '../../src/embedded/temporal.js';
import { GraywaveError } from '../../src/errors.js';
import { type RunningFleet, startFleet } from '../fleet/start.js';
import { WorkerProcess } from './worker.js';

const loadProgram = fileURLToPath(new URL('../fleet/load.js', import.meta.url));

/** Everything that runs during the demo: a Temporal server, a fleet, a worker, and people who use the shop. */
export class Stage {
  readonly dir: string;
  private readonly undo: (() => Promise<void>)[] = [];
  temporal!: EmbeddedTemporal;
  fleet!: RunningFleet;
  client!: GraywaveClient;
  worker!: WorkerProcess;
  private load!: ChildProcess;
  readonly requestsPerSecond: number;

  private constructor(dir: string, requestsPerSecond: number) {
    this.dir = dir;
    this.requestsPerSecond = requestsPerSecond;
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
  static async open(requestsPerSecond: number, tell: (line: string) => void, signal: AbortSignal): Promise<Stage> {
    const stage = new Stage(await mkdtemp(join(tmpdir(), 'graywave-demo-')), requestsPerSecond);
    try {
      await stage.build(tell, signal);
      return stage;
    } catch (error) {
      await stage.close();
      throw error;
    }
  }

  private async build(tell: (line: string) => void, signal: AbortSignal): Promise<void> {
    const stateDir = join(this.dir, 'state');
    this.temporal = await startTemporal({ stateDir, port: await freePort(), uiPort: await freePort(), tell });
    this.undo.push(() => this.temporal.stop());
    signal.throwIfAborted();
    this.fleet = await startFleet({ stateDir: join(this.dir, 'fleet') });
    this.undo.push(() => this.fleet.stop());
    signal.throwIfAborted();
    await writeFile(this.configFile, stringify(this.config()));
    this.startWorker();
    this.undo.push(() => this.worker.kill('SIGTERM'));
    const { address } = this.temporal;
    this.client = await GraywaveClient.connect({ connectionOptions: { address }, namespace: 'default', address });
    this.undo.push(() => this.client.close());
    this.load = this.startLoad();
    this.undo.push(() => ended(this.load));
  }

  private config(): WorkerConfigText {
    return {
      state: join(this.dir, 'state'),
      drivers: { process: { fleets: { example: { url: this.fleet.url } } } },
      sources: { fleet: { kind: 'scrape', discovery: { httpSd: `${this.fleet.url}/sd` } } },
      pace: { firstSeconds: 1, everySeconds: 2, warmupSeconds: 2 },
    };
  }

  startWorker(): void {
    this.worker = WorkerProcess.start(this.configFile, this.temporal.address, join(this.dir, 'worker.log'));
  }

  private startLoad(): ChildProcess {
    const args = [
      '--url',
      `${this.fleet.edgeUrl}/checkout/`,
      '--rps',
      String(this.requestsPerSecond),
      '--seconds',
      '0',
    ];
    const child = spawn(process.execPath, [loadProgram, ...args, '--out', this.requestsFile, '--seed', '1'], {
      stdio: ['ignore', 'ignore', 'inherit'],
      detached: true,
    });
    child.once('exit', (code) => {
      if (code) process.stderr.write(`The load generator ended with ${code}.\n`);
    });
    return child;
  }

  /** Version that each process of a service says it is, asked of the process itself. */
  async versions(service: string): Promise<Record<string, string>> {
    const targets = await fetchJson<{ targets: string[]; labels: Record<string, string> }[]>(`${this.fleet.url}/sd`);
    const mine = targets.filter(({ labels }) => labels.service === service);
    const read = mine.map(async ({ targets: [target], labels }) => {
      const health = await fetchJson<{ version: string }>(`http://${target}/healthz`);
      return [labels.instance ?? '', health.version] as const;
    });
    return Object.fromEntries(await Promise.all(read));
  }

  /** Leaves everything running and says how to go on with it. */
  keep(): string[] {
    return [
      `Temporal UI   ${this.temporal.uiUrl}`,
      `shop          ${this.fleet.edgeUrl}/checkout/`,
      `commands      TEMPORAL_ADDRESS=${this.temporal.address} npx graywave list`,
      `stop it with  kill ${[this.load.pid, this.worker.pid, this.fleet.pid, this.temporal.pid].join(' ')}`,
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

async function ended(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const exit = once(child, 'exit');
  child.kill('SIGTERM');
  const timer = setTimeout(() => child.kill('SIGKILL'), 6_000);
  await exit;
  clearTimeout(timer);
}

async function fetchJson<T>(url: string): Promise<T> {
  const answer = await fetch(url, { signal: AbortSignal.timeout(5_000) });
  if (!answer.ok) throw new Error(`${url}: HTTP ${answer.status}`);
  return (await answer.json()) as T;
}
