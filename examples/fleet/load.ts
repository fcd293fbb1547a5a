import { createWriteStream } from 'node:fs';
import { Agent, request } from 'node:http';
import { parseArgs } from 'node:util';
import { isFailed, quantile, type RequestLine } from './harm.js';

const usage = `usage: node load.js --url http://127.0.0.1:PORT/checkout/ --rps 200 --out requests.ndjson [--seconds 60] [--seed 1]
  --seconds   0: until SIGTERM or SIGINT
  --baggage   value of the W3C baggage header of every request`;
const requestLimitMs = 10_000;
/** How long requests in flight may take at the end. */
const endLimitMs = 3000;

const { values } = parseArgs({
  options: {
    url: { type: 'string' },
    rps: { type: 'string', default: '50' },
    seconds: { type: 'string', default: '0' },
    out: { type: 'string' },
    seed: { type: 'string', default: '1' },
    baggage: { type: 'string' },
  },
});
const rps = Number(values.rps);
const seconds = Number(values.seconds);
const seed = Number(values.seed);
if (!values.url || !values.out || !(rps > 0) || !(seconds >= 0) || !Number.isInteger(seed)) {
  console.error(usage);
  process.exit(2);
}
const url = new URL(values.url);
const headers = values.baggage === undefined ? {} : { baggage: values.baggage };
const agent = new Agent({ keepAlive: true });
const out = createWriteStream(values.out, { flags: 'a' });
const random = mulberry32(seed);
const latencies: number[] = [];
const lags: number[] = [];
let failed = 0;
let inFlight = 0;
let stopped = false;

/**
 * Open loop: when a request is sent was decided beforehand, whatever the answers do. A slow fleet gets no fewer
 * requests, and a slow sender shows itself in `lag`.
 */
const beganMs = performance.now();
let dueMs = beganMs + gapMs();
let timer = setTimeout(fire, dueMs - beganMs);
process.once('SIGTERM', () => void end());
process.once('SIGINT', () => void end());

function fire(): void {
  const nowMs = performance.now();
  while (!stopped && dueMs <= nowMs) {
    if (seconds > 0 && dueMs - beganMs > seconds * 1000) return void end();
    send(dueMs);
    dueMs += gapMs();
  }
  if (!stopped) timer = setTimeout(fire, Math.max(0, dueMs - performance.now()));
}

function send(plannedMs: number): void {
  const sentMs = performance.now();
  const t = Date.now();
  inFlight += 1;
  let settled = false;
  const settle = (s: number, served: string): void => {
    if (settled) return;
    settled = true;
    inFlight -= 1;
    const [i = '', v = ''] = served.split('@');
    const ms = rounded(performance.now() - sentMs);
    const line: RequestLine = { t, ms, s, v, i, lag: rounded(sentMs - plannedMs) };
    latencies.push(line.ms);
    lags.push(line.lag);
    if (isFailed(line)) failed += 1;
    out.write(`${JSON.stringify(line)}\n`);
  };
  const call = request(url, { agent, headers, timeout: requestLimitMs }, (answer) => {
    const served = String(answer.headers['x-served-by'] ?? '');
    answer.resume();
    answer.on('end', () => settle(answer.statusCode ?? 0, served));
    answer.on('error', () => settle(0, served));
  });
  call.on('timeout', () => call.destroy());
  call.on('close', () => settle(0, ''));
  call.on('error', () => settle(0, ''));
  call.end();
}

async function end(): Promise<void> {
  if (stopped) return;
  stopped = true;
  clearTimeout(timer);
  const lasted = (performance.now() - beganMs) / 1000;
  const limit = Date.now() + endLimitMs;
  while (inFlight > 0 && Date.now() < limit) await new Promise((resolve) => setTimeout(resolve, 10));
  agent.destroy();
  await new Promise<void>((resolve) => out.end(resolve));
  const of = (list: number[], q: number): number | null => (list.length === 0 ? null : quantile(list, q));
  const summary = {
    requests: latencies.length,
    failed,
    seconds: rounded(lasted),
    rps: rounded(latencies.length / lasted),
    ms: { p50: of(latencies, 0.5), p95: of(latencies, 0.95), p99: of(latencies, 0.99) },
    lagMs: { p50: of(lags, 0.5), p99: of(lags, 0.99), max: of(lags, 1) },
    unfinished: inFlight,
  };
  console.log(JSON.stringify(summary));
  process.exit(0);
}

/** Exponential gaps make a Poisson stream. */
function gapMs(): number {
  return (-Math.log(1 - random()) * 1000) / rps;
}

function rounded(value: number): number {
  return Math.round(value * 100) / 100;
}

/** Tommy Ettinger's mulberry32: the same seed, the same stream. */
function mulberry32(start: number): () => number {
  let state = start >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4294967296;
  };
}
