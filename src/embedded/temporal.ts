import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, open } from 'node:fs/promises';
import { join } from 'node:path';
import { Connection } from '@temporalio/client';
import { GraywaveError, messageOf } from '../errors.js';
import { attributes } from '../workflows/names.js';
import { temporalBinary } from './binary.js';
import { isFree } from './ports.js';

export interface EmbeddedTemporal {
  address: string;
  uiUrl: string;
  pid: number;
  /** Resolves when the server has ended, whoever ended it. */
  ended: Promise<void>;
  stop(): Promise<void>;
}

export interface EmbeddedOptions {
  stateDir: string;
  port: number;
  uiPort: number;
  tell: (line: string) => void;
}

const readyWithinMs = 60_000;
const retentionSeconds = 30 * 24 * 3600;

/**
 * A Temporal dev server with its database in a file, on loopback, with our search attributes; what ran on it goes on
 * when it is started again. DESIGN §7 has the reason for each setting.
 */
export async function startTemporal({ stateDir, port, uiPort, tell }: EmbeddedOptions): Promise<EmbeddedTemporal> {
  for (const wanted of [port, uiPort]) {
    if (!(await isFree(wanted)))
      throw new GraywaveError('PORT_TAKEN', `Something already listens on 127.0.0.1:${wanted}.`);
  }
  const binary = await temporalBinary(tell);
  await mkdir(stateDir, { recursive: true });
  const log = await open(join(stateDir, 'temporal.log'), 'a');
  const child = spawn(binary, serverArguments(stateDir, port, uiPort), {
    stdio: ['ignore', log.fd, log.fd],
    detached: true,
  });
  await log.close();
  const ended = new Promise<void>((resolve) => void child.once('exit', () => resolve()).once('error', () => resolve()));
  const address = `127.0.0.1:${port}`;
  try {
    await ready(address, child, stateDir);
  } catch (error) {
    child.kill('SIGKILL');
    throw error;
  }
  const stop = async (): Promise<void> => {
    if (child.exitCode !== null || child.signalCode !== null) return;
    child.kill('SIGTERM');
    const timer = setTimeout(() => child.kill('SIGKILL'), 5_000);
    await once(child, 'exit');
    clearTimeout(timer);
  };
  return { address, uiUrl: `http://127.0.0.1:${uiPort}`, pid: child.pid ?? 0, ended, stop };
}

function serverArguments(stateDir: string, port: number, uiPort: number): string[] {
  const searchAttributes = Object.values(attributes).flatMap(({ name, type }) => [
    '--search-attribute',
    `${name}=${type === 'KEYWORD_LIST' ? 'KeywordList' : 'Keyword'}`,
  ]);
  const flags: [string, string][] = [
    ['--ip', '127.0.0.1'],
    ['--port', String(port)],
    ['--ui-port', String(uiPort)],
    ['--db-filename', join(stateDir, 'temporal.db')],
    ['--sqlite-pragma', 'journal_mode=WAL'],
    ['--sqlite-pragma', 'synchronous=NORMAL'],
    ['--dynamic-config-value', 'matching.useNewMatcher=true'],
    ['--log-level', 'warn'],
  ];
  return ['server', 'start-dev', ...flags.flat(), ...searchAttributes];
}

/** Waits until the namespace answers, and lets its histories stay for 30 days instead of one. */
async function ready(address: string, child: ChildProcess, stateDir: string): Promise<void> {
  const endsMs = Date.now() + readyWithinMs;
  for (let last = ''; ; ) {
    if (child.exitCode !== null || child.pid === undefined) {
      throw new GraywaveError(
        'TEMPORAL_UNREACHABLE',
        `The Temporal server ended with ${child.exitCode ?? 'an error'} while starting; see ${join(stateDir, 'temporal.log')}.`,
      );
    }
    try {
      const connection = await Connection.connect({ address, connectTimeout: '2s' });
      try {
        await connection.workflowService.describeNamespace({ namespace: 'default' });
        await connection.workflowService.updateNamespace({
          namespace: 'default',
          config: { workflowExecutionRetentionTtl: { seconds: retentionSeconds as never } },
        });
        return;
      } finally {
        await connection.close();
      }
    } catch (error) {
      last = messageOf(error);
    }
    if (Date.now() > endsMs) {
      throw new GraywaveError(
        'TEMPORAL_UNREACHABLE',
        `The Temporal server did not answer on ${address} within ${readyWithinMs / 1000} s: ${last}`,
      );
    }
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
}
