import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { startUp, switchFault } from './faults.js';
import { count, exposition, labels, observe } from './metrics.js';
import { self } from './self.js';

export interface Reply {
  status: number;
  json: unknown;
}

/** What a service does when it is asked to end: `atOnce` frees whoever waits on it, `atLast` runs when all is answered. */
export interface Endings {
  atOnce?: () => void;
  atLast?: () => Promise<void>;
}

type Page = (request: IncomingMessage) => Promise<Reply>;

/** A service's pages, by method and path; each answered request is counted and timed. */
export function serve(pages: Record<string, Page>, endings: Endings = {}): Promise<void> {
  return listen(async (request, response) => {
    const began = performance.now();
    const page = pages[`${request.method} ${pathOf(request)}`];
    const { status, json } = page === undefined ? { status: 404, json: {} } : await answered(page, request);
    response.writeHead(status, {
      'content-type': 'application/json',
      'x-served-by': `${self.instance}@${self.version}`,
    });
    response.end(JSON.stringify(json));
    count('http_requests_total', labels({ code: String(status) }));
    observe('http_request_duration_seconds', '', (performance.now() - began) / 1000);
  }, endings);
}

async function answered(page: Page, request: IncomingMessage): Promise<Reply> {
  try {
    return await page(request);
  } catch (error) {
    return { status: 500, json: { error: error instanceof Error ? error.message : String(error) } };
  }
}

/**
 * Listens as this instance, with `/healthz`, `/metrics` and the switch of a fault beside `handle`. Asked to end it
 * takes no new connection, finishes what is in flight and exits.
 */
export async function listen(
  handle: (request: IncomingMessage, response: ServerResponse) => void | Promise<void>,
  endings: Endings = {},
): Promise<void> {
  await startUp();
  const server = createServer((request, response) => {
    const path = pathOf(request);
    if (path === '/healthz') {
      const { service, instance, version, key, epoch } = self;
      const health = { service, instance, version, key, epoch, pid: process.pid };
      response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify(health));
    } else if (path === '/metrics') {
      response.writeHead(200, { 'content-type': 'text/plain; version=0.0.4; charset=utf-8' }).end(exposition());
    } else if (request.method === 'PUT' && path === '/fault') {
      request.resume();
      response.writeHead(switchFault(shareOf(request)) ? 204 : 404).end();
    } else {
      Promise.resolve(handle(request, response)).catch((error: unknown) => {
        console.error(error);
        response.destroy();
      });
    }
  });
  // A server that closes idle connections by itself races with the caller's next request on them.
  server.keepAliveTimeout = 0;
  server.requestTimeout = 0;
  process.once('SIGTERM', () => {
    endings.atOnce?.();
    server.close(() => void (endings.atLast?.() ?? Promise.resolve()).finally(() => process.exit(0)));
    server.closeIdleConnections();
    setInterval(() => server.closeIdleConnections(), 10);
  });
  server.listen(self.port, '127.0.0.1');
}

const shareOf = (request: IncomingMessage): number =>
  Number(new URL(request.url ?? '/', 'http://service').searchParams.get('share') ?? Number.NaN);

export function pathOf(request: IncomingMessage): string {
  return (request.url ?? '/').split('?', 1)[0] ?? '/';
}

export async function bodyOf(request: IncomingMessage): Promise<unknown> {
  let text = '';
  for await (const chunk of request.setEncoding('utf8')) text += chunk;
  return text === '' ? undefined : JSON.parse(text);
}
