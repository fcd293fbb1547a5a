import { readFile } from 'node:fs/promises';
import { callJson } from '../../src/drivers/process/call.js';
import type { AppliedEntry } from '../../src/drivers/process/wire.js';
import type { Setting } from '../targets/settings.js';
import type { Lane } from './lane.js';

/** One target as it says itself that it is. */
export interface Place {
  id: string;
  version: string;
  serving: boolean;
}

/** One line of a target's own log: a touch that took effect. */
export interface Touch {
  target: string;
  from: string;
  /** Null: out of service. */
  to: string | null;
  key: string;
  epoch: number;
  verb: AppliedEntry['verb'];
  atMs: number;
}

/** Every target of the lane by id, read from the processes and the settings themselves; what does not answer is not in it. */
export async function readWorld(lane: Lane): Promise<Map<string, Place>> {
  const [instances, settings] = await Promise.all([lane.fleets.look(), readSettings(lane)]);
  return new Map([
    ...instances.map(({ id, version, serving }) => [id, { id, version, serving }] as const),
    ...settings.map(({ id, value, inUse }) => [id, { id, version: value, serving: inUse }] as const),
  ]);
}

export async function readSettings(lane: Lane): Promise<Setting[]> {
  return (await callJson(lane.settingsUrl, { timeoutMs: 10_000 })).json as Setting[];
}

/** What the targets' own logs say was done to them, each target's lines in order. */
export async function readTouches(lane: Lane): Promise<Touch[]> {
  const files = [...lane.fleets.logs, lane.settingsLog];
  const texts = await Promise.all(files.map((file) => readFile(file, 'utf8').catch(() => '')));
  return texts
    .flatMap((text) => text.split('\n').slice(0, -1))
    .map((line) => JSON.parse(line) as AppliedEntry)
    .map(({ instance, at, ...rest }) => ({ target: instance, atMs: Date.parse(at), ...rest }));
}
