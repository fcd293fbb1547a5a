import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { stringify } from 'yaml';
import { FileCellStore } from '../../src/cells/file.js';
import { GraywaveClient } from '../../src/client/client.js';
import type { WorkerConfigText } from '../../src/config.js';
import { freePort } from '../../src/embedded/ports.js';
import { type EmbeddedTemporal, startTemporal } from '../../src/embedded/temporal.js';
import { GraywaveError, messageOf } from '../../src/errors.js';
import { FileJournal } from '../../src/journal/file.js';
import type { Journal } from '../../src/journal/port.js';
import { PostgresJournal } from '../../src/journal/postgres.js';
import { type PostgresServer, startPostgres } from '../../test/support/postgres.js';
import { callJson } from '../../src/drivers/process/call.js';
import { Signs } from '../signs.js';
import { Fleets } from './fleets.js';
import { Program } from './process.js';
import { type Place, readSettings } from './reader.js';

export interface LaneOptions {
  name: string;
  journal: 'file' | 'postgres';
  /** One a change of the largest round. */
  services: string[];
  /** Versions that the rounds will need. */
  versions: string[];
  signal: AbortSignal;
}

/** Everything that one round after the other is played on: server, worker, journal, targets; each a process that can be killed. */
export class Lane {
  private readonly undo: (() => Promise<void>)[] = [];
  temporal!: EmbeddedTemporal;
  client!: GraywaveClient;
  /** The newest; one that stands still may be there beside it. */
  worker!: Program;
  private readonly workers: Program[] = [];
  fleets!: Fleets;
  settings!: Program;
  private keeper!: Program;
  postgres: PostgresServer | null = null;
  /** The harness's own eyes on what is kept: never the worker's word. */
  journal!: Journal;
  cells!: FileCellStore;
  readonly signs: Signs;
  private ports = { port: 0, uiPort: 0 };

  private constructor(
    readonly dir: string,
    readonly options: LaneOptions,
  ) {
    this.signs = new Signs(join(dir, 'signs'));
  }

  static async open(options: LaneOptions): Promise<Lane> {
    const lane = new Lane(await mkdtemp(join(tmpdir(), 'graywave-faults-')), options);
    try {
      await lane.build();
      return lane;
    } catch (error) {
      await lane.close();
      throw error;
    }
  }

  private async build(): Promise<void> {
    const { services, versions, signal, journal } = this.options;
    const state = join(this.dir, 'state');
    await mkdir(state, { recursive: true });
    this.ports = { port: await freePort(), uiPort: await freePort() };
    this.keeper = await Program.start('./keeper.js', [this.dir], this.logOf('keeper'));
    this.undo.push(() => this.keeper.kill());
    await this.startServer();
    this.undo.push(() => this.temporal.stop());
    signal.throwIfAborted();
    this.fleets = await Fleets.start(join(this.dir, 'fleets'), services, versions);
    this.undo.push(() => this.fleets.stop());
    for (const pid of this.fleets.pids) this.keeper.tell(pid);
    signal.throwIfAborted();
    this.settings = await Program.start(
      '../targets/settings.js',
      [this.settingsLog, ...services],
      this.logOf('settings'),
    );
    this.undo.push(() => this.settings.kill());
    if (journal === 'postgres') {
      this.postgres = await startPostgres();
      const { postgres } = this;
      this.undo.push(() => postgres.stop());
      this.journal = await PostgresJournal.open(this.postgres.url);
    } else this.journal = new FileJournal(join(state, 'journal.ndjson'));
    this.undo.push(() => this.journal.close());
    this.cells = new FileCellStore(join(state, 'cells'));
    await writeFile(this.configFile, stringify(this.config(state)));
    this.undo.push(async () => void (await Promise.all(this.workers.map((worker) => worker.kill()))));
    await this.startWorker();
    const { address } = this.temporal;
    this.client = await GraywaveClient.connect({ connectionOptions: { address }, namespace: 'default', address });
    this.undo.push(() => this.client.close());
  }

  private config(state: string): WorkerConfigText {
    const fleets = [...this.fleets.urls];
    return {
      state,
      drivers: { process: { fleets: Object.fromEntries(fleets.map(([name, url]) => [name, { url }])) } },
      sources: Object.fromEntries(
        fleets.map(([name, url]) => [name, { kind: 'scrape' as const, discovery: { httpSd: `${url}/sd` } }]),
      ),
      pace: { firstSeconds: 0.5, everySeconds: 2, warmupSeconds: 0 },
      slots: { short: 400, observe: 400, driver: 400, revert: 400 },
    };
  }

  async startServer(): Promise<void> {
    const tell = (): void => undefined;
    this.temporal = await startTemporal({ stateDir: join(this.dir, 'temporal'), ...this.ports, tell });
    this.keeper.tell(this.temporal.pid);
  }

  async killServer(): Promise<void> {
    process.kill(this.temporal.pid, 'SIGKILL');
    await this.temporal.ended;
    this.keeper.tell(-this.temporal.pid);
  }

  /** Starts one more worker; it is ready when it resolves. */
  async startWorker(): Promise<void> {
    const args = [this.configFile, this.temporal.address, join(this.dir, 'signs'), this.settingsUrl];
    const env = this.postgres ? { DATABASE_URL: this.postgres.url } : { DATABASE_URL: '' };
    this.worker = await Program.start('../worker/main.js', args, this.logOf('worker'), env);
    this.workers.push(this.worker);
  }

  /** As an operator would: a target that is out of service serves again. */
  async putBack({ id, version }: Place): Promise<void> {
    const key = `hand/${id}/back`;
    if (!id.includes('.')) return this.fleets.putBack(id, version, key);
    const epoch = (await readSettings(this)).find((setting) => setting.id === id)?.epoch ?? 0;
    const body = { value: version, key, epoch };
    await callJson(`${this.settingsUrl}/${id}`, { method: 'PUT', body, timeoutMs: 5_000 });
  }

  /** Shows what is wrong with the lane itself, not with a change. */
  get trouble(): string | null {
    return this.worker.hasEnded ? `the worker ended by itself; see ${this.logOf('worker')}` : null;
  }

  get settingsUrl(): string {
    return `http://127.0.0.1:${String(this.settings.said)}`;
  }
  get settingsLog(): string {
    return join(this.dir, 'settings.ndjson');
  }
  private get configFile(): string {
    return join(this.dir, 'graywave.yaml');
  }
  private logOf(name: string): string {
    return join(this.dir, `${name}.log`);
  }

  /** Ends every process, the last started first, and removes the directory, unless it is to be kept. */
  async close(keep = false): Promise<void> {
    const failures: unknown[] = [];
    for (const undo of this.undo.splice(0).reverse()) await undo().catch((error: unknown) => failures.push(error));
    if (!keep) await rm(this.dir, { recursive: true, force: true });
    if (failures.length > 0)
      throw new GraywaveError('INTERNAL', `tidying up failed: ${failures.map(messageOf).join('; ')}`);
  }
}
