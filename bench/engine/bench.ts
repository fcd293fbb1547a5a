import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { Client, Connection } from '@temporalio/client';
import {
  bundleWorkflowCode,
  DefaultLogger,
  NativeConnection,
  Runtime,
  type Worker,
  type WorkerOptions,
  type WorkflowBundleWithSourceMap,
} from '@temporalio/worker';
import { FileCellStore } from '../../src/cells/file.js';
import { checkConfig, type WorkerConfig } from '../../src/config.js';
import type { Driver } from '../../src/drivers/driver.js';
import { freePort } from '../../src/embedded/ports.js';
import { startTemporal } from '../../src/embedded/temporal.js';
import { FileJournal } from '../../src/journal/file.js';
import { openMetrics } from '../../src/metrics.js';
import { openNotifier } from '../../src/notify/notifier.js';
import type { ChangeSpec } from '../../src/spec/types.js';
import { createWorkers, maxCachedWorkflows, queueOf, running } from '../../src/worker.js';
import type { ChangeInput, ChangeStatus } from '../../src/workflows/messages.js';
import { changeQueue, changeWorkflowId } from '../../src/workflows/names.js';

export interface EngineFigures {
  /** Our changes a second over those of the hand-written workflow. */
  ratio: number;
  /** Most history events of one wave when nothing fails. */
  eventsPerWave: number;
  changesPerSecond: number;
  bareChangesPerSecond: number;
}

/** In pairs, each side first in turn; the median pair counts, for machines are noisy. */
const rounds = 8;
const changesPerRound = 25;
const waves = 4;

/**
 * Our engine with a driver that does nothing and no bake, against a hand-written workflow that makes only gate, apply,
 * verify and observe: same server, same worker settings, in turns. Plan, journal, cells and heartbeats count against us.
 */
export async function engineBench(tell: (text: string) => void): Promise<EngineFigures> {
  Runtime.install({ logger: new DefaultLogger('ERROR'), shutdownSignals: [] });
  const dir = await mkdtemp(join(tmpdir(), 'graywave-bench-'));
  const temporal = await startTemporal({ stateDir: dir, port: await freePort(), uiPort: await freePort(), tell });
  try {
    return await measure(dir, temporal.address, tell);
  } finally {
    await temporal.stop();
    await rm(dir, { recursive: true, force: true });
  }
}

async function measure(dir: string, address: string, tell: (text: string) => void): Promise<EngineFigures> {
  const connection = await NativeConnection.connect({ address });
  const { slots, pace, notify } = checkConfig({}, join(dir, 'graywave.yaml'));
  const journal = new FileJournal(join(dir, 'journal.ndjson'));
  const ports = {
    journal,
    cells: new FileCellStore(join(dir, 'cells')),
    sources: new Map(),
    pace,
    notifier: openNotifier(notify),
    metrics: openMetrics(null, { sources: [], channels: [] }),
  };
  const workflowsPath = fileURLToPath(new URL('./workflows.js', import.meta.url));
  const bundle = await bundleWorkflowCode({ workflowsPath, logger: new DefaultLogger('ERROR') });
  const common = { connection, namespace: 'default' };
  const workers = await createWorkers({ ports, drivers: [nothing] }, slots, common, { workflowBundle: bundle });
  workers.push(...(await bareWorkers(common, slots, bundle)));
  const worker = running(workers, () => connection.close());
  const client = new Client({ connection: await Connection.connect({ address }) });
  try {
    return await compare(client, tell);
  } finally {
    await worker.stop();
    await client.connection.close();
    await journal.close();
  }
}

/** The same queues by role, slots and cache as ours. */
function bareWorkers(
  common: Pick<WorkerOptions, 'connection' | 'namespace'>,
  slots: WorkerConfig['slots'],
  workflowBundle: WorkflowBundleWithSourceMap,
): Promise<Worker[]> {
  const idle = (): Promise<void> => Promise.resolve();
  const queue = queueOf(common);
  return Promise.all([
    queue('bare', { gate: idle }, slots.short, { workflowBundle, maxCachedWorkflows }),
    queue('bare.driver', { apply: idle, verify: idle }, slots.driver),
    queue('bare.observe', { observe: idle }, slots.observe),
  ]);
}

