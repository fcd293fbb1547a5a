import { InvalidArgumentError, Option } from 'commander';
import { GraywaveClient } from '../client/client.js';
import { whereTemporalIs } from '../client/connect.js';

export const jsonOption = (): Option => new Option('--json', 'one JSON document on stdout instead of text');
export const byOption = (): Option =>
  new Option('--by <name>', 'who asks, for the record').default(process.env.USER ?? 'unknown', '$USER');

/** Reads the number of an option; a text that is none is a usage error that names the option. */
export const whole =
  (least: number, most: number) =>
  (text: string): number => {
    const value = /^\d+$/.test(text) ? Number(text) : Number.NaN;
    if (value >= least && value <= most) return value;
    throw new InvalidArgumentError(`Expected a whole number from ${least} to ${most}.`);
  };

/** Connects, works, and closes the connection whatever happens. */
export async function withClient<T>(work: (client: GraywaveClient) => Promise<T>): Promise<T> {
  const client = await GraywaveClient.connect(await whereTemporalIs());
  try {
    return await work(client);
  } finally {
    await client.close();
  }
}

export const print = (text: string): void => void process.stdout.write(`${text}\n`);
export const printJson = (value: unknown): void => print(JSON.stringify(value));
/** Progress and advice, beside the answer. */
export const tell = (text: string): void => void process.stderr.write(`${text}\n`);

/** An abort signal for Ctrl-C; the second Ctrl-C ends the process as usual. */
export function interrupted(): AbortSignal {
  const controller = new AbortController();
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => controller.abort());
  return controller.signal;
}
