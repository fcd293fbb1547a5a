import { setTimeout as sleep } from 'node:timers/promises';
import { GraywaveError, messageOf } from '../../errors.js';
import { callJson } from './call.js';
import type {
  DrainRequest,
  FleetDescription,
  Instance,
  PutRequest,
  RefusalBody,
  RefusalCode,
  TouchAnswer,
} from './wire.js';

const readLimitMs = 5000;
/** Longer than a start, a drain and a stop at the fleet file's usual limits. */
const touchLimitMs = 40_000;
/** A supervisor that is being restarted is back within some seconds. */
const touchTries = 8;
const readTries = 5;
const pauseMs = 500;

/** The supervisor said no, with the slot as it was. */
export class Refused extends Error {
  override readonly name = 'Refused';
  readonly code: RefusalCode;

  constructor({ code, message }: RefusalBody['error']) {
    super(message);
    this.code = code;
  }
}

/** One fleet's supervisor, from the driver's side. */
export interface Supervisor {
  describe(signal: AbortSignal): Promise<FleetDescription>;
  instances(signal: AbortSignal): Promise<Map<string, Instance>>;
  /** `gate` runs before each try, so none is made that Temporal no longer allows. Throws Refused. */
  put(id: string, request: PutRequest, gate: Gate, signal: AbortSignal): Promise<TouchAnswer>;
  drain(id: string, request: DrainRequest, gate: Gate, signal: AbortSignal): Promise<TouchAnswer>;
}

export type Gate = <T>(act: () => Promise<T>) => Promise<T>;

export function supervisor(url: string): Supervisor {
  const read = async (path: string, signal: AbortSignal): Promise<unknown> => {
    for (let tries = 1; ; tries += 1) {
      try {
        const { status, json } = await callJson(url + path, { timeoutMs: readLimitMs, signal });
        if (status === 200) return json;
        throw new Error(`${url}${path} answered ${status}`);
      } catch (error) {
        if (signal.aborted || tries === readTries) throw error;
      }
      await sleep(pauseMs, undefined, { signal });
    }
  };
  const touch = (path: string, method: string, body: unknown, gate: Gate, signal: AbortSignal): Promise<TouchAnswer> =>
    untilAnswered(gate, signal, async () => {
      const { status, json } = await callJson(url + path, { method, body, timeoutMs: touchLimitMs, signal });
      if (status === 200) return json as TouchAnswer;
      const error = (json as RefusalBody | undefined)?.error;
      throw error === undefined ? new Error(`${url}${path} answered ${status}`) : new Refused(error);
    });
  return {
    describe: async (signal) => (await read('/fleet', signal)) as FleetDescription,
    instances: async (signal) => {
      const list = (await read('/instances', signal)) as Instance[];
      return new Map(list.map((instance) => [instance.id, instance]));
    },
    put: (id, request, gate, signal) => touch(`/instances/${encodeURIComponent(id)}`, 'PUT', request, gate, signal),
    drain: (id, request, gate, signal) =>
      touch(`/instances/${encodeURIComponent(id)}/drain`, 'POST', request, gate, signal),
  };
}

/**
 * A call that got no answer may have taken effect; asking again under the same key is safe, the supervisor absorbs it
 * and tells how the first one ended.
 */
async function untilAnswered<T>(gate: Gate, signal: AbortSignal, act: () => Promise<T>): Promise<T> {
  for (let tries = 1; ; tries += 1) {
    try {
      return await gate(() =>
        act().catch((error: unknown) => Promise.reject(signal.aborted ? error : unanswered(error))),
      );
    } catch (error) {
      if (!(error instanceof Unanswered)) throw error;
      if (tries === touchTries) {
        const message = `the fleet's supervisor gave no answer, the outcome is unknown: ${error.message}`;
        throw new GraywaveError('TARGET_DOWN', message, { cause: error });
      }
    }
    await sleep(pauseMs, undefined, { signal });
  }
}

/** What may be asked again: no answer, or one that the supervisor gives while it starts. */
class Unanswered extends Error {
  override readonly name = 'Unanswered';
}

function unanswered(error: unknown): unknown {
  const refused = error instanceof Refused && error.code !== 'stopping';
  return refused ? error : new Unanswered(messageOf(error), { cause: error });
}
