import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import type { RunArm, TwoArms } from '../../../src/judging/runs.js';

/** Two arms over the same minutes. Labels are not read. */
export interface Run extends TwoArms {
  id: string;
}

/** Runs of a file of gzipped JSON lines; what a judge must not see is dropped while reading. */
export function readRuns(file: string): Run[] {
  return lines(file).map((line) => {
    const { id, canary, baseline } = JSON.parse(line) as Run;
    return { id, canary: arm(canary), baseline: arm(baseline) };
  });
}

function arm({ n, e, h }: RunArm): RunArm {
  return { n, e, h };
}

export interface Label {
  rho: string;
  effect: string;
}

/** Noise and effect of each case by id; null when the file has none. */
export function readLabels(file: string): Map<string, Label> | null {
  const labels = new Map<string, Label>();
  for (const line of lines(file)) {
    const { id, rho, effect } = JSON.parse(line) as { id: string; rho?: number; effect?: string };
    if (effect === undefined) return null;
    labels.set(id, { rho: rho === undefined ? 'unknown' : String(rho), effect });
  }
  return labels;
}

/** Upper bounds of the latency buckets in ms; a last bucket without a bound follows. */
export function readBounds(dir: string): number[] {
  const meta = JSON.parse(readFileSync(join(dir, 'meta.json'), 'utf8')) as { le_ms: number[] };
  return meta.le_ms;
}

function lines(file: string): string[] {
  if (!existsSync(file)) return [];
  const text = gunzipSync(readFileSync(file)).toString('utf8');
  return text.split('\n').filter((line) => line !== '');
}
