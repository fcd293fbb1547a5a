import { spawn, type ChildProcess } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer, type AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';

/** Path of a real Prometheus, null when this machine has none. */
export function findPrometheus(): string | null {
  const places = ['/usr/bin', ...(process.env['PATH'] ?? '').split(delimiter)].filter((place) => place !== '');
  return places.map((place) => join(place, 'prometheus')).find((path) => existsSync(path)) ?? null;
}

export interface PrometheusServer {
  url: string;
  stop(): Promise<void>;
}

/** A real Prometheus that scrapes these targets every second, as its users would set it up beside Graywave. */
export async function startPrometheus(
  binary: string,
  targets: { target: string; labels: Record<string, string> }[],
): Promise<PrometheusServer> {
  const directory = await mkdtemp(join(tmpdir(), 'graywave-prometheus-'));
  const port = await freePort();
  const groups = targets.map(({ target, labels }) => ({ targets: [target], labels }));
  const config = {
    global: { scrape_interval: '1s', scrape_timeout: '1s' },
    scrape_configs: [{ job_name: 'fleet', static_configs: groups }],
  };
  // JSON is YAML.
  await writeFile(join(directory, 'prometheus.yml'), JSON.stringify(config));
  const child = spawn(
    binary,
    [
      `--config.file=${join(directory, 'prometheus.yml')}`,
      `--storage.tsdb.path=${join(directory, 'data')}`,
      `--web.listen-address=127.0.0.1:${port}`,
      '--log.level=warn',
    ],
    { stdio: 'ignore' },
  );
  const url = `http://127.0.0.1:${port}`;
  const stop = async (): Promise<void> => {
    await ended(child);
    await rm(directory, { recursive: true, force: true });
  };
  for (let tries = 0; tries < 200; tries += 1) {
    if (await ready(url)) return { url, stop };
    await sleep(100);
  }
  await stop();
  throw new Error('Prometheus did not become ready within 20 s');
}

async function ready(url: string): Promise<boolean> {
  try {
    return (await fetch(`${url}/-/ready`)).ok;
  } catch {
    // Not listening yet: asked again.
    return false;
  }
}

async function ended(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const gone = new Promise<void>((resolve) => child.once('exit', () => resolve()));
  child.kill('SIGKILL');
  await gone;
}

async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  await new Promise<void>((resolve) => server.close(() => resolve()));
  return port;
}
