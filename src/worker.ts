import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import {
  makeTelemetryFilterString,
  NativeConnection,
  Runtime,
  type RuntimeOptions,
  Worker,
  type WorkerOptions,
} from '@temporalio/worker';
import type { Logger } from 'pino';
import { observeActivities, shortActivities } from './activities/index.js';
import type { EnginePorts } from './activities/ports.js';
import { ensureAttributes } from './attributes.js';
import { FileCellStore } from './cells/file.js';
import { isLoopback, unreachable, type Where } from './client/connect.js';
import { openNoises, type WorkerConfig } from './config.js';
import type { Driver } from './drivers/driver.js';
import { driverActivities } from './drivers/kit.js';
import { processDriver } from './drivers/process/driver.js';
import { driverQueue, revertQueue } from './drivers/protocol.js';
import { GraywaveError, messageOf } from './errors.js';
import { FileJournal } from './journal/file.js';
import type { Journal } from './journal/port.js';
import { PostgresJournal } from './journal/postgres.js';
import { temporalLogger } from './log.js';
import { type Metrics, openMetrics } from './metrics.js';
import { openNotifier } from './notify/notifier.js';
import { openSource } from './sources/open.js';
import { ensureWarden } from './warden.js';
import { changeQueue, observeQueue } from './workflows/names.js';

/** Time a stopping worker gives a touch to come to its end; a watcher hands over at once. */
const touchGrace = '10s';
/**
 * A look's heartbeat is held back no longer than this: with the timeout of 20 s, a watcher that looks no more is missed
 * within 25 s of its last look. The SDK's own measure, 16 s, would make it 36 s.
 */
const heartbeatDelay = '4s';
export const maxCachedWorkflows = 1_000;
/** Built beside this file; run from its source, as the tests do, it is found in the build. */
const bundles = ['./workflow-bundle.js', '../dist/src/workflow-bundle.js'].map((path) =>
  fileURLToPath(new URL(path, import.meta.url)),
);

export interface RunningWorker {
  /** Resolves when every queue has been shut down; rejects when one of them failed. */
  done: Promise<void>;
  stop(): Promise<void>;
}

/** Sets up Temporal's runtime once for the process: our log, our metrics, and no signal handlers of its own. */
export function installRuntime(log: Logger, metrics: string | null): void {
  const options: RuntimeOptions = {
    logger: temporalLogger(log),
    shutdownSignals: [],
    telemetryOptions: {
      logging: { forward: {}, filter: makeTelemetryFilterString({ core: 'WARN' }) },
      ...(metrics === null ? {} : { metrics: { prometheus: { bindAddress: metrics } } }),
    },
  };
  try {
    Runtime.install(options);
  } catch (cause) {
    if (metrics === null) throw cause;
    throw new GraywaveError('PORT_TAKEN', `The metrics cannot be served on ${metrics}: ${messageOf(cause)}`, { cause });
  }
}

/** What a worker works on: ports of the engine, and drivers that touch the world. */
export interface World {
  ports: EnginePorts;
  drivers: Driver[];
}

/** Starts a worker on the world that its configuration names. The only place that wires ports to the world. */
export async function startWorker(config: WorkerConfig, where: Where, log: Logger): Promise<RunningWorker> {
  refuseSharedFile(config, where);
  const connection = await connect(where);
  try {
    await ensureAttributes(connection, where.namespace);
    await ensureWarden(connection, where.namespace);
    const world = await openWorld(config);
    const workers = await createWorkers(world, config.slots, { connection, namespace: where.namespace });
    const queues = workers.map((worker) => worker.options.taskQueue);
    log.info({ queues, namespace: where.namespace, temporal: where.address }, 'worker started');
    return running(workers, async () => {
      await world.ports.journal.close();
      await connection.close();
    });
  } catch (error) {
    await connection.close();
    throw error;
  }
}

async function connect(where: Where): Promise<NativeConnection> {
  try {
    return await NativeConnection.connect(where.connectionOptions);
  } catch (cause) {
    throw unreachable(where, cause);
  }
}

