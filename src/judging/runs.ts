/** Runs in which nothing was changed, from which `graywave judge learn` learns a service's noise. */
import { z } from 'zod';
import { messageOf } from '../errors.js';
import { bucketConstants, bucketLogs, differenceOf, sampleOfHistogram } from '../judge/level/difference.js';
import type { NoiseRun } from '../judge/noise/profile.js';
import { type Input, wrongData } from './text.js';

/** One arm of a run, a value an interval: requests, errors, counts per latency bucket (not cumulative). */
export interface RunArm {
  n: number[];
  e: number[];
  h: number[][];
}

/** Two arms over the same intervals. */
export interface TwoArms {
  canary: RunArm;
  baseline: RunArm;
}

const counts = z.array(z.int().nonnegative());
const arm = z.object({ n: counts, e: counts, h: z.array(counts) });
const line = z.object({ canary: arm, baseline: arm });

/** JSON lines; other fields of a line are not read. Throws DATA_INVALID with the line. */
export function readRuns({ file, text }: Input, bounds: readonly number[]): NoiseRun[] {
  const runs = text.split('\n').flatMap((written, i): NoiseRun[] => {
    if (written.trim() === '') return [];
    const at = { file, line: i + 1 };
    let value: unknown;
    try {
      value = JSON.parse(written);
    } catch (cause) {
      throw wrongData(at, `no JSON: ${messageOf(cause)}`, cause);
    }
    const parsed = line.safeParse(value);
    if (!parsed.success) throw wrongData(at, `no run of two arms:\n${z.prettifyError(parsed.error)}`);
    const problem = unevenness(parsed.data, bounds.length + 1);
    if (problem !== null) throw wrongData(at, problem);
    return [noiseRun(parsed.data, bounds)];
  });
  if (runs.length === 0) throw wrongData({ file }, 'there is no run in it');
  return runs;
}

/** Differences of mean log latency, and counts of errors. `bounds`: upper ends of the buckets in ms, rising. */
export function noiseRun(
  { canary, baseline }: TwoArms,
  bounds: readonly number[],
  buckets: typeof bucketConstants = bucketConstants,
): NoiseRun {
  const logs = bucketLogs(bounds, buckets);
  return {
    differences: canary.h.map((row, t) =>
      differenceOf(sampleOfHistogram(logs, row), sampleOfHistogram(logs, baseline.h[t] ?? [])),
    ),
    counts: canary.n.map((exposure, t) => ({
      canary: { exposure, bad: canary.e[t] ?? 0 },
      baseline: { exposure: baseline.n[t] ?? 0, bad: baseline.e[t] ?? 0 },
    })),
  };
}

function unevenness({ canary, baseline }: TwoArms, buckets: number): string | null {
  const lengths = [canary, baseline].flatMap(({ n, e, h }) => [n.length, e.length, h.length]);
  if (new Set(lengths).size > 1)
    return `n, e and h of both arms have ${lengths.join(', ')} intervals; expected the same`;
  for (const { n, e, h } of [canary, baseline]) {
    const row = h.find((one) => one.length !== buckets);
    if (row) return `an interval has ${row.length} bucket counts; ${buckets - 1} bounds make ${buckets}`;
    const t = e.findIndex((bad, i) => bad > (n[i] ?? 0));
    if (t >= 0) return `interval ${t + 1} has ${e[t]} errors among ${n[t]} requests`;
  }
  return null;
}
