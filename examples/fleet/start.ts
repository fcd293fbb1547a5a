import { spawn } from 'node:child_process';
import { closeSync, existsSync, mkdirSync, openSync, readFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { callJson } from '../../src/drivers/process/call.js';
import type { FleetDescription, Instance } from '../../src/drivers/process/wire.js';
import { GraywaveError, messageOf } from '../../src/errors.js';

export interface FleetOptions {
  /** Where the fleet keeps its state and logs; started again with the same one, it goes on from there. */
  stateDir: string;
  /** The supervisor's port; 0 or none: the one it had before, else any free one. */
  port?: number;
  /** The shop's public port; 0 or none: any free one. */
  edgePort?: number;
  /** None: the `fleet.yaml` beside this file's source. */
  fleetFile?: string;
}

export interface RunningFleet {
  /** The supervisor: what the process driver's configuration needs. */
  url: string;
  /** The shop's front door; `GET /checkout/` places an order. */
  edgeUrl: string;
  /** The supervisor's process. */
  pid: number;
  /** Ends every process of the fleet. */
  stop(): Promise<void>;
}

const startLimitSeconds = 60;

/**
 * Starts the example fleet in processes of its own, which outlive the caller until `stop`, and waits until every
 * instance is healthy.
 * @throws GraywaveError CONFIG_INVALID or PORT_TAKEN with the supervisor's own words.
 */
export async function startFleet(options: FleetOptions): Promise<RunningFleet> {
  const stateDir = resolve(options.stateDir);
  mkdirSync(stateDir, { recursive: true });
  const here = compiledDir();
  const logFile = join(stateDir, 'supervisor.log');
  const log = openSync(logFile, 'a');
  const args = ['--fleet', options.fleetFile ?? exampleFile(here), '--state', stateDir, '--programs', here];
  args.push('--port', String(options.port ?? 0));
  if (options.edgePort) args.push('--service-port', `edge=${options.edgePort}`);
  const main = resolve(here, '../../src/drivers/process/supervisor/main.js');
  const child = spawn(process.execPath, [main, ...args], { detached: true, stdio: ['ignore', log, log] });
  closeSync(log);
  let failed: Error | undefined;
  child.once('error', (error) => (failed = error));
  child.unref();
  const end = Date.now() + startLimitSeconds * 1000;
  while (Date.now() < end) {
    if (failed !== undefined || child.exitCode !== null || child.signalCode !== null) {
      const words = failed?.message ?? readFileSync(logFile, 'utf8').trim().split('\n').slice(-3).join('\n');
      throw new GraywaveError('CONFIG_INVALID', `the fleet did not start: ${words}`, { at: { file: logFile } });
    }
    const fleet = await findFleet(stateDir);
    if (fleet !== null && fleet.pid === child.pid) return fleet;
    await sleep(50);
  }
  child.kill('SIGTERM');
  throw new GraywaveError('CONFIG_INVALID', `the fleet was not healthy within ${startLimitSeconds} s; see ${logFile}`);
}

/** The fleet that runs on this state directory, or null when none answers, or not every instance is started yet. */
export async function findFleet(stateDir: string): Promise<RunningFleet | null> {
  const file = join(resolve(stateDir), 'supervisor.json');
  if (!existsSync(file)) return null;
  const { pid, port } = JSON.parse(readFileSync(file, 'utf8')) as { pid: number; port: number };
  const url = `http://127.0.0.1:${port}`;
  const get = async <T>(path: string): Promise<T> => (await callJson(url + path, { timeoutMs: 5000 })).json as T;
  try {
    const description = await get<FleetDescription>('/fleet');
    if (description.pid !== pid || !description.ready) return null;
    const edge = (await get<Instance[]>('/instances')).find((it) => it.service === 'edge');
    return { url, edgeUrl: `http://127.0.0.1:${edge?.port ?? 0}`, pid, stop: () => stopFleet(url, pid) };
  } catch (error) {
    if (isRefused(error)) return null;
    throw new GraywaveError('CONFIG_INVALID', `the fleet at ${url} answers badly: ${messageOf(error)}`, {
      cause: error,
    });
  }
}

const isRefused = (error: unknown): boolean =>
  ['ECONNREFUSED', 'ECONNRESET'].includes((error as NodeJS.ErrnoException).code ?? '');

async function stopFleet(url: string, pid: number): Promise<void> {
  try {
    await callJson(`${url}/stop`, { method: 'POST', timeoutMs: 30_000 });
  } catch (error) {
    if (!isRefused(error)) throw error;
  }
  for (let tries = 0; tries < 200 && isAlive(pid); tries += 1) await sleep(20);
  if (isAlive(pid)) throw new GraywaveError('INTERNAL', `the fleet's supervisor ${pid} does not end`);
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}

/** Processes need JavaScript: run from the sources (a test), the last build's programs are used. */
function compiledDir(): string {
  const here = dirname(fileURLToPath(import.meta.url));
  if (!import.meta.url.endsWith('.ts')) return here;
  const built = resolve(here, '../../dist/examples/fleet');
  if (existsSync(join(built, 'start.js'))) return built;
  throw new GraywaveError('CONFIG_INVALID', 'the example fleet is not built', { hint: 'Run `npm run build`.' });
}

function exampleFile(compiled: string): string {
  const places = [join(compiled, 'fleet.yaml'), resolve(compiled, '../../../examples/fleet/fleet.yaml')];
  const found = places.find((place) => existsSync(place));
  if (found === undefined)
    throw new GraywaveError('CONFIG_INVALID', `there is no fleet file at ${places.join(' or ')}`);
  return found;
}
