import { mkdtemp } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { activityInfo } from '@temporalio/activity';
import { TestWorkflowEnvironment } from '@temporalio/testing';
import { DefaultLogger, makeTelemetryFilterString, Runtime } from '@temporalio/worker';
import type { EnginePorts, LookPace } from '../../src/activities/ports.js';
import type { Driver } from '../../src/drivers/driver.js';
import type { Source } from '../../src/sources/port.js';
import { FileCellStore } from '../../src/cells/file.js';
import type { CellStore } from '../../src/cells/port.js';
import { GraywaveClient } from '../../src/client/client.js';
import { temporalBinary } from '../../src/embedded/binary.js';
import { FileJournal } from '../../src/journal/file.js';
import type { Journal } from '../../src/journal/port.js';
import { defaultNoise } from '../../src/judge/noise/default.js';
import { openMetrics } from '../../src/metrics.js';
import type { Notifier } from '../../src/notify/notifier.js';
import { readChange } from '../../src/spec/read.js';
import type { ChangeSpec } from '../../src/spec/types.js';
import { createWorkers, type RunningWorker, running } from '../../src/worker.js';
import { attributes } from '../../src/workflows/names.js';
import { World } from './world.js';

export const slots = { short: 100, observe: 500, driver: 50, revert: 50 };
const pace: LookPace = { firstSeconds: 0.1, everySeconds: 0.2, warmupSeconds: 0 };

/** What a minute is elsewhere is half a second here. */
const noises = new Map([['fast', { ...defaultNoise, name: 'fast', intervalSeconds: 0.5 }]]);

/** A real Temporal server and the means to run our workers on it; one for each test file. */
export interface Engine {
  /** Where journal and cells are. */
  dir: string;
  environment: TestWorkflowEnvironment;
  client: GraywaveClient;
  journal: FileJournal;
  cells: FileCellStore;
  /** The worker works on this world from now on. */
  use(world: World): void;
  /** Every change touches a world of its own from now on, so that many can run at once. */
  useOneEach(): void;
  stopWorker(): Promise<void>;
  startWorker(): Promise<void>;
  stop(): Promise<void>;
}

let installed = false;

