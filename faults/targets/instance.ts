import { createServer } from 'node:http';

/**
 * The cheapest real program of a fleet: says who it is, and counts requests by the clock, one in a hundred failed. RATE:
 * requests a second.
 */
const { FLEET_SERVICE, FLEET_INSTANCE, FLEET_VERSION, FLEET_KEY, FLEET_EPOCH, FLEET_PORT, RATE } = process.env;
const startedAt = (Date.now() - process.uptime() * 1000) / 1000;
const rate = Number(RATE ?? 400);
const badShare = 0.01;

const health = JSON.stringify({
  service: FLEET_SERVICE,
  instance: FLEET_INSTANCE,
  version: FLEET_VERSION,
  key: FLEET_KEY,
  epoch: Number(FLEET_EPOCH),
  pid: process.pid,
});

function metrics(): string {
  const total = Math.floor(process.uptime() * rate);
  const bad = Math.floor(total * badShare);
  return [
    `http_requests_total{code="200"} ${total - bad}`,
    `http_requests_total{code="500"} ${bad}`,
    `process_start_time_seconds ${startedAt.toFixed(3)}`,
    '',
  ].join('\n');
}

const server = createServer((request, response) => response.end(request.url === '/metrics' ? metrics() : health));
server.listen(Number(FLEET_PORT), '127.0.0.1');
process.once('SIGTERM', () => process.exit(0));
