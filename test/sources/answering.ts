import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';

export interface Asked {
  method: string;
  path: string;
  headers: Record<string, string | string[] | undefined>;
  form: URLSearchParams;
}

export interface Answering {
  url: string;
  asked: Asked[];
  close(): Promise<void>;
}

/** A real HTTP server with literal answers; null hangs. The last answer is given for ever. */
export async function answering(
  ...answers: ({ status?: number; type?: string; body: string; headers?: Record<string, string> } | null)[]
): Promise<Answering> {
  const asked: Asked[] = [];
  const server = createServer((request, response) => {
    let body = '';
    request.setEncoding('utf8');
    request.on('data', (chunk: string) => (body += chunk));
    request.on('end', () => {
      const { method = '', url = '', headers } = request;
      asked.push({ method, path: url, headers, form: new URLSearchParams(body) });
      const answer = answers[Math.min(asked.length, answers.length) - 1];
      if (answer === null || answer === undefined) return;
      response.writeHead(answer.status ?? 200, {
        'content-type': answer.type ?? 'application/json',
        ...answer.headers,
      });
      response.end(answer.body);
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    asked,
    close: async () => {
      server.closeAllConnections();
      await new Promise<void>((resolve) => server.close(() => resolve()));
    },
  };
}
