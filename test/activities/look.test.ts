import { mkdtemp } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { lookFrom, type Looking } from '../../src/activities/look.js';
import { onClock } from '../../src/activities/read.js';
import type { Live, ObserveRequest } from '../../src/activities/types.js';
import { FileCellStore } from '../../src/cells/file.js';
import { begin, verdict } from '../../src/judge/judge.js';
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
function counting(totals: Record<string, { total: number; bad: number }>, nowMs: () => number = Date.now): Source {
  return {
    name: 'fleet',
    read: () => {
      const atMs = nowMs() + (clock += 10);
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
  const journal = { append: never, entries: never, head: never, unsettled: never, close: never };
  return { journal, cells, sources: new Map([['fleet', source]]), pace };
}
const never = (): never => {
  throw new Error('no journal here');
};
/** By this machine's clock unless a test says otherwise. */
const by = (nowMs: () => number = Date.now): Looking => ({ clock: { nowMs }, signal: new AbortController().signal });

test('traffic from before a bake is the wave before it, so a wave is proven and blamed by its own traffic only', async () => {
  const totals = { a: { total: 0, bad: 0 }, b: { total: 0, bad: 0 }, c: { total: 0, bad: 0 } };
  const world = await ports(counting(totals));
  const startedMs = Date.now() - 1_000;
  let live: Live = { seq: 0, judge: begin(settings), counters: null, lookMs: startedMs };
  let nowMs = Date.now();
  const look = async (wave: number, fromMs: number, n: number, bad: number): Promise<void> => {
    for (const count of Object.values(totals)) count.total += n;
    totals.b.bad += bad;
    live = await lookFrom(
      world,
      request(wave, live, fromMs),
      live,
      by(() => nowMs),
    );
  };
  await look(1, startedMs, 100, 0);
  await look(1, startedMs, 1_000, 2);
  const bakeOfTwo = nowMs + 100_000;
  nowMs = bakeOfTwo + 1_000;
  await look(2, bakeOfTwo, 50_000, 100);
  expect([live.judge.wave, live.judge.streams[0]?.inWave.canary]).toEqual([1, 51_000]);
  await look(2, bakeOfTwo, 1_000, 2);
  expect([live.judge.wave, live.judge.streams[0]?.inWave.canary]).toEqual([2, 2_000]);
});

test('a number taken by an attempt that died is stepped over in one go, however many there are', async () => {
  const totals = { a: { total: 0, bad: 0 }, b: { total: 0, bad: 0 }, c: { total: 0, bad: 0 } };
  const world = await ports(counting(totals));
  const startedMs = Date.now() - 1_000;
  const first: Live = { seq: 0, judge: begin(settings), counters: null, lookMs: startedMs };
  let live = first;
  for (let i = 0; i < 200; i++) live = await lookFrom(world, request(1, live, startedMs), live, by());
  let appends = 0;
  const counted = { ...world, cells: Object.assign(Object.create(world.cells) as typeof world.cells, {}) };
  counted.cells.append = (id, look) => {
    appends += 1;
    return world.cells.append(id, look);
  };
  const late = await lookFrom(counted, request(1, first, startedMs), first, by());
  expect([late.seq, appends]).toEqual([201, 2]);
});

test('a time that another clock left an hour ahead makes one look of no length, and all is well after it', async () => {
  const totals = { a: { total: 0, bad: 0 }, b: { total: 0, bad: 0 }, c: { total: 0, bad: 0 } };
  const world = await ports(counting(totals));
  let nowMs = 1_763_646_000_000;
  const startedMs = nowMs - 1_000;
  let live: Live = { seq: 0, judge: begin(settings), counters: null, lookMs: nowMs + 3_600_000 };
  const spans: number[] = [];
  for (let i = 0; i < 4; i++) {
    live = await lookFrom(
      world,
      request(1, live, startedMs),
      live,
      by(() => nowMs),
    );
    const look = (await world.cells.read('c')).at(-1);
    spans.push((look?.toMs ?? 0) - (look?.fromMs ?? 0));
    nowMs += 10_000;
  }
  expect(spans).toEqual([0, 10_000, 10_000, 10_000]);
});

test('a time still to come is of the wave before, like one before the bake', async () => {
  const totals = { a: { total: 0, bad: 0 }, b: { total: 0, bad: 0 }, c: { total: 0, bad: 0 } };
  const world = await ports(counting(totals));
  const startedMs = Date.now() - 1_000;
  let live: Live = { seq: 0, judge: begin(settings), counters: null, lookMs: startedMs };
  for (let i = 0; i < 2; i++) live = await lookFrom(world, request(1, live, startedMs), live, by());
  live = { ...live, lookMs: live.lookMs + 3_600_000 };
  live = await lookFrom(world, request(2, live, Date.now() - 10), live, by());
  expect(live.judge.wave).toBe(1);
  live = await lookFrom(world, request(2, live, live.lookMs - 10), live, by());
  expect(live.judge.wave).toBe(2);
});

test('what this process read itself has the time of the looks, what a source dates keeps its own', () => {
  const takenMs = performance.now() - 250;
  const row = { stream: 'errors', target: 'a', incarnation: '1', total: 1, bad: 0 };
  const counts = [
    { ...row, atMs: 7, takenMs },
    { ...row, atMs: 8 },
  ];
  const reading = onClock(
    [
      { atMs: 1, counts },
      { atMs: 2, counts: [] },
    ],
    { nowMs: () => 1_000_000 },
  );
  expect(reading.atMs).toBe(1_000_000);
  expect(reading.counts.map(({ atMs }) => Math.round(atMs / 100) * 100)).toEqual([999_700, 0]);
});

test('a source that stands still is an error of the third look, and the look after it counts what it had kept back', async () => {
  const totals = { a: { total: 0, bad: 0 }, b: { total: 0, bad: 0 }, c: { total: 0, bad: 0 } };
  let nowMs = 1_763_646_000_000;
  const world = await ports(counting(totals, () => nowMs));
  const startedMs = nowMs - 1_000;
  let live: Live = { seq: 0, judge: begin(settings), counters: null, lookMs: startedMs };
  const look = async (events: number) => {
    nowMs += 10_000;
    for (const count of Object.values(totals)) count.total += events;
    live = await lookFrom(
      world,
      request(1, live, startedMs),
      live,
      by(() => nowMs),
    );
    const when = { nowMs, waveStartedMs: startedMs, minSeconds: 1, maxSeconds: 6_000, control: 'concurrent' } as const;
    return verdict(settings, live.judge, when);
  };
  for (let i = 0; i < 30; i++) await look(500);
  expect([(await look(0)).kind, (await look(0)).kind, (await look(0)).kind]).toEqual([
    'inconclusive',
    'inconclusive',
    'error',
  ]);
  const { reason } = await look(0);
  expect(reason).toMatch(/every counter of both arms has stood still for 4 looks .* though 1(49|50) requests a second/);
  expect((await look(2_500)).reason).not.toMatch(/still for/);
  const last = (await world.cells.read('c')).at(-1);
  expect([last?.error, last?.still, last?.cells[0]?.canary.exposure]).toEqual([null, undefined, 2_500]);
});
