import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Slot } from '../../../src/drivers/process/supervisor/slot.js';
import type { RefusedEntry } from '../../../src/drivers/process/wire.js';
import { kill9, openWorkshop, readLines, runs, type TestFleet, until, type Workshop } from './support.js';

let workshop: Workshop;
beforeAll(async () => {
  workshop = await openWorkshop();
});
afterAll(() => workshop.close());

const slot = (fleet: TestFleet, id: string): Slot | undefined =>
  readLines<Slot>(join(fleet.stateDir, 'slots', `${id}.json`))[0];
const again = (fleet: TestFleet): Promise<TestFleet> => workshop.start({ stateDir: fleet.stateDir });

test('an older epoch is refused, logged as refused, and touches nothing', async () => {
  const fleet = await workshop.start();
  expect((await fleet.put('checkout-1', { version: 'v2', key: 'new', epoch: 20 })).json.outcome).toBe('touched');
  const stale = await fleet.put('checkout-1', { version: 'v1', key: 'old', epoch: 18 });
  expect(stale).toMatchObject({ status: 409, json: { error: { code: 'stale' } } });
  expect((await fleet.drain('checkout-1', { key: 'old', epoch: 18 })).json.error?.code).toBe('stale');
  expect(fleet.applied()).toHaveLength(1);
  expect(readLines<RefusedEntry>(join(fleet.stateDir, 'refused.ndjson'))).toMatchObject([
    { instance: 'checkout-1', verb: 'put', key: 'old', epoch: 18, code: 'stale' },
    { verb: 'drain', code: 'stale' },
  ]);
  await fleet.stop();
});

test('of two puts at the same time the newer epoch stays, whichever comes first', async () => {
  const fleet = await workshop.start();
  for (const epochs of [
    [10, 20],
    [40, 30],
  ]) {
    const answers = await Promise.all(
      epochs.map((epoch) =>
        fleet.put('checkout-1', { version: `v${(epoch / 10) % 2 === 0 ? 2 : 3}`, key: `k${epoch}`, epoch }),
      ),
    );
    expect(await fleet.instance('checkout-1')).toMatchObject({
      version: 'v2',
      epoch: Math.max(...epochs),
      healthy: true,
    });
    expect(answers.filter((answer) => answer.status === 409).length).toBeLessThanOrEqual(1);
  }
  await fleet.stop();
});

test('a put whose caller has gone is carried to its end, once', async () => {
  const fleet = await workshop.start();
  const body = { version: 'v2-late', key: 'k', epoch: 10 };
  const caller = new AbortController();
  const call = fetch(`${fleet.url}/instances/checkout-1`, {
    method: 'PUT',
    body: JSON.stringify(body),
    signal: caller.signal,
  });
  await until('the new process is there', () => slot(fleet, 'checkout-1')?.pending?.pid != null);
  caller.abort();
  await expect(call).rejects.toThrow();
  expect((await fleet.put('checkout-1', body)).json.outcome).toBe('already');
  expect(fleet.applied()).toHaveLength(1);
  await fleet.stop();
});

/** Loses its port to another program the first time that it is started, and is a checkout from then on. */
const robbed = `
  const net = require('net'), fs = require('fs'), port = Number(process.env.FLEET_PORT);
  if (fs.existsSync('robbed')) import(process.argv[1] + '/services/checkout.js');
  else {
    fs.writeFileSync('robbed', String(port));
    const thief = "require('net').createServer().listen(" + port + ", '127.0.0.1'); setTimeout(() => process.exit(), 8000)";
    require('child_process').spawn(process.execPath, ['-e', thief], { detached: true, stdio: 'ignore' }).unref();
    setInterval(() => net.connect(port, '127.0.0.1').on('connect', () => process.exit(1)).on('error', () => 0), 20);
  }`;

test('a port that somebody takes before the process has it is lost, and another one is tried', async () => {
  const yaml = `
name: test
startSeconds: 10
services:
  checkout:
    instances: 1
    initial: v1
    command: ['{node}', '{programs}/services/checkout.js']
    versions:
      v1:
      v2: { command: ['{node}', '-e', ${JSON.stringify(robbed)}, '{programs}'] }
`;
  const fleet = await workshop.start({ yaml });
  expect((await fleet.put('checkout-1', { version: 'v2', key: 'new', epoch: 20 })).json.outcome).toBe('touched');
  expect(readLines(join(fleet.stateDir, 'robbed'))).not.toEqual([(await fleet.instance('checkout-1')).port]);
  await fleet.stop();
});

/** A request in flight at the only checkout that is routed, of a version that takes 1.5 s. */
async function slowRequest(fleet: TestFleet): Promise<{ answer: Promise<Response>; pid: number }> {
  await fleet.put('checkout-1', { version: 'v2-long', key: 'a', epoch: 10 });
  for (const id of ['checkout-2', 'checkout-3']) await fleet.drain(id, { key: 'd', epoch: 10 });
  const { pid, port } = await fleet.instance('checkout-1');
  const answer = fetch(`${fleet.edgeUrl}/checkout/`);
  await until('a request is in flight', async () => {
    const count = await fetch(`${fleet.edgeUrl}/in-flight?port=${port}`);
    return ((await count.json()) as { inFlight: number }).inFlight === 1;
  });
  return { answer, pid: pid ?? 0 };
}

