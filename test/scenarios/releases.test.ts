import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import {
  closeSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  openSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type RunningFleet, startFleet } from '../../examples/fleet/start.js';
import { GraywaveClient } from '../../src/client/client.js';
import { type EmbeddedTemporal, startTemporal } from '../../src/embedded/temporal.js';
import { freePort } from '../../src/embedded/ports.js';
import type { AppliedEntry } from '../../src/drivers/process/wire.js';
import { readChange } from '../../src/spec/read.js';
import { changeWorkflowId } from '../../src/workflows/names.js';
import { eventually } from '../support/engine.js';

const root = fileURLToPath(new URL('../..', import.meta.url));
/** The packages as they were released; every one of them must be able to hand its changes over, and take them back. */
const releases = readdirSync(join(root, 'test/releases')).filter((name) => name.endsWith('.tgz'));

let dir: string;
let temporal: EmbeddedTemporal;
let fleet: RunningFleet;
let client: GraywaveClient;
const children: ChildProcess[] = [];
beforeAll(async () => {
  dir = mkdtempSync(join(tmpdir(), 'releases-'));
  temporal = await startTemporal({
    stateDir: join(dir, 'temporal'),
    port: await freePort(),
    uiPort: await freePort(),
    tell: () => undefined,
  });
  fleet = await startFleet({ stateDir: join(dir, 'fleet') });
  const { address } = temporal;
  client = await GraywaveClient.connect({ connectionOptions: { address }, namespace: 'default', address });
  const config = {
    state: join(dir, 'state'),
    drivers: { process: { fleets: { example: { url: fleet.url } } } },
    pace: { firstSeconds: 1, everySeconds: 1 },
  };
  writeFileSync(join(dir, 'graywave.yaml'), JSON.stringify(config));
}, 120_000);
afterAll(async () => {
  for (const child of children) if (child.exitCode === null) child.kill('SIGKILL');
  await client?.close();
  await fleet?.stop();
  await temporal?.stop();
  rmSync(dir, { recursive: true, force: true });
});

/** Unpacks a released package where it finds the dependencies of this repository; answers its command. */
function unpacked(release: string): string {
  const at = join(root, 'node_modules', '.graywave-releases', release.replace(/\.tgz$/, ''));
  const command = join(at, 'package', 'bin', 'graywave.mjs');
  rmSync(at, { recursive: true, force: true });
  mkdirSync(at, { recursive: true });
  const { status, stderr } = spawnSync('tar', ['-xzf', join(root, 'test/releases', release), '-C', at]);
  if (status !== 0) throw new Error(`${release} cannot be unpacked: ${String(stderr)}`);
  if (!existsSync(command)) throw new Error(`${release} has no ${command}`);
  return command;
}

async function worker(command: string): Promise<{ stop(): Promise<void> }> {
  const logFile = join(dir, `worker-${children.length}.log`);
  const log = openSync(logFile, 'a');
  const env = { ...process.env, TEMPORAL_ADDRESS: temporal.address, GRAYWAVE_LOG: 'info' };
  const args = [command, 'worker', '--config', join(dir, 'graywave.yaml')];
  const child = spawn(process.execPath, args, { env, stdio: ['ignore', log, log] });
  closeSync(log);
  children.push(child);
  await eventually(
    'the worker serves its queues',
    () => {
      if (child.exitCode !== null) throw new Error(readFileSync(logFile, 'utf8'));
      return readFileSync(logFile, 'utf8').includes('worker started');
    },
    Boolean,
    60_000,
  );
  return {
    stop: async () => {
      const ended = once(child, 'exit');
      child.kill('SIGTERM');
      await ended;
    },
  };
}

test('there is a release to go back to', () => {
  expect(releases.length).toBeGreaterThan(0);
});

test.each(releases)(
  '%s → the code of today → and back, over one bake: nothing is lost, nothing is touched twice',
  { timeout: 240_000 },
  async (release) => {
    const old = unpacked(release);
    const today = join(root, 'bin', 'graywave.mjs');
    const id = `over-releases-${releases.indexOf(release)}`;
    const { spec } = readChange(
      JSON.stringify({
        apiVersion: 'graywave/v1',
        kind: 'Change',
        id,
        owner: 'tests',
        tier: 3,
        services: ['inventory'],
        parts: [{ name: 'image', driver: 'process', with: { fleet: 'example', service: 'inventory', version: 'v2' } }],
        waves: [
          { to: 1, bake: { min: '1s', max: '40s' } },
          { to: 3, bake: { min: '1s', max: '2s' } },
          { to: '100%', bake: { min: '1s', max: '2s' } },
        ],
        onInconclusive: 'advance',
      }),
      { file: '(test)' },
    );
    let running = await worker(old);
    await client.submitSpec(spec, 'tests');
    const looks = async (): Promise<number> => (await client.live(id))?.lookMs ?? 0;
    const observed = async (): Promise<void> =>
      void (await eventually(
        'the first wave is observed',
        () => client.status(id),
        (status) => status.waves[0]?.phase === 'observe',
        60_000,
      ));
    await observed();
    let seen = await eventually('it has been looked at', looks, (lookMs) => lookMs > 0, 30_000);
    for (const next of [today, old]) {
      await running.stop();
      running = await worker(next);
      const before = seen;
      seen = await eventually('it is looked at again, from where it was', looks, (lookMs) => lookMs > before, 60_000);
    }
    const end = await client.wait(id, { everyMs: 200 });
    expect([end.state, end.waves.map((wave) => wave.phase)]).toEqual(['completed', ['done', 'done', 'done']]);
    await running.stop();

    const applied = readFileSync(join(dir, 'fleet', 'applied.ndjson'), 'utf8')
      .split('\n')
      .filter(Boolean)
      .map((line) => JSON.parse(line) as AppliedEntry)
      .filter((entry) => entry.key.startsWith(`${id}/`));
    expect(applied.map((entry) => entry.instance).sort()).toEqual([
      'inventory-1',
      'inventory-2',
      'inventory-3',
      'inventory-4',
    ]);
    const { events } = await client.temporal.workflow.getHandle(changeWorkflowId(id)).fetchHistory();
    expect((events ?? []).filter((event) => event.workflowTaskFailedEventAttributes)).toEqual([]);
  },
);
