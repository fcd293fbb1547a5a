import { setTimeout as sleep } from 'node:timers/promises';
import { appliedSince } from '../../examples/demo/logs.js';
import type { Stage } from '../../examples/demo/stage.js';
import { FileCellStore } from '../../src/cells/file.js';
import { readChange } from '../../src/spec/read.js';
import type { ChangeSpec } from '../../src/spec/types.js';
import { type ChangeStatus, isTerminal } from '../../src/workflows/messages.js';
import { activitiesOf } from './history.js';
import { type Instants, instantsOf } from './parts.js';
import { fail, World } from './world.js';

export interface RunOptions {
  number: number;
  /** Share of the new version's requests that fail. */
  share: number;
  everySeconds: number;
  /** Seconds from a moment in the rhythm of the looks to the fault; from 0 to `everySeconds` is any moment between two. */
  faultAfterSeconds: number;
}

const service = 'checkout';
const oldVersion = 'v1';
/** Before the fault: one that only reads the counters, one that leaves out what followed the start, one that sees health. */
const healthyLooks = 3;
/** A look takes a moment, and a busy machine more. */
const lookWithinSeconds = 1;

/** One change: its first wave bakes in health, the fault comes, and it ends when the old version is fully back. */
export async function react(stage: Stage, options: RunOptions, signal: AbortSignal): Promise<Instants> {
  const { client } = stage;
  const spec = aChange(options.number);
  const world = new World(stage.fleet.edgeUrl, service);
  const ids = [...(await world.versions()).keys()];
  await world.back(ids, oldVersion, AbortSignal.any([signal, AbortSignal.timeout(10_000)]));
  await client.submitSpec(spec, 'bench');
  const baking = await until(stage, spec.id, ({ waves }) => waves[0]?.phase === 'observe', signal);
  const wave = baking.waves[0];
  if (!wave?.observedFromMs) throw new Error(`change ${spec.id} does not bake: ${baking.reason}`);
  const ports = await world.ports(wave.targets);
  const healthySeconds = (healthyLooks - 1) * options.everySeconds + lookWithinSeconds;
  const faultAtMs = wave.observedFromMs + (healthySeconds + options.faultAfterSeconds) * 1000;
  await sleep(Math.max(0, faultAtMs - Date.now()), undefined, { signal });
  await refuseUnlessHealthy(stage, spec.id);
  const fault = Date.now();
  await Promise.all(ports.map((port) => fail(port, options.share)));
  const limit = AbortSignal.any([signal, AbortSignal.timeout(60_000)]);
  const back = await world.back(ids, oldVersion, limit);
  const status = await until(stage, spec.id, ({ state }) => isTerminal(state), signal);
  if (status.state !== 'rolled_back') throw new Error(`change ${spec.id} ended ${status.state}: ${status.reason}`);
  const looks = await new FileCellStore(stage.cellsDir).read(spec.id);
  const touches = appliedSince(stage.appliedFile, fault).filter(({ key }) => key.startsWith(`${spec.id}/`));
  return instantsOf(
    { fault, back },
    status,
    looks,
    await activitiesOf(client.temporal, spec.id),
    touches.map(({ atMs }) => atMs),
  );
}

/** A run counts only if nothing was wrong before the fault, and a look has seen so. */
async function refuseUnlessHealthy({ client, cellsDir }: Stage, id: string): Promise<void> {
  const { state, wave, reason } = await client.status(id);
  const looks = (await new FileCellStore(cellsDir).read(id)).length;
  if (state !== 'rolling_out' || wave !== 1 || looks < healthyLooks)
    throw new Error(`change ${id} is ${state} at wave ${wave} after ${looks} looks, and should bake: ${reason}`);
}

async function until(
  { client }: Stage,
  id: string,
  holds: (status: ChangeStatus) => boolean,
  signal: AbortSignal,
): Promise<ChangeStatus> {
  for (;;) {
    const status = await client.status(id);
    if (holds(status) || isTerminal(status.state)) return status;
    await sleep(100, undefined, { signal });
  }
}

/** A usual release of the example shop; its first wave bakes for long enough to see the fault come. */
const aChange = (number: number): ChangeSpec =>
  readChange(
    `
apiVersion: graywave/v1
kind: Change
id: reaction-${number}
owner: bench
type: deploy
tier: 1
services: [${service}]
parts:
  - { name: image, driver: process, with: { fleet: example, service: ${service}, version: v2-switch } }
waves:
  - { name: canary, to: 25%, bake: { min: 2m, max: 10m } }
  - { name: half, to: 50% }
  - { name: all, to: 100% }
signals:
  - { source: fleet, kind: errors }
  - { source: fleet, kind: latency }
rollback: { deadline: 2m, observe: 0s }
`,
    { file: '(bench)' },
  ).spec;
