import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { exposed, instancesOf, serviceOf } from './fleet.js';
import { pageSize } from './pages.js';

/** Child of the bench: one process that serves the counters of every instance, `pageSize` services to a page. */
const startSeconds = Math.floor(Date.now() / 1000);
const server = createServer((request, response) => {
  const page = Number(request.url?.split('/').at(-1));
  const seconds = performance.now() / 1000;
  const parts = Array.from({ length: pageSize }, (_, i) => {
    const index = page * pageSize + i;
    return instancesOf(index).map((instance) => exposed(serviceOf(index), instance, seconds, startSeconds));
  });
  response.writeHead(200, { 'content-type': 'text/plain; version=0.0.4' });
  response.end(`${parts.flat().join('\n')}\n`);
});
server.listen(0, '127.0.0.1', () => process.send?.((server.address() as AddressInfo).port));
process.on('disconnect', () => process.exit(0));
