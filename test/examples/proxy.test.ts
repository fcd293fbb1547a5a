import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { openMetrics } from '../../examples/demo/metrics.js';
import { passTo, Proxy } from '../../examples/demo/proxy.js';
import { ScrapeSource } from '../../src/sources/scrape/source.js';

/** A fleet's supervisor and one process of it, as far as HTTP shows them. */
const got: string[] = [];
let server: Server;
let url: string;
beforeAll(async () => {
  server = createServer((request, response) => {
    let body = '';
    request.on('data', (chunk: Buffer) => (body += chunk.toString()));
    request.on('end', () => {
      got.push(`${request.method} ${request.url} ${body}`.trim());
      const labels = { service: 'shop', instance: 'shop-1' };
      if (request.url === '/sd') response.end(JSON.stringify([{ targets: [new URL(url).host], labels }]));
      else if (request.url === '/metrics') response.end('http_requests_total{code="200"} 7\n');
      else response.writeHead(409, { 'x-answer': 'own' }).end(`got ${body}`);
    });
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
});
afterAll(() => server.close());
beforeEach(() => void got.splice(0));

const put = (base: string, path: string, signal?: AbortSignal): Promise<Response> =>
  fetch(base + path, { method: 'PUT', body: 'v2', ...(signal ? { signal } : {}) });

test('a call and its answer pass as they are', async () => {
  const proxy = await Proxy.open(passTo(url));
  const answer = await put(proxy.url, '/instances/a?b=c');
  expect([answer.status, answer.headers.get('x-answer'), await answer.text()]).toEqual([409, 'own', 'got v2']);
  expect(got).toEqual(['PUT /instances/a?b=c v2']);
  await proxy.refuse();
});

test('refusing closes the port, and forwarding opens the same one again', async () => {
  const proxy = await Proxy.open(passTo(url));
  const before = proxy.url;
  await proxy.refuse();
  await expect(put(before, '/x')).rejects.toMatchObject({ cause: { code: 'ECONNREFUSED' } });
  await proxy.forward();
  expect((await put(before, '/x')).status).toBe(409);
  await proxy.refuse();
});

test('a held call stands still while others pass, and goes on though its sender has gone', async () => {
  const proxy = await Proxy.open(passTo(url));
  const held = proxy.hold(({ method, path }) => method === 'PUT' && path === '/instances/a');
  const sender = new AbortController();
  const call = put(proxy.url, '/instances/a', sender.signal);
  expect((await held.arrived).body.toString()).toBe('v2');
  expect((await put(proxy.url, '/instances/b')).status).toBe(409);
  sender.abort();
  await expect(call).rejects.toThrow();
  expect(got).toEqual(['PUT /instances/b v2']);
  const { status, body } = await held.release();
  expect([status, body.toString()]).toEqual([409, 'got v2']);
  expect(got).toEqual(['PUT /instances/b v2', 'PUT /instances/a v2']);
  expect((await put(proxy.url, '/instances/a')).status).toBe(409);
  await proxy.refuse();
});

test('who cannot be reached is a broken connection, and no answer', async () => {
  const gone = await Proxy.open(passTo(url));
  await gone.refuse();
  const proxy = await Proxy.open(passTo(gone.url));
  await expect(put(proxy.url, '/x')).rejects.toThrow();
  await proxy.refuse();
});

test('discovery leads back to the proxy, so that with it the whole source is gone', async () => {
  const metrics = await openMetrics(url);
  const options = { discovery: { httpSd: `${metrics.url}/sd` }, timeoutMs: 2_000, concurrency: 4, shareMs: 0 };
  const source = new ScrapeSource('fleet', options);
  const measure = { kind: 'ratio', counter: 'http_requests_total', bad: { code: '5..' } } as const;
  const query = { stream: 'errors', service: 'shop', by: 'instance', select: {}, measure };
  const read = () => source.read([query], { signal: new AbortController().signal });
  expect((await read()).counts).toMatchObject([{ target: 'shop-1', total: 7, bad: 0 }]);
  expect(got).toEqual(['GET /sd', 'GET /metrics']);
  await metrics.refuse();
  await expect(read()).rejects.toMatchObject({ code: 'SOURCE_DOWN' });
  expect(got).toHaveLength(2);
});