test('a put answers when the new process is routed; the old one answers what it has, and ends after that', async () => {
  const fleet = await workshop.start();
  const old = await slowRequest(fleet);
  expect((await fleet.put('checkout-1', { version: 'v2', key: 'b', epoch: 12 })).json.outcome).toBe('touched');
  expect(runs(old.pid)).toBe(true);
  expect(await fleet.instance('checkout-1')).toMatchObject({ version: 'v2', healthy: true });
  expect((await fetch(`${fleet.edgeUrl}/checkout/`)).headers.get('x-served-by')).toBe('checkout-1@v2');
  expect((await old.answer).headers.get('x-served-by')).toBe('checkout-1@v2-long');
  await until('the old one is gone', () => !runs(old.pid));
  await fleet.stop();
});

test('what is asked of a slot waits until the process it replaced before is gone', async () => {
  const fleet = await workshop.start();
  const old = await slowRequest(fleet);
  const next = [
    fleet.put('checkout-1', { version: 'v2', key: 'b', epoch: 12 }),
    fleet.put('checkout-1', { version: 'v3', key: 'c', epoch: 14 }),
  ];
  expect((await Promise.all(next)).map(({ json }) => json.outcome)).toEqual(['touched', 'touched']);
  expect((await old.answer).status).toBe(200);
  expect(runs(old.pid)).toBe(false);
  expect((await fleet.instance('checkout-1')).version).toBe('v3');
  await fleet.stop();
});

describe('after kill -9 of the supervisor', () => {
  test('the next one adopts what lives, and reports what died meanwhile without starting it again', async () => {
    const first = await workshop.start();
    await first.put('checkout-2', { version: 'v2', key: 'k', epoch: 10 });
    await first.drain('checkout-3', { key: 'd', epoch: 12 });
    const there = await first.instances();
    await kill9(first.pid);
    await kill9(there.find((it) => it.id === 'checkout-1')?.pid ?? 0);
    const { lines } = await workshop.load(first.edgeUrl, 50, 1);
    expect(lines.filter((line) => line.i === 'checkout-2' && line.s === 200).length).toBeGreaterThan(10);

    const second = await again(first);
    expect(second.url).toBe(first.url);
    const expected = there.map((it) => (it.id === 'checkout-1' ? { ...it, state: 'crashed', healthy: false } : it));
    expect(await second.instances()).toEqual(expected);
    expect(await second.routedIds('checkout')).toEqual(['checkout-1', 'checkout-2']);
    expect((await second.put('checkout-2', { version: 'v2', key: 'k', epoch: 10 })).json.outcome).toBe('already');
    await second.stop();
    for (const { pid } of there) expect(runs(pid ?? 0)).toBe(false);
  });

  test('a process that was being started is stopped, and the touch can be asked for again', async () => {
    const first = await workshop.start();
    const body = { version: 'v2-late', key: 'k', epoch: 10 };
    const call = first.put('checkout-1', body).catch(() => 'cut off');
    await until('the new process is there', () => slot(first, 'checkout-1')?.pending?.pid != null);
    const starting = slot(first, 'checkout-1')?.pending?.pid ?? 0;
    await kill9(first.pid);
    expect(await call).toBe('cut off');

    const second = await again(first);
    expect(runs(starting)).toBe(false);
    expect(await second.instance('checkout-1')).toMatchObject({
      version: 'v1',
      state: 'running',
      healthy: true,
      epoch: 10,
    });
    expect(second.applied()).toEqual([]);
    expect((await second.put('checkout-1', body)).json.outcome).toBe('touched');
    expect(second.applied()).toHaveLength(1);
    await second.stop();
  });

  test('a decided touch is carried to its end: the request in flight is answered, the old process ends', async () => {
    const first = await workshop.start();
    const old = await slowRequest(first);
    await first.put('checkout-1', { version: 'v2', key: 'b', epoch: 12 });
    expect(runs(old.pid)).toBe(true);
    await kill9(first.pid);

    const second = await again(first);
    expect(runs(old.pid)).toBe(false);
    expect((await old.answer).status).toBe(200);
    expect(await second.instance('checkout-1')).toMatchObject({
      version: 'v2',
      key: 'b',
      state: 'running',
      healthy: true,
    });
    expect((await second.put('checkout-1', { version: 'v2', key: 'b', epoch: 12 })).json.outcome).toBe('already');
    expect(second.applied().filter((entry) => entry.key === 'b')).toHaveLength(1);
    await second.stop();
  });

  test('at any moment, touches asked for again until answered are effective exactly once', async () => {
    let fleet = await workshop.start();
    const children = new Set<number>();
    const wanted = ['v2', 'v3', 'v1', 'v2', 'v3', 'v1', 'v2', 'v3'];
    for (const [round, version] of wanted.entries()) {
      const body = { version, key: `k${round}`, epoch: 10 + round };
      const call = fleet.put('checkout-1', body).catch(() => undefined);
      await new Promise((resolve) => setTimeout(resolve, 10 + round * 25));
      await kill9(fleet.pid);
      await call;
      for (const record of [slot(fleet, 'checkout-1')?.pending, slot(fleet, 'checkout-1')?.process]) {
        if (record?.pid) children.add(record.pid);
      }
      fleet = await again(fleet);
      expect((await fleet.put('checkout-1', body)).status).toBe(200);
    }
    expect(fleet.applied().map(({ key, to }) => `${key} ${to}`)).toEqual(
      wanted.map((version, round) => `k${round} ${version}`),
    );
    const { pid, healthy } = await fleet.instance('checkout-1');
    expect(healthy).toBe(true);
    await until('no other process is left', () => ![...children].some((child) => child !== pid && runs(child)));
    await fleet.stop();
  });
});

