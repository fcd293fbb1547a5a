import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';

/** A real exporter of eight instances whose counters go up with the time. */
export interface CountersPage {
  /** host:port */
  target: string;
  /** Sum of all totals of each page that was given, in order. */
  given: number[];
  /** Requests a second of each instance. */
  perSecond: number;
  /** ms by which the samples' own times are off; null: they have none. */
  datedOffMs: number | null;
  /** A page is given again for so long. */
  keptMs: number;
  close(): Promise<void>;
}

export async function countersPage(): Promise<CountersPage> {
  const beganMs = performance.now();
  let kept = { page: '', atMs: -Infinity };
  let total = 1_000;
  let lastMs = beganMs;
  const make = (): string => {
    const nowMs = performance.now();
    total += ((nowMs - lastMs) * page.perSecond) / 1000;
    lastMs = nowMs;
    const count = Math.floor(total);
    page.given.push(8 * count);
    const date = page.datedOffMs === null ? '' : ` ${Math.round(Date.now() + page.datedOffMs)}`;
    const bad = Math.floor(count / 100);
    const line = (i: number, code: string, value: number): string =>
      `http_requests_total{instance="app-${i + 1}",code="${code}"} ${value}${date}`;
    const lines = Array.from({ length: 8 }, (_, i) => [line(i, '200', count - bad), line(i, '503', bad)]);
    return `${lines.flat().join('\n')}\n`;
  };
  const server = createServer((_request, response) => {
    if (performance.now() - kept.atMs >= page.keptMs) kept = { page: make(), atMs: performance.now() };
    response.writeHead(200, { 'content-type': 'text/plain; version=0.0.4' }).end(kept.page);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const page: CountersPage = {
    target: `127.0.0.1:${(server.address() as AddressInfo).port}`,
    given: [],
    perSecond: 400,
    datedOffMs: null,
    keptMs: 0,
    close: async () => {
      server.closeAllConnections();
      await new Promise<void>((resolve) => server.close(() => resolve()));
    },
  };
  return page;
}
