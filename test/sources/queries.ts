import type { StreamQuery } from '../../src/sources/port.js';

/** Errors and slow requests of `checkout`, seen by the instances themselves. */
export const errors: StreamQuery = {
  stream: 'errors',
  service: 'checkout',
  by: 'instance',
  select: { route: '/buy' },
  measure: { kind: 'ratio', counter: 'http_requests_total', bad: { code: '5..' } },
};

export const slow: StreamQuery = {
  stream: 'latency.p95',
  service: 'checkout',
  by: 'instance',
  select: { route: '/buy' },
  measure: { kind: 'slower', histogram: 'http_request_seconds', le: 0.25 },
};

export const forEver = (): { signal: AbortSignal } => ({ signal: new AbortController().signal });
