import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { freePort } from '../../src/embedded/ports.js';
import { eventually } from '../support/engine.js';

/** Path of a real Alertmanager, null when this machine has none; Debian calls it prometheus-alertmanager. */
export function findAlertmanager(): string | null {
  const places = ['/usr/bin', ...(process.env['PATH'] ?? '').split(delimiter)].filter((place) => place !== '');
  const names = ['prometheus-alertmanager', 'alertmanager'];
  return places.flatMap((place) => names.map((name) => join(place, name))).find((path) => existsSync(path)) ?? null;
}

export interface KnownAlert {
  labels: Record<string, string>;
  annotations: Record<string, string>;
  startsAt: string;
  endsAt: string;
  status: { state: string };
}

export interface AlertmanagerServer {
  url: string;
  /** Alerts that it holds for firing. */
  firing(): Promise<KnownAlert[]>;
  stop(): Promise<void>;
}

/** A real one that tells a webhook of each group at once, firing and resolved. */
export async function startAlertmanager(binary: string, webhookUrl: string): Promise<AlertmanagerServer> {
  const dir = await mkdtemp(join(tmpdir(), 'alertmanager-'));
  const port = await freePort();
  const config = {
    route: { receiver: 'hook', group_by: ['...'], group_wait: '100ms', group_interval: '200ms', repeat_interval: '1h' },
    receivers: [{ name: 'hook', webhook_configs: [{ url: webhookUrl, send_resolved: true }] }],
  };
  // JSON is YAML.
  await writeFile(join(dir, 'alertmanager.yml'), JSON.stringify(config));
  const child = spawn(
    binary,
    [
      `--config.file=${join(dir, 'alertmanager.yml')}`,
      `--storage.path=${join(dir, 'data')}`,
      `--web.listen-address=127.0.0.1:${port}`,
      '--cluster.listen-address=',
      '--log.level=error',
    ],
    { stdio: ['ignore', 'ignore', 'inherit'] },
  );
  const url = `http://127.0.0.1:${port}`;
  const gone = once(child, 'exit');
  const stop = async (): Promise<void> => {
    child.kill('SIGKILL');
    await gone;
    await rm(dir, { recursive: true, force: true });
  };
  const ready = (): Promise<boolean> =>
    fetch(`${url}/-/ready`).then(
      ({ ok }) => ok,
      () => false,
    );
  await eventually('Alertmanager is ready', ready, Boolean).catch(async (error: unknown) => {
    await stop();
    throw error;
  });
  return {
    url,
    firing: async () => (await (await fetch(`${url}/api/v2/alerts`)).json()) as KnownAlert[],
    stop,
  };
}
