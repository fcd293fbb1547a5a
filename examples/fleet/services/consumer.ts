import { setTimeout as sleep } from 'node:timers/promises';
import { work } from './faults.js';
import { type Carried, hop } from './hop.js';
import { count, labels, observe } from './metrics.js';
import { listen } from './serve.js';

interface Fetched {
  messages: { body: unknown; headers: Carried }[];
}

/** Between two fetches, so that orders come in handfuls and not one by one. */
const lingerMs = 100;
const keptMessages = 50;

const seen: Fetched['messages'] = [];
const stopping = new AbortController();

await listen(
  (_request, response) => {
    response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify({ seen }));
  },
  { atOnce: () => stopping.abort() },
);
await consume();

/** Fetches orders from the queue until told to end; `GET /` shows the last of them with their headers. */
async function consume(): Promise<void> {
  while (!stopping.signal.aborted) {
    try {
      const { status, json } = await hop('GET', '/queue/consume', {}, undefined, stopping.signal);
      if (status !== 200) throw new Error(`the queue answered ${status}`);
      for (const message of (json as Fetched).messages) await handle(message);
      await sleep(lingerMs);
    } catch (error) {
      if (stopping.signal.aborted) return;
      console.error(error instanceof Error ? error.message : error);
      await sleep(500);
    }
  }
}

async function handle(message: Fetched['messages'][number]): Promise<void> {
  const began = performance.now();
  let code = '200';
  try {
    await work();
  } catch {
    code = '500';
  }
  count('orders_consumed_total', labels({ code }));
  observe('order_duration_seconds', '', (performance.now() - began) / 1000);
  seen.push(message);
  if (seen.length > keptMessages) seen.shift();
}