async function compare(client: Client, tell: (text: string) => void): Promise<EngineFigures> {
  await ours(client, 'warm', changesPerRound);
  await bare(client, 'warm', changesPerRound);
  const took: { ours: number; bare: number }[] = [];
  tell('round   graywave   by hand    ratio   (changes a second)');
  for (let round = 1; round <= rounds; round++) {
    const name = `r${round}`;
    const [first, second] = round % 2 === 1 ? [ours, bare] : [bare, ours];
    const [a, b] = [await first(client, name, changesPerRound), await second(client, name, changesPerRound)];
    const one = round % 2 === 1 ? { ours: a, bare: b } : { ours: b, bare: a };
    took.push(one);
    const ratio = (one.bare / one.ours).toFixed(2);
    tell(`${String(round).padEnd(8)}${perSecond(one.ours).padEnd(11)}${perSecond(one.bare).padEnd(11)}${ratio}`);
  }
  const figures = {
    ratio: Number(median(took.map((one) => one.bare / one.ours)).toFixed(3)),
    eventsPerWave: await eventsPerWave(client, 'r1-1'),
    changesPerSecond: Number((changesPerRound / (median(took.map((one) => one.ours)) / 1000)).toFixed(2)),
    bareChangesPerSecond: Number((changesPerRound / (median(took.map((one) => one.bare)) / 1000)).toFixed(2)),
  };
  tell(
    `ratio ${figures.ratio}, median of ${rounds} pairs (goal ≥ 0.8); ${figures.eventsPerWave} events a wave (goal ≤ 28)`,
  );
  return figures;
}

const median = (values: number[]): number => [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)] ?? 0;
const perSecond = (ms: number): string => ((changesPerRound * 1000) / ms).toFixed(2);

async function ours(client: Client, round: string, count: number): Promise<number> {
  const began = performance.now();
  const ends = await Promise.all(
    Array.from({ length: count }, async (_, i) => {
      const spec = aChange(`${round}-${i + 1}`);
      const input: ChangeInput = { engine: 1, spec, specHash: spec.id, submittedBy: 'bench' };
      const options = { workflowId: changeWorkflowId(spec.id), taskQueue: changeQueue, args: [input] };
      return (await client.workflow.execute('change', options)) as ChangeStatus;
    }),
  );
  const tookMs = performance.now() - began;
  const wrong = ends.find((end) => end.state !== 'completed');
  if (wrong) throw new Error(`a change of the bench ended ${wrong.state}: ${wrong.reason}`);
  return tookMs;
}

async function bare(client: Client, round: string, count: number): Promise<number> {
  const began = performance.now();
  const runs = Array.from({ length: count }, (_, i) =>
    client.workflow.execute('bare', { workflowId: `bare/${round}-${i + 1}`, taskQueue: 'bare', args: [waves] }),
  );
  await Promise.all(runs);
  return performance.now() - began;
}

async function eventsPerWave(client: Client, id: string): Promise<number> {
  const { events } = await client.workflow.getHandle(changeWorkflowId(id)).fetchHistory();
  const applies = (events ?? []).flatMap((event, i) =>
    event.activityTaskScheduledEventAttributes?.activityType?.name === 'apply' ? [i] : [],
  );
  return Math.max(...applies.slice(1).map((at, i) => at - (applies[i] ?? 0)));
}

const targets = Array.from({ length: waves }, (_, i) => `t${i + 1}`);

/** Touches nothing, but asks Temporal before each touch as every driver must. */
const nothing: Driver = {
  name: 'nothing',
  plan: ({ changeId }) =>
    Promise.resolve({
      targets: targets.map((id) => ({ id, labels: {}, share: 1 / waves })),
      reversible: true,
      resources: [changeId],
      before: Object.fromEntries(targets.map((id) => [id, null])),
      preview: [],
    }),
  apply: async (request, kit) => {
    for (const id of request.targets) await kit.touch(id, () => Promise.resolve());
    return { targets: request.targets.map((id) => ({ id, outcome: 'touched' })) };
  },
  verify: (request) =>
    Promise.resolve({ targets: request.targets.map((id) => ({ id, found: request.expect, detail: '' })) }),
  revert: (request) => Promise.resolve({ targets: request.targets.map((id) => ({ id, outcome: 'touched' })) }),
};

/** Four waves of one target, no bake, nothing watched: what is left is the engine. */
const aChange = (id: string): ChangeSpec => ({
  apiVersion: 'graywave/v1',
  kind: 'Change',
  id,
  title: id,
  owner: 'bench',
  type: 'deploy',
  tier: 3,
  services: ['bench'],
  labels: {},
  parts: [{ name: 'part', driver: 'nothing', with: {} }],
  waves: targets.map((_, i) => ({ name: `wave-${i + 1}`, to: { count: i + 1 }, where: {}, bake: null })),
  signals: [],
  expect: [],
  bake: { minSeconds: 0, maxSeconds: 0 },
  onInconclusive: 'advance',
  onError: null,
  onBusy: 'wait',
  gates: [],
  window: { notBefore: null },
  rollback: { deadlineSeconds: 60, batchShare: 1, observeSeconds: 0 },
});
