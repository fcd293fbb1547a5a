import { execFile, spawn } from 'node:child_process';
import { existsSync, readdirSync } from 'node:fs';
import { chmod, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { freePort } from '../../src/embedded/ports.js';

const run = promisify(execFile);
const installed = '/usr/lib/postgresql';

export interface PostgresServer {
  url: string;
  /** kill -9 of the whole server; `start` brings it back on the same data. */
  kill(): Promise<void>;
  start(): Promise<void>;
  stop(): Promise<void>;
}

/** Where PostgreSQL's programs are, the newest version first; null when it is not installed. */
export function postgresPrograms(): string | null {
  if (!existsSync(installed)) return null;
  const [newest] = readdirSync(installed).sort((a, b) => Number(b) - Number(a));
  return newest === undefined ? null : join(installed, newest, 'bin');
}

/** A real server of its own, with its data in a temporary directory; PostgreSQL refuses to run as root. */
export async function startPostgres(): Promise<PostgresServer> {
  const bin = postgresPrograms();
  if (bin === null) throw new Error('PostgreSQL is not installed: apt-get install postgresql');
  const dir = await mkdtemp(join(tmpdir(), 'postgres-'));
  await chmod(dir, 0o777);
  const data = join(dir, 'data');
  const port = await freePort();
  const isRoot = process.getuid?.() === 0;
  const as = (program: string, args: string[]): [string, string[]] =>
    isRoot ? ['setpriv', ['--reuid=nobody', '--regid=nogroup', '--clear-groups', program, ...args]] : [program, args];
  await run(
    ...as(join(bin, 'initdb'), ['-D', data, '-U', 'postgres', '--auth=trust', '-E', 'UTF8', '--locale=C.UTF-8']),
  );
  let child: ReturnType<typeof spawn> | undefined;
  const begin = (): { server: ReturnType<typeof spawn>; said: () => string } => {
    const args = ['-D', data, '-p', String(port), '-k', dir, '-c', 'listen_addresses=127.0.0.1'];
    const server = spawn(...as(join(bin, 'postgres'), args), { stdio: ['ignore', 'ignore', 'pipe'], detached: true });
    let said = '';
    server.stderr?.on('data', (chunk: Buffer) => {
      said = (said + chunk.toString()).slice(-2_000);
    });
    return { server, said: () => said };
  };
  // After a kill -9 the dying backends hold the shared memory for a moment, and a server that starts then refuses:
  // it is tried again until it stays.
  const start = async (): Promise<void> => {
    const deadline = Date.now() + 30_000;
    let { server, said } = begin();
    for (;;) {
      const ready = await run(join(bin, 'pg_isready'), ['-h', '127.0.0.1', '-p', String(port), '-t', '1']).then(
        () => true,
        () => false,
      );
      child = server;
      if (ready) return;
      if (server.exitCode !== null) {
        if (Date.now() > deadline) throw new Error(`postgres ended with ${server.exitCode}: ${said()}`);
        ({ server, said } = begin());
      }
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
  };
  const end = async (signal: 'SIGKILL' | 'SIGINT'): Promise<void> => {
    const ending = child;
    if (!ending?.pid || ending.exitCode !== null || ending.signalCode !== null) return;
    const ended = new Promise((resolve) => ending.once('exit', resolve));
    if (signal === 'SIGKILL') process.kill(-ending.pid, signal);
    else ending.kill(signal);
    await ended;
  };
  await start();
  return {
    url: `postgres://postgres@127.0.0.1:${port}/postgres`,
    kill: () => end('SIGKILL'),
    start,
    stop: async () => {
      await end('SIGINT');
      await rm(dir, { recursive: true, force: true });
    },
  };
}
