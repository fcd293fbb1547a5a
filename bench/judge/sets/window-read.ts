import { existsSync, readFileSync } from 'node:fs';
import type { WindowMetric } from '../../../src/judge/window/window.js';
import type { Vary } from './set.js';

/** JSON lines of a file; null when there is no such file. */
export function readLines(file: string): unknown[] | null {
  if (!existsSync(file)) return null;
  return readFileSync(file, 'utf8')
    .split('\n')
    .filter((line) => line.trim() !== '')
    .map((line) => JSON.parse(line) as unknown);
}

/** What the judge may see of a metric: nothing else is handed on. */
export function metricOf({ name, control, experiment, direction, nanStrategy }: WindowMetric): WindowMetric {
  return { name, control, experiment, direction, nanStrategy };
}

/** Every constant handed through `vary`. */
export function variedConstants<T extends object>(constants: T, vary: Vary): T {
  return Object.fromEntries(Object.entries(constants).map(([key, value]: [string, number]) => [key, vary(value)])) as T;
}
