import { createServer, type IncomingHttpHeaders } from 'node:http';
import type { AddressInfo } from 'node:net';

export interface Received {
  method: string;
  path: string;
  headers: IncomingHttpHeaders;
  body: unknown;
}

/** What a receiver does with a request: an answer, silence, a broken connection, or an answer that never ends. */
export type Answer =
  | { status: number; body?: string; headers?: Record<string, string> }
  | 'hangs'
  | 'resets'
  | 'stalls';

export interface Receiver {
  url: string;
  received: Received[];
  close(): Promise<void>;
}

/** A real HTTP server that keeps what it is sent; the last answer is given for ever. */
export async function aReceiver(...answers: Answer[]): Promise<Receiver> {
  const received: Received[] = [];
  const server = createServer((request, response) => {
    let body = '';
    request.setEncoding('utf8');
    request.on('data', (chunk: string) => (body += chunk));
    request.on('end', () => {
      const { method = '', url: path = '', headers } = request;
      received.push({ method, path, headers, body: JSON.parse(body) });
      const answer = answers[Math.min(received.length, answers.length) - 1] ?? { status: 200 };
      if (answer === 'hangs') return;
      if (answer === 'resets') return void request.socket.resetAndDestroy();
      if (answer === 'stalls') return void response.writeHead(500, { 'content-length': 1_000_000 }).write('so far');
      response.writeHead(answer.status, answer.headers).end(answer.body ?? '');
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    received,
    close: async () => {
      server.closeAllConnections();
      await new Promise<void>((resolve) => server.close(() => resolve()));
    },
  };
}