function refuseSharedFile(config: WorkerConfig, where: Where): void {
  if (isLoopback(where.address) || config.oneMachine || process.env.DATABASE_URL) return;
  throw new GraywaveError(
    'JOURNAL_NEEDED',
    `Temporal is at ${where.address}, so other machines may run workers, and the journal is a file of this one.`,
    {
      hint: 'Set DATABASE_URL to keep the journal in PostgreSQL. If every worker runs on this machine, say so with `oneMachine: true` in the worker configuration.',
    },
  );
}

export async function openWorld(config: WorkerConfig): Promise<World> {
  const noises = await openNoises(config);
  const ports: EnginePorts = {
    journal: await openJournal(config.state),
    cells: new FileCellStore(join(config.state, 'cells')),
    sources: new Map(Object.entries(config.sources).map(([name, source]) => [name, openSource(name, source)])),
    pace: config.pace,
    noises,
    notifier: openNotifier(config.notify),
    metrics: metricsOf(config),
  };
  const drivers = config.drivers.process ? [processDriver(config.drivers.process.fleets)] : [];
  return { ports, drivers };
}

/** Served where the configuration says; elsewhere counting does nothing. */
function metricsOf({ metrics, sources, notify }: WorkerConfig): Metrics {
  const meter = metrics === null ? null : Runtime.instance().metricMeter;
  return openMetrics(meter, { sources: Object.keys(sources), channels: Object.keys(notify.channels) });
}

/** Makes the worker of one queue, with slots of its own. */
export const queueOf =
  (common: Pick<WorkerOptions, 'connection' | 'namespace'>) =>
  (taskQueue: string, activities: object, size: number, more: Partial<WorkerOptions> = {}): Promise<Worker> =>
    Worker.create({ ...common, taskQueue, activities, maxConcurrentActivityTaskExecutions: size, ...more });

/**
 * Every queue of a worker: workflows and short activities, watchers, and for each driver its own queue and one for
 * taking back, so that nothing that waits can delay a revert.
 */
export function createWorkers(
  world: World,
  slots: WorkerConfig['slots'],
  common: Pick<WorkerOptions, 'connection' | 'namespace'>,
  code: Pick<WorkerOptions, 'workflowBundle'> = workflowCode(),
): Promise<Worker[]> {
  const queue = queueOf(common);
  const workers = [
    queue(changeQueue, shortActivities(world.ports), slots.short, { ...code, maxCachedWorkflows }),
    queue(observeQueue, observeActivities(world.ports), slots.observe, {
      maxHeartbeatThrottleInterval: heartbeatDelay,
      defaultHeartbeatThrottleInterval: heartbeatDelay,
    }),
  ];
  for (const driver of world.drivers) {
    const { plan, apply, verify, revert } = driverActivities(driver);
    const shutdownGraceTime = touchGrace;
    workers.push(queue(driverQueue(driver.name), { plan, apply, verify }, slots.driver, { shutdownGraceTime }));
    workers.push(queue(revertQueue(driver.name), { revert, verify }, slots.revert, { shutdownGraceTime }));
  }
  return Promise.all(workers);
}

/** In PostgreSQL where there is one, for workers on any number of machines; else a file of this machine. */
async function openJournal(state: string): Promise<Journal> {
  const url = process.env.DATABASE_URL;
  return url ? PostgresJournal.open(url) : new FileJournal(join(state, 'journal.ndjson'));
}

function workflowCode(): Pick<WorkerOptions, 'workflowBundle'> {
  const codePath = bundles.find((path) => existsSync(path));
  if (codePath === undefined) throw new GraywaveError('INTERNAL', `The workflow bundle is not built: ${bundles[0]}.`);
  return { workflowBundle: { codePath } };
}

/** Runs the workers until they are stopped; when one of them fails all end, for a queue without its worker waits for ever. */
export function running(workers: Worker[], close: () => Promise<void>): RunningWorker {
  const stopAll = (): void => {
    for (const worker of workers) if (worker.getState() === 'RUNNING') worker.shutdown();
  };
  const done = Promise.all(
    workers.map((worker) =>
      worker.run().catch((error: unknown) => {
        stopAll();
        throw error;
      }),
    ),
  ).then(close);
  return {
    done,
    stop: async () => {
      stopAll();
      await done;
    },
  };
}