test('an edge that lives but does not take the routes undoes the touch, and the log says so', async () => {
  const fleet = await workshop.start();
  const edge = (await fleet.instance('edge-1')).pid ?? 0;
  const old = (await fleet.instance('checkout-1')).pid;
  process.kill(edge, 'SIGSTOP');
  try {
    const answer = await fleet.put('checkout-1', { version: 'v2', key: 'k', epoch: 10 });
    expect(answer).toMatchObject({ status: 502, json: { error: { code: 'routing_failed' } } });
  } finally {
    process.kill(edge, 'SIGCONT');
  }
  expect(await fleet.instance('checkout-1')).toMatchObject({ pid: old, version: 'v1', state: 'running', key: null });
  expect(fleet.applied().map(({ verb, from, to }) => `${verb} ${from} ${to}`)).toEqual(['put v1 v2', 'undo v2 v1']);
  expect((await fleet.put('checkout-1', { version: 'v2', key: 'k', epoch: 10 })).json.outcome).toBe('touched');
  const { lines } = await workshop.load(fleet.edgeUrl, 50, 1);
  expect(lines.filter((line) => line.s !== 200)).toEqual([]);
  await fleet.stop();
}, 90_000);

test('a service that nobody routes to is drained by stopping it, and a crashed edge comes back on its port', async () => {
  const fleet = await workshop.start();
  expect((await fleet.drain('consumer-1', { key: 'd', epoch: 1 })).json.outcome).toBe('touched');
  expect(await fleet.instance('consumer-1')).toMatchObject({ state: 'stopped', pid: null });
  expect((await fleet.put('consumer-1', { version: 'v2', key: 'p', epoch: 2 })).json.outcome).toBe('touched');
  expect(await fleet.instance('consumer-1')).toMatchObject({ state: 'running', healthy: true, version: 'v2' });

  expect(
    (await fleet.put('edge-1', { version: 'v1', key: 'e', epoch: 1, expect: { version: 'v1' } })).json.outcome,
  ).toBe('already');
  await kill9((await fleet.instance('edge-1')).pid ?? 0);
  expect((await fleet.put('edge-1', { version: 'v1', key: 'f', epoch: 2 })).json.outcome).toBe('touched');
  expect((await fetch(`${fleet.edgeUrl}/checkout/`)).status).toBe(200);
  await fleet.stop();
});

test('stopped and started again, a fleet has the versions it had', async () => {
  const first = await workshop.start();
  await first.put('checkout-1', { version: 'v2', key: 'k', epoch: 10 });
  await first.stop();
  const second = await again(first);
  expect(await second.instance('checkout-1')).toMatchObject({ version: 'v2', key: 'k', epoch: 10, state: 'running' });
  await second.stop();
});

describe('refused with a reason', () => {
  let fleet: TestFleet;
  beforeAll(async () => {
    fleet = await workshop.start();
  });
  afterAll(() => fleet.stop());

  test('a second supervisor over the same state', async () => {
    await expect(again(fleet)).rejects.toMatchObject({ message: expect.stringContaining('already supervises') });
  });

  test.each([
    ['checkout-9', { version: 'v2', key: 'k', epoch: 1 }, 404, 'unknown_instance'],
    ['checkout-1', { version: 'v9', key: 'k', epoch: 1 }, 422, 'unknown_version'],
    ['checkout-1', { version: 'v2', epoch: 1 }, 400, 'bad_request'],
    ['checkout-1', { version: 'v2', key: 'k', epoch: 1, command: ['rm'] }, 400, 'bad_request'],
    ['checkout-1', { version: 'v2', key: 'k', epoch: 1, expect: { version: 'v3' } }, 409, 'changed'],
    ['checkout-1', { version: 'v2', key: 'k', epoch: 1, expect: { version: 'v1', state: 'drained' } }, 409, 'changed'],
  ])('%s %o', async (id, body, status, code) => {
    expect(await fleet.put(id, body)).toMatchObject({ status, json: { error: { code } } });
    expect(fleet.applied()).toEqual([]);
  });

  test('a page in a browser', async () => {
    const answer = await fetch(`${fleet.url}/stop`, { method: 'POST', headers: { origin: 'http://evil.example' } });
    expect(answer.status).toBe(400);
  });
});
