import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Endpoint } from '../../src/sources/scrape/discovery.js';

export interface Counters {
  ok: number;
  failed: number;
  /** Requests by upper bound in seconds. */
  buckets: Record<string, number>;
  startSeconds: number | null;
}

/** A small real exporter: one process of the service `checkout`, whose counters a test sets. */
export class Exporter {
  private server: Server | null = null;
  private port = 0;
  scrapes = 0;
  counters: Counters = { ok: 0, failed: 0, buckets: {}, startSeconds: 1_700_000_000 };
  /** Set to answer something else than the counters. */
  page: string | null = null;
  status = 200;
  hangs = false;

  constructor(readonly instance: string) {}

  async start(): Promise<this> {
    this.server = createServer((_request, response) => {
      this.scrapes += 1;
      if (this.hangs) return;
      response.writeHead(this.status, { 'content-type': 'text/plain; version=0.0.4' });
      response.end(this.page ?? metrics(this.counters));
    });
    const server = this.server;
    await new Promise<void>((resolve) => server.listen(this.port, '127.0.0.1', resolve));
    this.port = (server.address() as AddressInfo).port;
    return this;
  }

  /** Gone, as after a kill; start() again listens on the same port. */
  async stop(): Promise<void> {
    const server = this.server;
    this.server = null;
    if (server === null) return;
    server.closeAllConnections();
    await new Promise<void>((resolve) => server.close(() => resolve()));
  }

  get target(): string {
    return `127.0.0.1:${this.port}`;
  }

  get labels(): Record<string, string> {
    return { service: 'checkout', instance: this.instance, zone: 'a', version: 'v1' };
  }

  get entry(): { target: string; labels: Record<string, string> } {
    return { target: this.target, labels: this.labels };
  }

  get endpoint(): Endpoint {
    return { url: `http://${this.target}/metrics`, labels: this.labels };
  }
}

export function metrics({ ok, failed, buckets, startSeconds }: Counters): string {
  const count = Math.max(0, ...Object.values(buckets));
  return [
    '# HELP http_requests_total Requests.',
    '# TYPE http_requests_total counter',
    `http_requests_total{route="/buy",code="200"} ${ok}`,
    `http_requests_total{route="/buy",code="503"} ${failed}`,
    '# TYPE http_request_seconds histogram',
    ...Object.entries(buckets).map(([le, n]) => `http_request_seconds_bucket{route="/buy",le="${le}"} ${n}`),
    `http_request_seconds_sum{route="/buy"} 1`,
    `http_request_seconds_count{route="/buy"} ${count}`,
    ...(startSeconds === null ? [] : [`process_start_time_seconds ${startSeconds}`]),
    '',
  ].join('\n');
}
