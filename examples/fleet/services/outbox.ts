import { type Carried, hop } from './hop.js';
import { count } from './metrics.js';
import type { Message } from './queue.js';

/** Orders are published in handfuls: one call to the queue for all of this span. */
const flushMs = 100;

let waiting: Message[] = [];
let timer: NodeJS.Timeout | undefined;

/** Puts a message on its way to the queue, with the headers of the request it came from. */
export function publish(body: unknown, headers: Carried): void {
  waiting.push({ body, headers });
  timer ??= setTimeout(() => void flush(), flushMs);
}

/** Sends what waits; also the last thing before the process ends. What the queue does not take is counted and lost. */
export async function flush(): Promise<void> {
  clearTimeout(timer);
  timer = undefined;
  const batch = waiting;
  waiting = [];
  if (batch.length === 0) return;
  try {
    const { status } = await hop('POST', '/queue/publish', {}, batch);
    if (status !== 202) throw new Error(`the queue answered ${status}`);
  } catch (error) {
    count('orders_unpublished_total', '', batch.length);
    console.error(error instanceof Error ? error.message : error);
  }
}
