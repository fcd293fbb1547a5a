import { mkdtemp } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { TestWorkflowEnvironment } from '@temporalio/testing';
import { DefaultLogger, Runtime } from '@temporalio/worker';
import type { LookPace, Ports } from '../../src/activities/ports.js';
import type { Driver } from '../../src/drivers/driver.js';
import type { Source } from '../../src/sources/port.js';
import { FileCellStore } from '../../src/cells/file.js';
import { GraywaveClient } from '../../src/client/client.js';
import { temporalBinary } from '../../src/embedded/binary.js';
import { FileJournal } from '../../src/journal/file.js';
import { readChange } from '../../src/spec/read.js';
import type { ChangeSpec } from '../../src/spec/types.js';
import { createWorkers, running } from '../../src/worker.js';
import { attributes } from '../../src/workflows/names.js';
import { World } from './world.js';

export const slots = { short: 100, observe: 500, driver: 50, revert: 50 };
const pace: LookPace = { firstSeconds: 0.1, everySeconds: 0.2, warmupSeconds: 0 };

/** A real Temporal server and the means to run our workers on it; one for each test file. */
export interface Engine {
  environment: TestWorkflowEnvironment;
  client: GraywaveClient;
  journal: FileJournal;
  cells: FileCellStore;
  /** The worker works on this world from now on. */
  use(world: World): void;
  stop(): Promise<void>;
}

export async function startEngine(): Promise<Engine> {
  Runtime.install({ logger: new DefaultLogger('ERROR'), shutdownSignals: [] });
  const path = await temporalBinary((line) => console.warn(line));
  const environment = await TestWorkflowEnvironment.createLocal({
    server: {
      executable: { type: 'existing-path', path },
      searchAttributes: Object.values(attributes),
    },
  });
  const dir = await mkdtemp(join(tmpdir(), 'engine-'));
  const journal = new FileJournal(join(dir, 'journal.ndjson'));
  const cells = new FileCellStore(join(dir, 'cells'));
  let current = new World();
  const driver: Driver = {
    name: 'memory',
    plan: (...call) => current.driver().plan(...call),
    apply: (...call) => current.driver().apply(...call),
    verify: (...call) => current.driver().verify(...call),
    revert: (...call) => current.driver().revert(...call),
  };
  const source: Source = {
    name: 'memory',
    read: (...call) => current.source().read(...call),
    histogram: (...call) => current.source().histogram(...call),
  };
  const ports: Ports = { journal, cells, sources: new Map([['memory', source]]), pace };
  const created = await createWorkers({ ports, drivers: [driver] }, slots, {
    connection: environment.nativeConnection,
    namespace: environment.namespace ?? 'default',
  });
  const worker = running(created, () => Promise.resolve());
  return {
    environment,
    client: new GraywaveClient(environment.client),
    journal,
    cells,
    use(world) {
      current = world;
    },
    async stop() {
      await worker.stop();
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
