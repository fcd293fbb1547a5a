import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';

/** Path of Prometheus' own tool for rules, null when this machine has none; it is in the package `prometheus`. */
export function findPromtool(): string | null {
  const places = ['/usr/bin', ...(process.env['PATH'] ?? '').split(delimiter)].filter((place) => place !== '');
  return places.map((place) => join(place, 'promtool')).find((path) => existsSync(path)) ?? null;
}

/** Runs it on a file with this content (JSON is YAML); what it says, and whether it was content. */
export async function promtool(args: readonly string[], content: unknown): Promise<{ ok: boolean; said: string }> {
  const dir = await mkdtemp(join(tmpdir(), 'promtool-'));
  try {
    const file = join(dir, 'file.yml');
    await writeFile(file, typeof content === 'string' ? content : JSON.stringify(content));
    return await new Promise((resolve) => {
      execFile(findPromtool() ?? 'promtool', [...args, file], (error, stdout, stderr) =>
        resolve({ ok: error === null, said: `${stdout}${stderr}` }),
      );
    });
  } finally {
    await rm(dir, { recursive: true, force: true });
  }
}
