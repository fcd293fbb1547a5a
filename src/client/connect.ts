import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { Client, Connection } from '@temporalio/client';
import { loadClientConnectConfig } from '@temporalio/envconfig';
import type { NativeConnectionOptions } from '@temporalio/worker';
import { GraywaveError, messageOf } from '../errors.js';

/** Where Temporal is, as its own environment variables and profile files say; Temporal Cloud's settings included. */
export interface Where {
  connectionOptions: NativeConnectionOptions;
  namespace: string;
  address: string;
}

const defaultAddress = '127.0.0.1:7233';

/** `graywave up` leaves its address in the state directory, for commands typed beside it. */
export async function whereTemporalIs(stateDir = '.graywave'): Promise<Where> {
  const { connectionOptions, namespace } = loadClientConnectConfig();
  const address = connectionOptions.address ?? (await leftByUp(stateDir)) ?? defaultAddress;
  return { connectionOptions: { ...connectionOptions, address }, namespace: namespace ?? 'default', address };
}

async function leftByUp(stateDir: string): Promise<string | undefined> {
  try {
    const { address } = JSON.parse(await readFile(join(stateDir, 'up.json'), 'utf8')) as { address?: string };
    return address;
  } catch {
    // No `up` here: the default address is right.
    return undefined;
  }
}

export async function connectClient(where: Where): Promise<Client> {
  try {
    const connection = await Connection.connect({ ...where.connectionOptions, connectTimeout: '5s' } as never);
    return new Client({ connection, namespace: where.namespace });
  } catch (cause) {
    throw unreachable(where, cause);
  }
}

export const unreachable = (where: Where, cause: unknown): GraywaveError =>
  new GraywaveError('TEMPORAL_UNREACHABLE', `No Temporal server answers on ${where.address}: ${messageOf(cause)}`, {
    cause,
  });

/** True for an address that only this machine can reach. */
export const isLoopback = (address: string): boolean =>
  /^(127\.\d+\.\d+\.\d+|localhost|\[?::1\]?)(:\d+)?$/.test(address);
