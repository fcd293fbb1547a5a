import { Agent, type IncomingHttpHeaders, type IncomingMessage, request as call, type ServerResponse } from 'node:http';
import { count, labels, observe } from './metrics.js';
import { type Route, routes } from './routes.js';
import { bodyOf, listen, pathOf } from './serve.js';

const agent = new Agent({ keepAlive: true });
const upstreamLimitMs = 10_000;
const hopByHop = new Set([
  'connection',
  'keep-alive',
  'transfer-encoding',
  'te',
  'trailer',
  'upgrade',
  'host',
  'expect',
]);

/**
 * The way in and the way between services: `/<service>/<path>` goes to one of its instances. It measures every
 * instance from the caller's side, and it does not retry: what an instance fails is seen.
 */
await listen(async (request, response) => {
  switch (`${request.method} ${pathOf(request)}`) {
    case 'PUT /routes':
      routes.replace((await bodyOf(request)) as Record<string, Route[]>, query(request, 'version'));
      return void response.writeHead(200).end('{}');
    case 'GET /routes':
      return void response.writeHead(200).end(JSON.stringify(routes.all()));
    case 'GET /in-flight':
      return void response.writeHead(200).end(JSON.stringify({ inFlight: routes.inFlight(query(request, 'port')) }));
    default:
      proxy(request, response);
  }
});

function query(request: IncomingMessage, name: string): number {
  return Number(new URL(request.url ?? '', 'http://edge').searchParams.get(name));
}

function proxy(request: IncomingMessage, response: ServerResponse): void {
  const [, service = '', path = '/'] = /^\/([^/?]*)(.*)$/.exec(request.url ?? '') ?? [];
  const route = routes.pick(service);
  if (route === undefined) {
    request.resume();
    count('http_requests_total', labels({ upstream: 'none', upstream_instance: 'none', code: '503' }));
    response.writeHead(503).end(`no instance of ${service}\n`);
    return;
  }
  const began = performance.now();
  const release = routes.enter(route.port);
  let code = '499';
  response.once('close', () => {
    release();
    const who = { upstream: service, upstream_instance: route.id };
    count('http_requests_total', labels({ ...who, code }));
    observe('http_request_duration_seconds', labels(who), (performance.now() - began) / 1000);
  });
  const fail = (status: 502 | 504): void => {
    code = String(status);
    if (response.headersSent) response.destroy();
    else response.writeHead(status, { 'x-served-by': `${route.id}@${route.version}` }).end();
  };
  const upstream = call(
    {
      agent,
      host: '127.0.0.1',
      port: route.port,
      method: request.method,
      path: path === '' || path.startsWith('?') ? `/${path}` : path,
      headers: forwarded(request.headers),
      timeout: upstreamLimitMs,
    },
    (answer) => {
      code = String(answer.statusCode);
      response.writeHead(answer.statusCode ?? 502, forwarded(answer.headers));
      answer.on('error', () => fail(502));
      answer.pipe(response);
    },
  );
  let late = false;
  upstream.on('timeout', () => {
    late = true;
    upstream.destroy();
  });
  upstream.on('error', () => {
    if (!response.destroyed) fail(late ? 504 : 502);
  });
  response.once('close', () => {
    if (!response.writableFinished) upstream.destroy();
  });
  request.pipe(upstream);
}

function forwarded(headers: IncomingHttpHeaders): IncomingHttpHeaders {
  const passed: IncomingHttpHeaders = {};
  for (const [name, value] of Object.entries(headers)) if (!hopByHop.has(name)) passed[name] = value;
  return passed;
}
