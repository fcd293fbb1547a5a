import { fileURLToPath } from 'node:url';
import { TestWorkflowEnvironment } from '@temporalio/testing';
import {
  bundleWorkflowCode,
  DefaultLogger,
  makeTelemetryFilterString,
  NativeConnection,
  Runtime,
  Worker,
} from '@temporalio/worker';
import type { Kit } from '../../src/drivers/driver.js';
import { driverActivities } from '../../src/drivers/kit.js';
import type { ApplyRequest } from '../../src/drivers/protocol.js';
import { temporalBinary } from '../../src/embedded/binary.js';
import { aProxy, type Proxy } from './proxy.js';
import type { touching } from './touching-workflow.js';

export type Apply = (request: ApplyRequest, kit: Kit, worker: string) => Promise<void>;

/** A real server, a worker on it, and one behind a proxy that can stand still; both serve the same driver. */
export interface Bench {
  environment: TestWorkflowEnvironment;
  proxy: Proxy;
  /** What the driver does from now on. */
  drive(apply: Apply, options?: { atMostOnce: boolean }): void;
  start(options: {
    behindProxy?: boolean;
    heartbeatTimeoutMs?: number;
    attempts?: number;
    targets?: string[];
  }): Promise<Awaited<ReturnType<TestWorkflowEnvironment['client']['workflow']['start']>>>;
  /** Lets the direct worker serve the queue of the proxied one too: somebody to take over. */
  stop(): Promise<void>;
}

let runs = 0;

export async function startBench(): Promise<Bench> {
  Runtime.install({
    logger: new DefaultLogger('ERROR'),
    shutdownSignals: [],
    telemetryOptions: { logging: { forward: {}, filter: makeTelemetryFilterString({ core: 'ERROR' }) } },
  });
  const path = await temporalBinary((line) => console.warn(line));
  const environment = await TestWorkflowEnvironment.createLocal({
    server: { executable: { type: 'existing-path', path } },
  });
  const proxy = await aProxy(environment.address);
  const slow = await NativeConnection.connect({ address: proxy.address });
  let current: Apply = () => Promise.resolve();
  let atMostOnce = false;
  const activities = (worker: string) => {
    const unused = (): never => {
      throw new Error('not asked for');
    };
    const apply = async (request: ApplyRequest, kit: Kit) => {
      await current(request, kit, worker);
      return { targets: [] };
    };
    const others = { plan: unused, verify: unused, revert: unused };
    const driver = {
      name: 'bench',
      get atMostOnce() {
        return atMostOnce;
      },
      ...others,
      apply,
    };
    return { apply: driverActivities(driver).apply };
  };
  const logger = new DefaultLogger('WARN');
  const workflowsPath = fileURLToPath(new URL('./touching-workflow.ts', import.meta.url));
  const workers = [
    await Worker.create({
      connection: environment.nativeConnection,
      taskQueue: 'direct',
      workflowBundle: await bundleWorkflowCode({ workflowsPath, logger }),
      activities: activities('direct'),
    }),
    await Worker.create({ connection: slow, taskQueue: 'proxied', activities: activities('proxied') }),
  ];
  const running = workers.map((worker) => worker.run());
  return {
    environment,
    proxy,
    drive: (apply, options) => {
      current = apply;
      atMostOnce = options?.atMostOnce ?? false;
    },
    start: ({ behindProxy = false, heartbeatTimeoutMs = 30_000, attempts = 1, targets = ['a'] }) => {
      const id = `touching-${++runs}`;
      const part = { name: 'p', driver: 'bench', with: {} };
      const grant = { changeId: id, key: `${id}/p/1/apply`, specHash: 'h', epoch: 2, holds: [] };
      const taskQueue = behindProxy ? 'proxied' : 'direct';
      return environment.client.workflow.start<typeof touching>('touching', {
        workflowId: id,
        taskQueue: 'direct',
        args: [
          { changeId: id, part, targets, before: {}, grant },
          { taskQueue, heartbeatTimeoutMs, attempts },
        ],
      });
    },
    async stop() {
      proxy.thaw();
      for (const worker of workers) worker.shutdown();
      await Promise.all(running);
      await slow.close();
      proxy.close();
      await environment.teardown();
    },
  };
}
