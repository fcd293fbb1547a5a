import { mkdtemp } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { lookFrom } from '../../src/activities/look.js';
import type { Live, ObserveRequest } from '../../src/activities/types.js';
import { FileCellStore } from '../../src/cells/file.js';
import { begin } from '../../src/judge/judge.js';
import type { JudgeSettings, StreamSettings } from '../../src/judge/types.js';
import type { Source } from '../../src/sources/port.js';

const stream: StreamSettings = {
  name: 'errors',
  tolerance: 0.25,
  detectRatio: 3,
  floor: 0,
  limit: 1,
  weight: 1,
  prove: true,
  dispersion: 1,
};
const settings: JudgeSettings = {
  version: 1,
  alpha: 0.01,
  beta: 0.05,
  streams: [stream],
  silenceLooks: 3,
  restartSeconds: 600,
};

/** Targets whose counters stand where the test puts them. */
function counting(totals: Record<string, { total: number; bad: number }>): Source {
  return {
    name: 'fleet',
    read: () => {
      const atMs = Date.now() + (clock += 10);
      const counts = Object.entries(totals).map(([target, count]) => ({
        stream: 'errors',
        target,
        incarnation: '1',
        atMs,
        ...count,
      }));
      return Promise.resolve({ atMs, counts });
    },
    histogram: () => Promise.reject(new Error('none')),
  };
}
let clock = 0;

const request = (wave: number, live: Live, startedMs: number): ObserveRequest => ({
  changeId: 'c',
  wave,
  streams: [
    {
      source: 'fleet',
      settings: stream,
      baselineShare: null,
      eventsPerSecond: null,
      query: {
        stream: 'errors',
        service: 's',
        by: 'instance',
        select: {},
        measure: { kind: 'ratio', counter: 'n', bad: {} },
      },
    },
  ],
  settings,
  live,
  arms: wave === 1 ? { canary: ['a'], baseline: ['b', 'c'] } : { canary: ['a', 'b'], baseline: ['c'] },
  bake: { startedMs, minSeconds: 1, overAtMs: startedMs + 60_000, endsAtMs: startedMs + 60_000 },
  passEnds: true,
});

async function ports(source: Source) {
  const cells = new FileCellStore(await mkdtemp(join(tmpdir(), 'look-')));
  const pace = { firstSeconds: 1, everySeconds: 1, warmupSeconds: 0 };
  const journal = { append: never, entries: never, unsettled: never, close: never };
  return { journal, cells, sources: new Map([['fleet', source]]), pace };
}
const never = (): never => {
  throw new Error('no journal here');
};
const looking = { clock: { nowMs: () => Date.now() }, signal: new AbortController().signal };

test('traffic from before a bake is the wave before it, so a wave is proven and blamed by its own traffic only', async () => {
  const totals = { a: { total: 0, bad: 0 }, b: { total: 0, bad: 0 }, c: { total: 0, bad: 0 } };
  const world = await ports(counting(totals));
  const startedMs = Date.now() - 1_000;
  let live: Live = { seq: 0, judge: begin(settings), counters: null, lookMs: startedMs };
  const look = async (wave: number, fromMs: number, n: number, bad: number): Promise<void> => {
    for (const count of Object.values(totals)) count.total += n;
    totals.b.bad += bad;
    live = await lookFrom(world, request(wave, live, fromMs), live, looking);
  };
  await look(1, startedMs, 100, 0);
  await look(1, startedMs, 1_000, 2);
  const bakeOfTwo = Date.now() + 100_000;
  await look(2, bakeOfTwo, 50_000, 100);
  expect([live.judge.wave, live.judge.streams[0]?.inWave.canary]).toEqual([1, 51_000]);
  live = { ...live, lookMs: bakeOfTwo };
  await look(2, bakeOfTwo, 1_000, 2);
  expect([live.judge.wave, live.judge.streams[0]?.inWave.canary]).toEqual([2, 2_000]);
});

test('a number taken by an attempt that died is stepped over in one go, however many there are', async () => {
  const totals = { a: { total: 0, bad: 0 }, b: { total: 0, bad: 0 }, c: { total: 0, bad: 0 } };
  const world = await ports(counting(totals));
  const startedMs = Date.now() - 1_000;
  const first: Live = { seq: 0, judge: begin(settings), counters: null, lookMs: startedMs };
  let live = first;
  for (let i = 0; i < 200; i++) live = await lookFrom(world, request(1, live, startedMs), live, looking);
  let appends = 0;
  const counted = { ...world, cells: Object.assign(Object.create(world.cells) as typeof world.cells, {}) };
  counted.cells.append = (id, look) => {
    appends += 1;
    return world.cells.append(id, look);
  };
  const late = await lookFrom(counted, request(1, first, startedMs), first, looking);
  expect([late.seq, appends]).toEqual([201, 2]);
});