/** `withoutQueues`: task queues that other processes serve instead; `serverArgs`: more for the Temporal server; `some`: other slots. */
export async function startEngine(
  withoutQueues: readonly string[] = [],
  serverArgs: string[] = [],
  some: Partial<typeof slots> = {},
): Promise<Engine> {
  if (!installed) {
    Runtime.install({
      logger: new DefaultLogger('ERROR'),
      shutdownSignals: [],
      telemetryOptions: { logging: { forward: {}, filter: makeTelemetryFilterString({ core: 'ERROR' }) } },
    });
  }
  installed = true;
  const path = await temporalBinary((line) => console.warn(line));
  const environment = await TestWorkflowEnvironment.createLocal({
    server: {
      executable: { type: 'existing-path', path },
      extraArgs: serverArgs,
      searchAttributes: Object.values(attributes),
    },
  });
  const dir = await mkdtemp(join(tmpdir(), 'engine-'));
  const journal = new FileJournal(join(dir, 'journal.ndjson'));
  const cells = new FileCellStore(join(dir, 'cells'));
  let current = new World();
  let each: Map<string, World> | null = null;
  const touchedBy = ({ changeId }: { changeId: string }): Driver => {
    if (each === null) return current.driver();
    const world = each.get(changeId) ?? new World();
    each.set(changeId, world);
    return world.driver();
  };
  const driver: Driver = {
    name: 'memory',
    plan: (...call) => touchedBy(call[0]).plan(...call),
    apply: (...call) => touchedBy(call[0]).apply(...call),
    verify: (...call) => touchedBy(call[0]).verify(...call),
    revert: (...call) => touchedBy(call[0]).revert(...call),
  };
  const source: Source = {
    name: 'memory',
    read: (...call) => current.source().read(...call),
    histogram: (...call) => current.source().histogram(...call),
  };
  const watchedJournal: Journal = {
    append: async (record, ...rest) => {
      await current.mischief.beforeRecord?.(record);
      const answer = await journal.append(record, ...rest);
      await current.mischief.afterRecord?.(record);
      return answer;
    },
    entries: (changeId) => journal.entries(changeId),
    head: () => journal.head(),
    unsettled: () => journal.unsettled(),
    close: () => journal.close(),
  };
  const watchedCells: CellStore = {
    append: async (...call) => {
      await current.mischief.beforeKeep?.(activityInfo().activityType);
      return cells.append(...call);
    },
    read: (changeId) => cells.read(changeId),
    head: (changeId) => cells.head(changeId),
  };
  const notifier: Notifier = {
    channelsFor: (notice) => current.channels[notice.event] ?? [],
    send: async (channel, notice) => {
      await current.mischief.beforeNotice?.(channel, notice);
      current.notices.push({ channel, notice });
    },
  };
  const sources = new Map([['memory', source]]);
  const metrics = openMetrics(null, { sources: [], channels: [] });
  const ports: EnginePorts = { journal: watchedJournal, cells: watchedCells, sources, pace, noises, notifier, metrics };
  let worker: RunningWorker | null = null;
  const startWorker = async (): Promise<void> => {
    const created = await createWorkers(
      { ports, drivers: [driver] },
      { ...slots, ...some },
      {
        connection: environment.nativeConnection,
        namespace: environment.namespace ?? 'default',
      },
    );
    const served = created.filter(({ options }) => !withoutQueues.includes(options.taskQueue));
    // Run and stopped, not left: a worker that was never run holds the connection for ever.
    const others = created.filter((one) => !served.includes(one));
    await running(others, () => Promise.resolve()).stop();
    worker = running(served, () => Promise.resolve());
  };
  const stopWorker = async (): Promise<void> => {
    await worker?.stop();
    worker = null;
  };
  await startWorker();
  return {
    dir,
    environment,
    client: new GraywaveClient(environment.client),
    journal,
    cells,
    use(world) {
      current = world;
      each = null;
    },
    useOneEach() {
      each = new Map();
    },
    startWorker,
    stopWorker,
    async stop() {
      await stopWorker();
      await journal.close();
      await environment.teardown();
    },
  };
}

let counter = 0;

/** A change of the memory world, in the written form; anything of it can be said otherwise. */
export function aChange(more: Record<string, unknown> = {}, version = 'v2'): ChangeSpec {
  counter += 1;
  const written = {
    apiVersion: 'graywave/v1',
    kind: 'Change',
    id: `change-${counter}`,
    owner: 'tests',
    tier: 2,
    services: ['app'],
    parts: [{ name: 'image', driver: 'memory', with: { version } }],
    waves: [
      { name: 'canary', to: '25%' },
      { name: 'half', to: '50%' },
      { name: 'all', to: '100%' },
    ],
    bake: { min: '1s', max: '20s' },
    signals: [{ name: 'errors', source: 'memory', kind: 'errors', detect: '3x' }],
    rollback: { deadline: '30s', batch: '100%', observe: '0s' },
    ...more,
  };
  return readChange(JSON.stringify(written), { file: '(test)' }).spec;
}

/** Waits until a condition holds; fails with what was last seen. */
export async function eventually<T>(
  what: string,
  look: () => Promise<T> | T,
  holds: (value: T) => boolean,
  withinMs = 20_000,
): Promise<T> {
  const endMs = Date.now() + withinMs;
  for (;;) {
    const value = await look();
    if (holds(value)) return value;
    if (Date.now() > endMs)
      throw new Error(`${what}: not within ${withinMs} ms; last seen ${JSON.stringify(value)?.slice(0, 2_000)}`);
    await new Promise((resolve) => setTimeout(resolve, 25));
  }
}
