import { isFree } from '../../../embedded/ports.js';
import { spawn } from 'node:child_process';
import { closeSync, openSync, readFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { callJson } from '../call.js';
import type { Health } from '../wire.js';

/** What tells a process from a later one with the same number: its start time, where the system shows it. */
export function birthOf(pid: number): string | null {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'latin1');
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    return fields[0] === 'Z' ? null : (fields[19] ?? null);
  } catch {
    return null;
  }
}

const hasProc = birthOf(process.pid) !== null;

/** Alive, and the same process that was started; a zombie is dead. */
export function alive(it: { pid: number; birth: string | null }): boolean {
  if (hasProc && it.birth !== null) return birthOf(it.pid) === it.birth;
  try {
    process.kill(it.pid, 0);
    return true;
  } catch {
    return false;
  }
}

export interface StartOptions {
  argv: string[];
  env: Record<string, string>;
  cwd: string;
  logFile: string;
}

/**
 * Starts a process in a group of its own, so that it outlives a killed supervisor and is stopped with its children.
 * Its output goes to a file: a pipe would break with us. Resolves to its pid once the system has started it.
 */
export function start(options: StartOptions): Promise<number> {
  const output = openSync(options.logFile, 'a');
  const [file, ...args] = options.argv;
  return new Promise<number>((resolve, reject) => {
    const child = spawn(file ?? '', args, {
      cwd: options.cwd,
      env: options.env,
      detached: true,
      stdio: ['ignore', output, output],
    });
    child.once('error', reject);
    child.once('spawn', () => {
      child.unref();
      if (child.pid === undefined) reject(new Error(`${file} has no pid`));
      else resolve(child.pid);
    });
  }).finally(() => closeSync(output));
}

/** What the process on that port says it is, or null when nothing answers in time. */
export async function healthOf(port: number, path: string, timeoutMs = 2000): Promise<Health | null> {
  try {
    const { status, json } = await callJson(`http://127.0.0.1:${port}${path}`, { timeoutMs });
    return status === 200 && typeof json === 'object' && json !== null ? (json as Health) : null;
  } catch {
    return null;
  }
}

/** Waits for the process to be gone; false when the time is over first. */
export async function gone(it: { pid: number; birth: string | null }, limitMs: number): Promise<boolean> {
  const end = Date.now() + limitMs;
  while (alive(it)) {
    if (Date.now() >= end) return false;
    await sleep(10);
  }
  return true;
}

/** Asks the process group to end, and ends it by force when it has not within `politeMs`. */
export async function stop(it: { pid: number; birth: string | null }, politeMs: number): Promise<void> {
  if (!alive(it)) return;
  signalGroup(it.pid, 'SIGTERM');
  if (await gone(it, politeMs)) return;
  signalGroup(it.pid, 'SIGKILL');
  if (!(await gone(it, 5000))) throw new Error(`process ${it.pid} does not die`);
}

function signalGroup(pid: number, signal: NodeJS.Signals): void {
  try {
    process.kill(-pid, signal);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error;
  }
}

/** Below the ports that systems hand out for outgoing connections, so that none is taken between look and start. */
const firstPort = 18_000;
const portCount = 14_000;
let nextPort = Math.floor(Math.random() * portCount);

export async function freePort(): Promise<number> {
  for (let tries = 0; tries < portCount; tries += 1) {
    const port = firstPort + (nextPort++ % portCount);
    if (await isFree(port)) return port;
  }
  throw new Error('no free port left');
}
