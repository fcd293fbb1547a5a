import { readFile } from 'node:fs/promises';
import { dirname, resolve } from 'node:path';
import { LineCounter, parseDocument } from 'yaml';
import { z } from 'zod';
import { GraywaveError, messageOf } from './errors.js';
import type { NoiseProfile } from './judge/noise/profile.js';
import { readNoise } from './judge/noise/read.js';
import { notifyConfig } from './notify/config.js';
import { sourceConfig } from './sources/config.js';

/**
 * What a worker knows of its world: drivers, sources, where it keeps its files. Specs name what stands here; URLs,
 * paths and credentials stand nowhere else.
 */
const positive = z.number().positive();
const slots = z.number().int().min(1).max(100_000);

/** As a spec may write it; `default` is the product's own. */
const isNoiseName = (name: string): boolean => /^(?!default$|constructor$)[a-z0-9][a-z0-9_-]{0,62}$/.test(name);

const schema = z.strictObject({
  /** Directory for journal and cells, relative to the file. */
  state: z.string().min(1).default('.graywave'),
  drivers: z
    .strictObject({
      process: z.strictObject({ fleets: z.record(z.string(), z.strictObject({ url: z.url() })) }).optional(),
    })
    .default({}),
  /** Drivers that other workers serve on `graywave.driver.<name>`; named here so that `validate` knows them. */
  otherDrivers: z.array(z.string()).default([]),
  sources: z.record(z.string(), sourceConfig).default({}),
  /** Noise profiles that gauges may name, each a file of `graywave judge learn`, relative to this file. */
  noise: z
    .record(z.string(), z.string().min(1))
    .refine((noise) => Object.keys(noise).every(isNoiseName), {
      error: 'expected names of lower-case letters, digits, - and _, none of them default',
    })
    .default({}),
  /** Whom the worker tells what: channels, and which notices go to which of them. */
  notify: notifyConfig.prefault({}),
  pace: z
    .strictObject({
      /** Heartbeats come only after looks, and a watcher that is silent for 20 s counts as gone. */
      firstSeconds: positive.max(15).default(1),
      everySeconds: positive.max(15).default(10),
      warmupSeconds: z.number().min(0).max(600).default(5),
    })
    .prefault({}),
  /** Says that every worker runs on one machine and shares `state`, though Temporal does not answer on loopback. */
  oneMachine: z.boolean().default(false),
  slots: z
    .strictObject({
      short: slots.default(200),
      observe: slots.default(2_000),
      driver: slots.default(100),
      revert: slots.default(100),
    })
    .prefault({}),
  /** `host:port` on which the worker serves its Prometheus metrics; null = not. */
  metrics: z.string().nullable().default(null),
});

export type WorkerConfig = z.infer<typeof schema>;
export type WorkerConfigText = z.input<typeof schema>;

/** Reads, checks and fills in a worker configuration. Throws CONFIG_INVALID with the place, TEXT never executed. */
export async function readConfig(path: string): Promise<WorkerConfig> {
  let text: string;
  try {
    text = await readFile(path, 'utf8');
  } catch (cause) {
    throw new GraywaveError('CONFIG_INVALID', `${path}: ${messageOf(cause)}`, { cause, at: { file: path } });
  }
  const lines = new LineCounter();
  const document = parseDocument(text, { lineCounter: lines, prettyErrors: false });
  const [error] = document.errors;
  if (error) {
    const { line, col } = lines.linePos(error.pos[0]);
    throw new GraywaveError('CONFIG_INVALID', `${path}:${line}:${col}: ${error.message}`, {
      at: { file: path, line, column: col },
    });
  }
  return checkConfig(document.toJS() ?? {}, path);
}

/** The same from a value already parsed; `from` names where it came from and what `state` is relative to. */
export function checkConfig(value: unknown, from: string): WorkerConfig {
  const parsed = schema.safeParse(value);
  if (!parsed.success) {
    throw new GraywaveError('CONFIG_INVALID', `${from}:\n${z.prettifyError(parsed.error)}`, { at: { file: from } });
  }
  const { data } = parsed;
  const beside = (path: string): string => resolve(dirname(from), path);
  const noise = Object.fromEntries(Object.entries(data.noise).map(([name, path]) => [name, beside(path)]));
  return { ...data, noise, state: beside(data.state) };
}

/** Names that specs may use. */
export const namesOf = (config: WorkerConfig): { drivers: string[]; sources: string[]; noises: string[] } => ({
  drivers: [...Object.keys(config.drivers), ...config.otherDrivers],
  sources: Object.keys(config.sources),
  noises: Object.keys(config.noise),
});

/** The noise profiles of a configuration. Throws CONFIG_INVALID for a file that cannot be read, DATA_INVALID for a wrong one. */
export async function openNoises({ noise }: WorkerConfig): Promise<Map<string, NoiseProfile>> {
  const read = Object.entries(noise).map(async ([name, path]): Promise<[string, NoiseProfile]> => {
    let value: unknown;
    try {
      value = JSON.parse(await readFile(path, 'utf8'));
    } catch (cause) {
      throw new GraywaveError('CONFIG_INVALID', `noise profile ${name}: ${path}: ${messageOf(cause)}`, { cause });
    }
    return [name, readNoise(value, path)];
  });
  return new Map(await Promise.all(read));
}
