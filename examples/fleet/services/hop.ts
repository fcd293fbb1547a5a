import { Agent, type IncomingMessage, request } from 'node:http';
import { self } from './self.js';

const agent = new Agent({ keepAlive: true });
const limitMs = 10_000;

/** W3C headers that every hop passes on, so that a request can be followed and steered along its whole way. */
const passedOn = ['baggage', 'traceparent', 'tracestate'] as const;

export type Carried = Partial<Record<(typeof passedOn)[number], string>>;

export function carried(from: IncomingMessage): Carried {
  const headers: Carried = {};
  for (const name of passedOn) {
    const value = from.headers[name];
    if (value !== undefined) headers[name] = String(value);
  }
  return headers;
}

/** Calls another service through the edge: `hop('GET', '/inventory/stock', carried(request))`. */
export function hop(
  method: string,
  path: string,
  headers: Carried,
  body?: unknown,
  signal?: AbortSignal,
): Promise<{ status: number; json: unknown }> {
  return new Promise((resolve, reject) => {
    const options = { method, agent, headers: { ...headers }, timeout: limitMs, ...(signal ? { signal } : {}) };
    const call = request(self.edgeUrl + path, options, (answer) => {
      let text = '';
      answer.setEncoding('utf8').on('data', (chunk: string) => (text += chunk));
      answer.on('error', reject);
      answer.on('end', () => resolve({ status: answer.statusCode ?? 0, json: parse(text) }));
    });
    call.on('timeout', () => call.destroy(new Error(`${path} took longer than ${limitMs} ms`)));
    call.on('error', reject);
    call.end(body === undefined ? undefined : JSON.stringify(body));
  });
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
