import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Client, Connection } from '@temporalio/client';
import { checkConfig } from '../../src/config.js';
import { GraywaveClient } from '../../src/client/client.js';
import { freePort } from '../../src/embedded/ports.js';
import { startTemporal } from '../../src/embedded/temporal.js';
import { aChild, type Child } from './children.js';
import type { Looks } from './counted.js';
import { pagesOf } from './pages.js';
import { startPrometheus } from './prometheus.js';

/** Everything that runs in this bench, each in a process of its own. */
export interface Stage {
  client: GraywaveClient;
  /** Process ids by what they are; those of `counted` make up the cost of a look. */
  counted: Record<'worker' | 'temporal' | 'prometheus', number>;
  exporter: number;
  /** What the worker has done since it was last asked. */
  looks(): Promise<Looks>;
  /** When each wave's first touch was made, Unix ms. */
  touches(): Promise<number[]>;
  stop(): Promise<void>;
}

export interface StageOptions {
  changes: number;
  /** Directory for a CPU profile of the worker, written when it ends. */
  profile: string | null;
  tell: (text: string) => void;
}

export async function aStage({ changes, profile, tell }: StageOptions): Promise<Stage> {
  const directory = await mkdtemp(join(tmpdir(), 'graywave-scale-'));
  const ends: (() => Promise<void>)[] = [() => rm(directory, { recursive: true, force: true })];
  const stop = async (): Promise<void> => {
    for (const end of ends.splice(0).reverse()) await end();
  };
  const started = <T extends { stop(): Promise<void> }>(one: T): T => {
    ends.push(() => one.stop());
    return one;
  };
  try {
    const exporter = started(await aChild('./exporter.js', []));
    const prometheus = started(await startPrometheus(directory, Number(exporter.said), pagesOf(changes)));
    tell('waits for two scrapes of everything');
    await prometheus.scraped(2);
    const ports = { port: await freePort(), uiPort: await freePort() };
    const temporal = started(await startTemporal({ stateDir: directory, ...ports, tell }));
    const observe = Math.max(checkConfig({}, directory).slots.observe, changes);
    const node = profile === null ? [] : ['--cpu-prof', `--cpu-prof-dir=${profile}`];
    const args = [directory, temporal.address, prometheus.url, String(observe)];
    const worker = started(await aChild('./worker.js', args, node));
    const client = new GraywaveClient(
      new Client({ connection: await Connection.connect({ address: temporal.address }) }),
    );
    ends.push(() => client.close());
    return {
      client,
      counted: { worker: worker.pid, temporal: temporal.pid, prometheus: prometheus.pid },
      exporter: exporter.pid,
      looks: () => asked<Looks>(worker, 'looks'),
      touches: () => asked<number[]>(worker, 'touches'),
      stop,
    };
  } catch (error) {
    await stop();
    throw error;
  }
}

async function asked<T>({ process: worker }: Child, what: 'looks' | 'touches'): Promise<T> {
  worker.send(what);
  const [answer] = (await once(worker, 'message', { signal: AbortSignal.timeout(30_000) })) as [T];
  return answer;
}
