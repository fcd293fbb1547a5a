import { setTimeout as sleep } from 'node:timers/promises';
import type { Looks } from './counted.js';
import { changeOf } from './fleet.js';
import { type HoldFigures, measureHolds } from './holds.js';
import { aStage, type Stage } from './stage.js';
import { cpuMs, loadAverage, rssMb } from './usage.js';

export interface ScaleFigures extends HoldFigures {
  /** Observing at once while it was measured. */
  changes: number;
  /** 95th percentile of the time between two looks of a change, over the time wanted. */
  lagP95Ratio: number;
  /** CPU of worker, Temporal server and Prometheus together, for one look. */
  cpuMsPerLook: number;
  workerRssMb: number;
  serverRssMb: number;
}

export interface ScaleOptions {
  changes: number;
  profile: string | null;
  tell: (text: string) => void;
  signal: AbortSignal;
}

const wantedMs = 10_000;
/** Under way to their bake at the same time: so many the server takes without falling behind. */
const startsAtOnce = 40;
/** Evidence is shown live for a bake's first minute; what is measured is what comes after. */
const settleMs = 70_000;
const windowMs = 90_000;

/**
 * Many changes in their bakes at once, on one worker process as it is shipped, each looked at every 10 s through a real
 * Prometheus: is any look late, and what does one cost?
 */
export async function scaleBench(options: ScaleOptions): Promise<ScaleFigures> {
  const stage = await aStage(options);
  try {
    const changes = await startAll(stage, options);
    options.tell(`${changes} changes observe; measured from ${settleMs / 1000} s on, for ${windowMs / 1000} s`);
    await sleep(settleMs, undefined, { signal: options.signal });
    const measured = await measure(stage, changes, options);
    return { ...measured, ...(await measureHolds(stage, changes, options.tell)) };
  } finally {
    await stage.stop();
  }
}

/** Keeps `startsAtOnce` changes on their way until all observe; returns how many do when nothing moves any more. */
async function startAll(stage: Stage, { changes, tell, signal }: ScaleOptions): Promise<number> {
  const beganMs = performance.now();
  let started = 0;
  let observing = 0;
  let movedMs = beganMs;
  for (let toldMs = beganMs; observing < changes; ) {
    const room = Math.min(changes, observing + startsAtOnce) - started;
    const next = Array.from({ length: room }, () => changeOf(started++));
    await Promise.all(next.map((spec) => stage.client.submitSpec(spec, 'bench')));
    await sleep(250, undefined, { signal });
    const now = (await stage.looks()).changes;
    const nowMs = performance.now();
    if (now > observing) movedMs = nowMs;
    observing = now;
    if (nowMs - movedMs > 120_000) {
      tell(`no further change has begun to observe for 120 s; the last one: ${await lastOf(stage, started)}`);
      break;
    }
    if (nowMs - toldMs < 5_000) continue;
    toldMs = nowMs;
    tell(`${observing} of ${changes} observe (${(observing / ((nowMs - beganMs) / 1000)).toFixed(1)} a second)`);
  }
  return observing;
}

async function lastOf(stage: Stage, started: number): Promise<string> {
  const { state, reason } = await stage.client.status(changeOf(started - 1).id);
  return `${state}: ${reason}`;
}

async function measure(
  stage: Stage,
  changes: number,
  { tell, signal }: ScaleOptions,
): Promise<Omit<ScaleFigures, keyof HoldFigures>> {
  const { worker, temporal, prometheus } = stage.counted;
  const used = (): Record<keyof Stage['counted'], number> => ({
    worker: cpuMs(worker),
    temporal: cpuMs(temporal),
    prometheus: cpuMs(prometheus),
  });
  await stage.looks();
  const before = used();
  const exporterBefore = cpuMs(stage.exporter);
  const beganMs = performance.now();
  await sleep(windowMs, undefined, { signal });
  const looks = await stage.looks();
  const after = used();
  const seconds = (performance.now() - beganMs) / 1000;
  if (looks.looks === 0) throw new Error('no look was made in the whole window');
  const perLook = (name: keyof Stage['counted']): number => (after[name] - before[name]) / looks.looks;
  const gaps = [...looks.gapsMs].sort((a, b) => a - b);
  const at = (share: number): number => gaps[Math.min(gaps.length - 1, Math.floor(gaps.length * share))] ?? Infinity;
  const figures = {
    changes,
    lagP95Ratio: rounded(at(0.95) / wantedMs),
    cpuMsPerLook: rounded(perLook('worker') + perLook('temporal') + perLook('prometheus')),
    workerRssMb: Math.round(rssMb(worker)),
    serverRssMb: Math.round(rssMb(temporal)),
  };
  tell(table(figures, looks, seconds, perLook, at));
  tell(`exporter (not counted): ${rounded((cpuMs(stage.exporter) - exporterBefore) / looks.looks)} ms a look`);
  return figures;
}

function table(
  figures: Omit<ScaleFigures, keyof HoldFigures>,
  looks: Looks,
  seconds: number,
  perLook: (name: keyof Stage['counted']) => number,
  at: (share: number) => number,
): string {
  const ms = (value: number): string => value.toFixed(2);
  const between = (value: number): string => (value / 1000).toFixed(2);
  const wanted = (figures.changes * seconds * 1000) / wantedMs;
  return [
    `${figures.changes} changes, ${seconds.toFixed(0)} s, load average ${loadAverage()}`,
    `looks            ${looks.looks} (wanted ${wanted.toFixed(0)}), ${looks.errors} broken, ${looks.withTraffic} with traffic`,
    `between looks    p50 ${between(at(0.5))}  p95 ${between(at(0.95))}  max ${between(at(1))} s (wanted 10, goal p95 ≤ 11)`,
    `CPU a look       ${ms(figures.cpuMsPerLook)} ms (goal ≤ 6): worker ${ms(perLook('worker'))}, Temporal server ${ms(perLook('temporal'))}, Prometheus ${ms(perLook('prometheus'))}`,
    `memory           worker ${figures.workerRssMb} MB, Temporal server ${figures.serverRssMb} MB`,
  ].join('\n');
}

const rounded = (value: number): number => Number(value.toFixed(3));
