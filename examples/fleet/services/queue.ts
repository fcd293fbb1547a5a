import type { ServerResponse } from 'node:http';
import type { Carried } from './hop.js';
import { count, labels, observe } from './metrics.js';
import { bodyOf, listen, pathOf } from './serve.js';

/** What is published, in handfuls, and fetched, in handfuls. */
export interface Message {
  body: unknown;
  headers: Carried;
}

const capacity = 10_000;
const batchSize = 200;
/** A consumer that finds nothing waits at most so long; then it asks again. */
const waitMs = 1000;

const messages: Message[] = [];
const waiting: ServerResponse[] = [];
let stopping = false;

/** A tiny broker: messages keep the headers they came with; the oldest is dropped when nobody fetches them. */
await listen(
  async (request, response) => {
    const began = performance.now();
    switch (`${request.method} ${pathOf(request)}`) {
      case 'POST /publish':
        messages.push(...((await bodyOf(request)) as Message[]));
        messages.splice(0, messages.length - capacity);
        response.writeHead(202, { 'content-type': 'application/json' }).end('{}');
        deliver();
        count('http_requests_total', labels({ code: '202' }));
        observe('http_request_duration_seconds', '', (performance.now() - began) / 1000);
        return;
      case 'GET /consume':
        waiting.push(response);
        setTimeout(() => answer(response), waitMs);
        response.once('close', () => remove(response));
        deliver();
        return;
      default:
        response.writeHead(404).end();
    }
  },
  {
    atOnce: () => {
      stopping = true;
      deliver();
    },
  },
);

function deliver(): void {
  while ((stopping || messages.length > 0) && waiting[0] !== undefined) answer(waiting[0]);
}

function answer(response: ServerResponse): void {
  if (!remove(response)) return;
  const batch = messages.splice(0, batchSize);
  count('queue_delivered_total', '', batch.length);
  response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify({ messages: batch }));
}

function remove(response: ServerResponse): boolean {
  const index = waiting.indexOf(response);
  if (index >= 0) waiting.splice(index, 1);
  return index >= 0;
}
