import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { z } from 'zod';
import { messageOf } from '../../../errors.js';
import type { RefusalCode } from '../wire.js';
import { describeFleet, discovery, type Fleet, instanceOf, Refusal, routingTable } from './fleet.js';
import type { Slot } from './slot.js';
import { drain, put } from './touch.js';

const key = z.string().min(1).max(500);
const epoch = z.int().min(0);
const putBody = z.strictObject({
  version: z.string(),
  key,
  epoch,
  expect: z
    .strictObject({ version: z.string(), state: z.enum(['running', 'crashed', 'drained', 'stopped']).optional() })
    .transform(({ version, state }) => (state === undefined ? { version } : { version, state }))
    .optional(),
});
const drainBody = z.strictObject({ key, epoch });

const maxBodyBytes = 64 * 1024;

const statusOf: Record<RefusalCode, number> = {
  bad_request: 400,
  unknown_instance: 404,
  unknown_version: 422,
  unsupported: 422,
  stale: 409,
  changed: 409,
  start_failed: 502,
  routing_failed: 502,
  stopping: 503,
  internal: 500,
};

/** What the server needs from the process around it. */
export interface Owner {
  ready(): boolean;
  stop(): Promise<void>;
}

/** The supervisor's HTTP face, for one machine: it listens on the loopback only and refuses a browser's requests. */
export function supervisorServer(fleet: Fleet, owner: Owner): Server {
  return createServer((request, response) => {
    answer(fleet, owner, request).then(
      (body) => send(response, 200, body),
      (error: unknown) => {
        const refusal = error instanceof Refusal ? error : new Refusal('internal', messageOf(error));
        if (refusal.code === 'internal') console.error(`${request.method} ${request.url}: ${refusal.message}`);
        send(response, statusOf[refusal.code], { error: { code: refusal.code, message: refusal.message } });
      },
    );
  });
}

async function answer(fleet: Fleet, owner: Owner, request: IncomingMessage): Promise<unknown> {
  refuseForeign(request);
  const { pathname } = new URL(request.url ?? '/', 'http://localhost');
  const [what, id, verb] = pathname.split('/').slice(1).map(decodeURIComponent);
  const call = `${request.method} /${[what, id && ':id', verb].filter(Boolean).join('/')}`;
  const slots = [...fleet.slots.values()];
  switch (call) {
    case 'GET /fleet':
      return describeFleet(fleet, owner.ready());
    case 'GET /instances':
      return Promise.all(slots.map((slot) => instanceOf(fleet, slot)));
    case 'GET /routes':
      return routingTable(fleet);
    case 'GET /sd':
      return discovery(fleet);
    case 'PUT /instances/:id': {
      const body = await read(request, putBody);
      return touched(fleet, owner, id, 'put', body, (slot) => put(fleet, slot, body));
    }
    case 'POST /instances/:id/drain': {
      const body = await read(request, drainBody);
      return touched(fleet, owner, id, 'drain', body, (slot) => drain(fleet, slot, body));
    }
    case 'POST /stop':
      await owner.stop();
      return { stopped: true };
    default:
      throw new Refusal('bad_request', `there is no ${request.method} ${pathname}`);
  }
}

async function touched<T>(
  fleet: Fleet,
  owner: Owner,
  id: string | undefined,
  verb: 'put' | 'drain',
  body: { key: string; epoch: number },
  act: (slot: Slot) => Promise<T>,
): Promise<T> {
  const slot = fleet.slots.get(id ?? '');
  if (slot === undefined) throw new Refusal('unknown_instance', `there is no instance ${id}`);
  return fleet.inTurn(slot, async () => {
    try {
      if (!owner.ready() || fleet.stopping.signal.aborted) throw new Refusal('stopping', 'the fleet starts or stops');
      return await act(slot);
    } catch (error) {
      const code = error instanceof Refusal ? error.code : 'internal';
      const message = messageOf(error);
      fleet.log.refused({ at: new Date().toISOString(), instance: slot.id, verb, ...pick(body), code, message });
      throw error;
    }
  });
}

const pick = ({ key, epoch }: { key: string; epoch: number }): { key: string; epoch: number } => ({ key, epoch });

/** A page in a browser on this machine must not be able to start or stop processes. */
function refuseForeign(request: IncomingMessage): void {
  const host = (request.headers.host ?? '').replace(/:\d+$/, '');
  if (request.headers.origin === undefined && (host === '127.0.0.1' || host === 'localhost')) return;
  throw new Refusal('bad_request', 'only programs on this machine are answered');
}

async function read<T>(request: IncomingMessage, schema: z.ZodType<T>): Promise<T> {
  let text = '';
  for await (const chunk of request.setEncoding('utf8')) {
    text += chunk;
    if (text.length > maxBodyBytes) throw new Refusal('bad_request', `a body may have ${maxBodyBytes} bytes`);
  }
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch (error) {
    throw new Refusal('bad_request', `the body is not JSON: ${messageOf(error)}`);
  }
  const parsed = schema.safeParse(json);
  if (!parsed.success) throw new Refusal('bad_request', z.prettifyError(parsed.error));
  return parsed.data;
}

function send(response: ServerResponse, status: number, body: unknown): void {
  response.writeHead(status, { 'content-type': 'application/json' }).end(`${JSON.stringify(body)}\n`);
}
