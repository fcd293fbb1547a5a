import { once } from 'node:events';
import { createServer, type IncomingMessage, request, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

type Headers = IncomingMessage['headers'];

/** One request on its way, whole. */
export interface Call {
  method: string;
  /** With the query. */
  path: string;
  headers: Headers;
  body: Buffer;
}

export interface Reply {
  status: number;
  headers: Headers;
  body: Buffer;
}

/** A call that stands still in the proxy. */
export interface Held {
  /** Resolves when it has come. */
  arrived: Promise<Call>;
  /** Sends it on, also when its sender has gone meanwhile, and resolves to the answer; a call yet to come just passes. */
  release(): Promise<Reply>;
}

interface Trap {
  matches: (call: Call) => boolean;
  arrived: Promised<Call>;
  released: Promised<void>;
  reply: Promised<Reply>;
}

/**
 * An HTTP server between two programs, on loopback. It passes everything on until it is told otherwise: `refuse` closes
 * its port, so that the system refuses who calls; `hold` stops one single call on its way.
 */
export class Proxy {
  private traps: Trap[] = [];
  private server: Server | null = null;
  private port = 0;

  private constructor(private readonly pass: (call: Call) => Promise<Reply>) {}

  /** `pass` carries a call to where it goes, for example `passTo(url)`. */
  static async open(pass: (call: Call) => Promise<Reply>): Promise<Proxy> {
    const proxy = new Proxy(pass);
    await proxy.forward();
    return proxy;
  }

  get url(): string {
    return `http://127.0.0.1:${this.port}`;
  }

  /** Passes on again, on the same port. */
  async forward(): Promise<void> {
    if (this.server !== null) return;
    const server = createServer((incoming, response) => {
      // As on a wire: whoever cannot be reached is a broken connection, not an answer.
      this.answer(incoming, response).catch(() => response.destroy());
    });
    server.listen(this.port, '127.0.0.1');
    await once(server, 'listening');
    this.port = (server.address() as AddressInfo).port;
    this.server = server;
  }

  /** Nobody listens any more, and every open connection is cut; a call that is held stays held. */
  async refuse(): Promise<void> {
    const { server } = this;
    if (server === null) return;
    this.server = null;
    const closed = once(server, 'close');
    server.close();
    server.closeAllConnections();
    await closed;
  }

  /** Stops the next call that matches; everything else passes. */
  hold(matches: (call: Call) => boolean): Held {
    const trap: Trap = { matches, arrived: promised(), released: promised(), reply: promised() };
    this.traps.push(trap);
    return {
      arrived: trap.arrived.promise,
      release: () => {
        trap.released.resolve();
        return trap.reply.promise;
      },
    };
  }

  private async answer(incoming: IncomingMessage, response: ServerResponse): Promise<void> {
    const { method = 'GET', url: path = '/', headers } = incoming;
    const call: Call = { method, path, headers, body: await bodyOf(incoming) };
    const trap = this.traps.find(({ matches }) => matches(call));
    this.traps = this.traps.filter((other) => other !== trap);
    trap?.arrived.resolve(call);
    await trap?.released.promise;
    const passed = this.pass(call);
    trap?.reply.resolve(passed);
    const reply = await passed;
    response.writeHead(reply.status, passedOn(reply.headers)).end(reply.body);
  }
}

interface Promised<T> {
  promise: Promise<T>;
  resolve: (value: T | PromiseLike<T>) => void;
}

function promised<T>(): Promised<T> {
  let resolve: Promised<T>['resolve'] = () => undefined;
  const promise = new Promise<T>((settle) => (resolve = settle));
  // Whoever waits hears of a failure; when nobody does, it is nobody's.
  promise.catch(() => undefined);
  return { promise, resolve };
}

/** Carries calls to one server. */
export const passTo =
  (base: string) =>
  (call: Call): Promise<Reply> =>
    send(new URL(call.path, base), call);

export function send(url: URL, { method, headers, body }: Call): Promise<Reply> {
  return new Promise((resolve, reject) => {
    const length = body.length > 0 ? { 'content-length': String(body.length) } : {};
    const onward = request(url, { method, headers: { ...passedOn(headers), ...length }, agent: false }, (answer) => {
      const { statusCode: status = 502, headers: found } = answer;
      bodyOf(answer).then((got) => resolve({ status, headers: found, body: got }), reject);
    });
    onward.on('error', reject);
    onward.end(body);
  });
}

const ofOneHop = new Set(['connection', 'keep-alive', 'transfer-encoding', 'content-length', 'host']);

const passedOn = (headers: Headers): Headers =>
  Object.fromEntries(Object.entries(headers).filter(([name]) => !ofOneHop.has(name)));

async function bodyOf(message: IncomingMessage): Promise<Buffer> {
  const chunks: Buffer[] = [];
  for await (const chunk of message) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks);
}
