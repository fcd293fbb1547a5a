import { readFileSync } from 'node:fs';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { openWorkshop, type TestFleet, until, type Workshop } from '../drivers/process/support.js';

const example = new URL('../../examples/fleet/fleet.yaml', import.meta.url).pathname;

let workshop: Workshop;
let fleet: TestFleet;
beforeAll(async () => {
  workshop = await openWorkshop();
  fleet = await workshop.start({ yaml: readFileSync(example, 'utf8') });
});
afterAll(() => workshop.close());

const portOf = async (id: string): Promise<number> => (await fleet.instance(id)).port ?? 0;
const textOf = async (url: string): Promise<string> => (await fetch(url)).text();

test('baggage is passed on through every hop and the queue, and the answer says who served', async () => {
  const headers = {
    baggage: 'graywave.lane=blue',
    traceparent: '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01',
  };
  const answer = await fetch(`${fleet.edgeUrl}/checkout/`, { headers });
  expect(answer.status).toBe(200);
  expect(answer.headers.get('x-served-by')).toMatch(/^checkout-[1-8]@v1$/);
  const { order, stock } = (await answer.json()) as { order: string; stock: { carried: Record<string, string> } };
  expect(stock.carried).toEqual(headers);
  await until('the order has come out of the queue with its baggage', async () => {
    for (const id of ['consumer-1', 'consumer-2']) {
      const page = JSON.parse(await textOf(`http://127.0.0.1:${await portOf(id)}/`)) as {
        seen: { body: { order: string }; headers: Record<string, string> }[];
      };
      const message = page.seen.find((it) => it.body.order === order);
      if (message !== undefined) {
        expect(message.headers).toEqual(headers);
        return true;
      }
    }
    return false;
  });
});

test('the load generator holds 200 requests per second in an open loop and reports its own lag', async () => {
  const { lines, summary } = await workshop.load(fleet.edgeUrl, 200, 6, ['--seed', '7']);
  // A Poisson count of mean 1200 lies within 6 standard deviations; machines that cannot keep up fail here.
  expect(Math.abs(lines.length - 1200)).toBeLessThan(6 * Math.sqrt(1200));
  expect(summary.requests).toBe(lines.length);
  expect(summary.lagMs.p99).toBeGreaterThanOrEqual(summary.lagMs.p50);
  expect(summary.lagMs.p99).toBeLessThan(200);
  expect(lines.filter((line) => line.s === 0)).toEqual([]);
  const byInstance = new Set(lines.map((line) => line.i));
  expect(byInstance.size).toBe(8);
}, 30_000);

test('caller and callee count the same requests, in counters and in histograms', async () => {
  const sum = (text: string, start: RegExp): number =>
    text
      .split('\n')
      .filter((row) => start.test(row))
      .reduce((total, row) => total + Number(row.slice(row.lastIndexOf(' '))), 0);
  const edge = await textOf(`${fleet.edgeUrl}/metrics`);
  for (const id of ['checkout-1', 'checkout-8']) {
    const own = await textOf(`http://127.0.0.1:${await portOf(id)}/metrics`);
    const callee = sum(own, /^http_requests_total\{/);
    expect(callee).toBeGreaterThan(100);
    expect(sum(edge, new RegExp(`^http_requests_total\\{.*upstream_instance="${id}"`))).toBe(callee);
    expect(sum(own, /^http_request_duration_seconds_count\{/)).toBe(callee);
    expect(sum(own, /^http_request_duration_seconds_bucket\{.*le="\+Inf"/)).toBe(callee);
    expect(own).toContain(`build_info{service="checkout",instance="${id}",version="v1"} 1`);
    expect(own).toMatch(/^process_start_time_seconds\{/m);
  }
});

test('service discovery lists every process with plain labels', async () => {
  const groups = JSON.parse(await textOf(`${fleet.url}/sd`)) as { targets: string[]; labels: Record<string, string> }[];
  expect(groups).toHaveLength(16);
  const edge = groups.find((group) => group.labels['service'] === 'edge');
  expect(edge).toEqual({
    targets: [new URL(fleet.edgeUrl).host],
    labels: { service: 'edge', instance: 'edge-1', zone: 'a', version: 'v1' },
  });
});

test('a version with a switch fails from the moment it is told to, and only such a version can be told', async () => {
  const port = await portOf('checkout-8');
  const tell = async (at: number, share: string): Promise<number> =>
    (await fetch(`http://127.0.0.1:${at}/fault?share=${share}`, { method: 'PUT' })).status;
  expect(await tell(port, '1')).toBe(404);
  await fleet.put('checkout-8', { version: 'v2-switch', key: 'k-8', epoch: 1 });
  const own = await portOf('checkout-8');
  const statuses = async (): Promise<number[]> => {
    const answers = await Promise.all(Array.from({ length: 20 }, () => fetch(`http://127.0.0.1:${own}/`)));
    return answers.map(({ status }) => status);
  };
  expect((await statuses()).filter((status) => status === 200).length).toBeGreaterThan(15);
  for (const share of ['2', '-1', 'much']) expect(await tell(own, share)).toBe(404);
  expect(await tell(own, '1')).toBe(204);
  expect(new Set(await statuses())).toEqual(new Set([500]));
});

test('a version with a fault shows it: 2% of the requests of v2-errors fail', async () => {
  for (const id of ['checkout-1', 'checkout-2', 'checkout-3', 'checkout-4']) {
    expect((await fleet.put(id, { version: 'v2-errors', key: `k-${id}`, epoch: 1 })).json.outcome).toBe('touched');
  }
  const { lines } = await workshop.load(fleet.edgeUrl, 150, 10);
  const failed = (version: string): number => lines.filter((line) => line.v === version && line.s === 500).length;
  const sent = (version: string): number => lines.filter((line) => line.v === version).length;
  expect(sent('v2-errors')).toBeGreaterThan(600);
  // 2.2% of some 750: mean 16, so 4 or fewer has probability below 0.001; v1 fails 0.2%.
  expect(failed('v2-errors')).toBeGreaterThan(4);
  expect(failed('v2-errors')).toBeGreaterThan(failed('v1'));
}, 30_000);
