import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { delimiter, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { freePort } from '../../src/embedded/ports.js';

export interface Prometheus {
  url: string;
  pid: number;
  /** Resolves when every page was scraped so often. */
  scraped(times: number): Promise<void>;
  stop(): Promise<void>;
}

/** Seconds between two scrapes: as often as looks are made. */
export const scrapeSeconds = 10;

/** A real Prometheus that scrapes the exporter's pages. Throws when this machine has none. */
export async function startPrometheus(directory: string, exporterPort: number, pages: number): Promise<Prometheus> {
  const port = await freePort();
  const targets = Array.from({ length: pages }, (_, page) => ({
    targets: [`127.0.0.1:${exporterPort}`],
    labels: { page: String(page), __metrics_path__: `/page/${page}` },
  }));
  const config = {
    global: { scrape_interval: `${scrapeSeconds}s`, scrape_timeout: `${scrapeSeconds}s` },
    // The series say themselves whose they are.
    scrape_configs: [{ job_name: 'fleet', honor_labels: true, static_configs: targets }],
  };
  const file = join(directory, 'prometheus.json');
  await writeFile(file, JSON.stringify(config));
  const flags = [
    `--config.file=${file}`,
    `--storage.tsdb.path=${join(directory, 'prometheus')}`,
    `--web.listen-address=127.0.0.1:${port}`,
    '--log.level=warn',
  ];
  const child = spawn(binary(), flags, { stdio: ['ignore', 'ignore', 2], detached: true });
  const ended = once(child, 'exit');
  const stop = async (): Promise<void> => {
    if (child.exitCode !== null || child.signalCode !== null) return;
    child.kill('SIGKILL');
    await ended;
  };
  const url = `http://127.0.0.1:${port}`;
  for (let tries = 0; tries < 200; tries++) {
    if (await answers(`${url}/-/ready`))
      return { url, pid: child.pid ?? 0, scraped: (times) => scraped(url, pages, times), stop };
    await sleep(100);
  }
  await stop();
  throw new Error('Prometheus did not become ready within 20 s');
}

async function scraped(url: string, pages: number, times: number): Promise<void> {
  const query = `count(sum_over_time(up[10m]) >= ${times})`;
  for (let tries = 0; tries < 1_000; tries++) {
    const answer = await fetch(`${url}/api/v1/query`, { method: 'POST', body: new URLSearchParams({ query }) });
    const { data } = (await answer.json()) as { data?: { result?: { value?: [number, string] }[] } };
    if (Number(data?.result?.[0]?.value?.[1]) === pages) return;
    await sleep(200);
  }
  throw new Error(`Prometheus did not scrape all ${pages} pages ${times} times`);
}

function binary(): string {
  const places = ['/usr/bin', ...(process.env['PATH'] ?? '').split(delimiter)].filter((place) => place !== '');
  const found = places.map((place) => join(place, 'prometheus')).find((path) => existsSync(path));
  if (found !== undefined) return found;
  throw new Error('this bench needs a Prometheus: install one, or put it on the PATH');
}

async function answers(url: string): Promise<boolean> {
  try {
    return (await fetch(url)).ok;
  } catch {
    // Not listening yet: asked again.
    return false;
  }
}
