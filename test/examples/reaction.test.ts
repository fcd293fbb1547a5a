import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, expect, test } from 'vitest';
import type { Activity } from '../../bench/reaction/history.js';
import { instantsOf, partsOf, reactionOf } from '../../bench/reaction/parts.js';
import { World } from '../../bench/reaction/world.js';
import type { Look } from '../../src/judge/types.js';
import type { ChangeStatus } from '../../src/workflows/messages.js';

const servers: Server[] = [];
afterEach(() => {
  for (const server of servers.splice(0)) server.close();
});

async function answering(json: (path: string) => unknown): Promise<number> {
  const server = createServer((request, response) => void response.end(JSON.stringify(json(request.url ?? ''))));
  servers.push(server);
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return (server.address() as AddressInfo).port;
}

test('back is when every instance is routed and its own process says the old version, whatever the table says', async () => {
  const said = { a: 'v1', b: 'v2' };
  const ports = {
    a: await answering(() => ({ instance: 'a', version: said.a })),
    b: await answering(() => ({ instance: 'b', version: said.b })),
  };
  const row = (id: 'a' | 'b') => ({ id, port: ports[id], version: 'v1' });
  let table = [row('a')];
  let asked = 0;
  const edge = await answering(() => {
    asked += 1;
    return { shop: table };
  });
  const world = new World(`http://127.0.0.1:${edge}`, 'shop');
  let back: number | null = null;
  const limit = AbortSignal.timeout(20_000);
  const waited = world.back(['a', 'b'], 'v1', limit).then((ms) => (back = ms));
  const looks = async (more: number): Promise<void> => {
    const until = asked + more;
    while (asked < until) {
      limit.throwIfAborted();
      await new Promise((resolve) => setTimeout(resolve, 5));
    }
  };
  await looks(3);
  expect(back).toBeNull();
  table = [row('a'), row('b')];
  await looks(3);
  expect(back).toBeNull();
  said.b = 'v1';
  const restoredMs = Date.now();
  await waited;
  expect(back).toBeGreaterThanOrEqual(restoredMs);
});

test('a run is taken apart into what came between its instants', () => {
  const activity = (name: string, startedMs: number, completedMs: number): Activity => ({
    name,
    scheduledMs: startedMs,
    startedMs,
    completedMs,
  });
  const status = { verdict: { seq: 3 } } as ChangeStatus;
  const looks = [
    { seq: 2, toMs: 9_000 },
    { seq: 3, toMs: 12_000 },
  ] as Look[];
  const activities = [activity('observe', 1_000, 12_100), activity('revert', 12_200, 12_600)];
  const instants = instantsOf({ fault: 10_000, back: 13_000 }, status, looks, activities, [12_700, 12_500]);
  const expected = { fault: 10_000, look: 12_000, verdict: 12_100, revert: 12_200, touch: 12_500, back: 13_000 };
  expect(instants).toEqual(expected);
  expect(partsOf(instants)).toEqual([2, 0.1, 0.1, 0.3, 0.5]);
  expect(reactionOf(instants)).toBe(3);
});

test('a run that shows no revert is no measurement', () => {
  const status = { verdict: { seq: 1 } } as ChangeStatus;
  const looks = [{ seq: 1, toMs: 2 }] as Look[];
  const observed = [{ name: 'observe', scheduledMs: 0, startedMs: 1, completedMs: 3 }];
  expect(() => instantsOf({ fault: 1, back: 9 }, status, looks, observed, [5])).toThrow('no revert in the history');
});
