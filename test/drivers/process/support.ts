import { execFile } from 'node:child_process';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { promisify } from 'node:util';
import type { RequestLine } from '../../../examples/fleet/harm.js';
import type { FleetOptions, RunningFleet } from '../../../examples/fleet/start.js';
import type { Kit } from '../../../src/drivers/driver.js';
import type { AppliedEntry, Instance } from '../../../src/drivers/process/wire.js';
import type { Grant } from '../../../src/drivers/protocol.js';
import type { Json, PartSpec } from '../../../src/spec/types.js';

const repository = fileURLToPath(new URL('../../..', import.meta.url));

/**
 * A small shop without faults of its own, so that every failed request is ours: its checkouts drop what is in flight
 * when they are asked to end, so only the supervisor's order of steps can save it.
 */
const fleetYaml = `
name: test
startSeconds: 4
graceSeconds: 5
services:
  edge: { router: true, instances: 1, command: ['{node}', '{programs}/services/edge.js'], initial: v1, versions: { v1: } }
  checkout:
    instances: 3
    command: ['{node}', '{programs}/services/checkout.js']
    env: { WORK_MS: 4, ABRUPT_END: 1 }
    initial: v1
    versions:
      v1:
      v2:
      v3:
      v2-long: { env: { WORK_MS: 1500, WORK_SIGMA: 0 } }
      v2-crash: { env: { CRASH_AFTER_SECONDS: 0.2 } }
      v2-late: { env: { START_DELAY_SECONDS: 1.5 } }
      v2-stuck: { env: { START_DELAY_SECONDS: -1 } }
      v2-absent: { command: ['{programs}/nothing-here'] }
  inventory: { instances: 1, command: ['{node}', '{programs}/services/inventory.js'], initial: v1, versions: { v1: } }
  queue: { instances: 1, command: ['{node}', '{programs}/services/queue.js'], initial: v1, versions: { v1: } }
  consumer:
    instances: 1
    routed: false
    command: ['{node}', '{programs}/services/consumer.js']
    initial: v1
    versions: { v1: , v2: }
`;

export interface Workshop {
  /** A fleet of the file above (or the example's own, or of `yaml`), started and healthy. */
  start(options?: Partial<FleetOptions> & { yaml?: string }): Promise<TestFleet>;
  load(
    edgeUrl: string,
    rps: number,
    seconds: number,
    more?: string[],
  ): Promise<{ lines: RequestLine[]; summary: Summary }>;
  /** Ends every process and removes every file; also what a failed test left. */
  close(): Promise<void>;
}

export interface TestFleet extends RunningFleet {
  stateDir: string;
  instances(): Promise<Instance[]>;
  instance(id: string): Promise<Instance>;
  applied(): AppliedEntry[];
  put(id: string, body: Json): Promise<{ status: number; json: PutAnswer }>;
  drain(id: string, body: Json): Promise<{ status: number; json: PutAnswer }>;
  /** Where requests of a service go, as the edge itself says. */
  routedIds(service: string): Promise<string[]>;
}

interface PutAnswer {
  outcome?: string;
  error?: { code: string; message: string };
}

export interface Summary {
  requests: number;
  failed: number;
  rps: number;
  lagMs: { p50: number; p99: number; max: number };
}

