import { readFile, writeFile } from 'node:fs/promises';

/*
 * A history as a file. Not Temporal's ProtoJSON: `historyToJSON` and `historyFromJSON` of @temporalio/common 1.24 throw
 * "type must be a Type" wherever npm installs protobufjs more than once, as our lock file has it. Here bytes are
 * `{"$bytes": base64}`, 64-bit numbers are numbers, and everything else is as the client gives it.
 */
export interface History {
  events?: unknown[] | null;
}

export const histories = new URL('../histories/', import.meta.url);

export async function keep(name: string, history: History): Promise<void> {
  // Stack traces name files; where this checkout stands is nobody's business.
  const text = JSON.stringify(plain(history), null, 1).replaceAll(`${process.cwd()}/`, '');
  await writeFile(new URL(`${name}.json`, histories), `${text}\n`);
}

export async function kept(name: string): Promise<History> {
  const text = await readFile(new URL(`${name}.json`, histories), 'utf8');
  return JSON.parse(text, (_key, value: unknown) => {
    const bytes = isObject(value) ? value.$bytes : undefined;
    return typeof bytes === 'string' ? Buffer.from(bytes, 'base64') : value;
  }) as History;
}

function plain(value: unknown): unknown {
  if (value instanceof Uint8Array) return { $bytes: Buffer.from(value).toString('base64') };
  if (Array.isArray(value)) return value.map(plain);
  if (!isObject(value)) return value;
  if (typeof value.low === 'number' && typeof value.high === 'number') return whole(value.low, value.high);
  return Object.fromEntries(Object.entries(value).map(([key, part]) => [key, plain(part)]));
}

function whole(low: number, high: number): number {
  const value = high * 2 ** 32 + (low >>> 0);
  if (!Number.isSafeInteger(value)) throw new Error(`${value} does not fit into a number`);
  return value;
}

const isObject = (value: unknown): value is Record<string, unknown> => typeof value === 'object' && value !== null;