/** Compiles the fleet's programs, which run in processes of their own, into a folder of this test file. */
export async function openWorkshop(): Promise<Workshop> {
  const folder = mkdtempSync(join(tmpdir(), 'graywave-fleet-'));
  const config = {
    extends: join(repository, 'tsconfig.json'),
    compilerOptions: {
      rootDir: repository,
      outDir: folder,
      noEmit: false,
      typeRoots: [join(repository, 'node_modules/@types')],
    },
    include: [join(repository, 'examples/fleet'), join(repository, 'src/drivers/process')],
  };
  writeFileSync(join(folder, 'tsconfig.json'), JSON.stringify(config));
  writeFileSync(join(folder, 'package.json'), '{"type":"module"}');
  symlinkSync(join(repository, 'node_modules'), join(folder, 'node_modules'));
  await promisify(execFile)(process.execPath, [join(repository, 'node_modules/typescript/bin/tsc'), '-p', folder]);
  const programs = join(folder, 'examples/fleet');
  const { startFleet } = (await import(pathToFileURL(join(programs, 'start.js')).href)) as {
    startFleet: (options: FleetOptions) => Promise<RunningFleet>;
  };
  const stateDirs = new Set<string>();
  let files = 0;
  return {
    async start({ yaml = fleetYaml, ...options } = {}) {
      const stateDir = options.stateDir ?? join(folder, `state-${++files}`);
      stateDirs.add(stateDir);
      const fleetFile = join(folder, `fleet-${++files}.yaml`);
      writeFileSync(fleetFile, yaml);
      return testFleet(await startFleet({ fleetFile, ...options, stateDir }), stateDir);
    },
    async load(edgeUrl, rps, seconds, more = []) {
      const out = join(folder, `requests-${++files}.ndjson`);
      const target = [
        '--url',
        `${edgeUrl}/checkout/`,
        '--rps',
        String(rps),
        '--seconds',
        String(seconds),
        '--out',
        out,
      ];
      const { stdout } = await promisify(execFile)(process.execPath, [join(programs, 'load.js'), ...target, ...more]);
      const lines = readFileSync(out, 'utf8').trim().split('\n');
      return { lines: lines.map((line) => JSON.parse(line) as RequestLine), summary: JSON.parse(stdout) as Summary };
    },
    async close() {
      for (const stateDir of stateDirs) endAll(stateDir);
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

/** The supervisor first, so that it starts nothing any more; then every process that it has on record. */
function endAll(stateDir: string): void {
  const announced = join(stateDir, 'supervisor.json');
  if (!existsSync(announced)) return;
  end((JSON.parse(readFileSync(announced, 'utf8')) as { pid: number }).pid);
  for (const name of readdirSync(join(stateDir, 'slots')).filter((file) => file.endsWith('.json'))) {
    const slot = JSON.parse(readFileSync(join(stateDir, 'slots', name), 'utf8')) as Record<
      string,
      { pid?: number } | null
    >;
    for (const record of [slot['process'], slot['pending'], slot['leaving']]) if (record?.pid) end(record.pid);
  }
}

/** Only a process of this fleet: its command line names a program that was compiled for this test. */
function end(pid: number): void {
  try {
    if (readFileSync(`/proc/${pid}/cmdline`, 'latin1').includes('graywave-fleet-')) process.kill(pid, 'SIGKILL');
  } catch (error) {
    if (!['ENOENT', 'ESRCH'].includes((error as NodeJS.ErrnoException).code ?? '')) throw error;
  }
}

function testFleet(fleet: RunningFleet, stateDir: string): TestFleet {
  const send = async (path: string, method: string, body: Json): Promise<{ status: number; json: PutAnswer }> => {
    const headers = { 'content-type': 'application/json' };
    const answer = await fetch(fleet.url + path, { method, headers, body: JSON.stringify(body) });
    return { status: answer.status, json: (await answer.json()) as PutAnswer };
  };
  const get = async <T>(url: string): Promise<T> => (await (await fetch(url)).json()) as T;
  const instances = (): Promise<Instance[]> => get(`${fleet.url}/instances`);
  return {
    ...fleet,
    stateDir,
    instances,
    async instance(id) {
      const found = (await instances()).find((it) => it.id === id);
      if (found === undefined) throw new Error(`no ${id}`);
      return found;
    },
    applied: () => readLines(join(stateDir, 'applied.ndjson')),
    put: (id, body) => send(`/instances/${id}`, 'PUT', body),
    drain: (id, body) => send(`/instances/${id}/drain`, 'POST', body),
    async routedIds(service) {
      const table = await get<Record<string, { id: string }[]>>(`${fleet.edgeUrl}/routes`);
      return (table[service] ?? []).map((route) => route.id);
    },
  };
}

export function readLines<T>(file: string): T[] {
  return readFileSync(file, 'utf8')
    .split('\n')
    .slice(0, -1)
    .map((line) => JSON.parse(line) as T);
}

export async function until(what: string, holds: () => Promise<boolean> | boolean, limitMs = 10_000): Promise<void> {
  const limit = Date.now() + limitMs;
  while (!(await holds())) {
    if (Date.now() > limit) throw new Error(`not within ${limitMs} ms: ${what}`);
    await sleep(15);
  }
}

export function kill9(pid: number): Promise<void> {
  process.kill(pid, 'SIGKILL');
  return until(`${pid} is gone`, () => !runs(pid));
}

export function runs(pid: number): boolean {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'latin1');
    return stat.slice(stat.lastIndexOf(')') + 2, stat.lastIndexOf(')') + 3) !== 'Z';
  } catch {
    return false;
  }
}

/** A kit whose Temporal always agrees; it remembers what it was asked for. */
export function plainKit(): Kit & { asked: string[] } {
  const asked: string[] = [];
  return {
    asked,
    signal: new AbortController().signal,
    doubtful: [],
    touch: (target, act) => {
      asked.push(target);
      return act();
    },
  };
}

export const checkoutPart = (version: string): PartSpec => ({
  name: 'image',
  driver: 'process',
  with: { fleet: 'test', service: 'checkout', version },
});

export const grant = (key: string, epoch: number): Grant => ({ changeId: 'c', key, specHash: 'h', epoch, holds: [] });
