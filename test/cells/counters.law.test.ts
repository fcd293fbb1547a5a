import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { advance, type CounterState } from '../../src/cells/counters.js';
import type { RawCount, Reading } from '../../src/sources/port.js';

const arms = { canary: ['c1', 'c2'], baseline: ['b1', 'b2', 'b3'] };
const targets = [...arms.canary, ...arms.baseline];
const streams = ['errors', 'slow'];

/** One look: per target and stream, is it missing, and how many events and bad events came. */
const look = fc.array(
  fc.record({ missing: fc.boolean(), good: fc.nat(1000), bad: fc.nat(50), restart: fc.constant(false) }),
  { minLength: targets.length * streams.length, maxLength: targets.length * streams.length },
);
const story = fc.array(look, { minLength: 2, maxLength: 12 });
const storyWithRestarts = story.chain((looks) =>
  fc.tuple(
    ...looks.map((one) => fc.tuple(...one.map((cell) => fc.nat(9).map((n) => ({ ...cell, restart: n === 0 }))))),
  ),
);

interface Step {
  missing: boolean;
  good: number;
  bad: number;
  restart: boolean;
}

/** Plays a story as a fleet would; `everything` adds up what really happened after each counter's first report. */
function play(looks: readonly (readonly Step[])[], warmupSeconds = 0, throughJson = false) {
  const counters = new Map<
    string,
    { total: number; bad: number; life: number; reported: { total: number; bad: number } | null }
  >();
  let state: CounterState | null = null;
  const counted = { exposure: 0, bad: 0 };
  const cells: unknown[] = [];
  for (const [index, steps] of looks.entries()) {
    const atMs = (index + 1) * 10_000;
    const rows: RawCount[] = [];
    for (const [at, step] of steps.entries()) {
      const target = targets[at % targets.length] ?? '';
      const stream = streams[Math.floor(at / targets.length)] ?? '';
      const key = `${stream} ${target}`;
      const counter = counters.get(key) ?? { total: 500, bad: 5, life: 0, reported: null };
      if (step.restart) Object.assign(counter, { total: 0, bad: 0, life: counter.life + 1 });
      counter.total += step.good + step.bad;
      counter.bad += step.bad;
      counters.set(key, counter);
      if (step.missing) continue;
      counter.reported ??= { total: counter.total, bad: counter.bad };
      rows.push({
        stream,
        target,
        incarnation: String(1000 + counter.life * 100),
        atMs,
        total: counter.total,
        bad: counter.bad,
      });
    }
    const reading: Reading = { atMs, counts: rows };
    const step = advance(throughJson ? JSON.parse(JSON.stringify(state)) : state, reading, arms, { warmupSeconds });
    state = step.state;
    cells.push(step.cells);
    for (const { canary, baseline } of step.cells) {
      for (const arm of [canary, baseline]) {
        expect(arm.exposure).toBeGreaterThanOrEqual(0);
        expect(arm.bad).toBeGreaterThanOrEqual(0);
        expect(arm.bad).toBeLessThanOrEqual(arm.exposure);
        counted.exposure += arm.exposure;
        counted.bad += arm.bad;
      }
    }
  }
  return { counted, counters: [...counters.values()], cells, state };
}

/** Every counter reports in the last look, so that all gaps are bridged. */
function closed(looks: readonly (readonly Step[])[]): Step[][] {
  return looks.map((steps, index) =>
    steps.map((step) => (index === looks.length - 1 ? { ...step, missing: false } : { ...step })),
  );
}

describe('laws of the counters', () => {
  it('increments add up to last minus first, whichever looks are missing', () => {
    fc.assert(
      fc.property(story, (looks) => {
        const { counted, counters } = play(closed(looks));
        const exposure = counters.reduce((sum, one) => sum + one.total - (one.reported?.total ?? 0), 0);
        const bad = counters.reduce((sum, one) => sum + one.bad - (one.reported?.bad ?? 0), 0);
        expect(counted).toEqual({ exposure, bad });
      }),
    );
  });

  it('with restarts and warm-up no event is invented or counted twice', () => {
    fc.assert(
      fc.property(storyWithRestarts, fc.constantFrom(0, 15, 30), (looks, warmupSeconds) => {
        const { counted } = play(looks, warmupSeconds);
        const happened = looks
          .flat()
          .reduce((sum, step) => ({ all: sum.all + step.good + step.bad, bad: sum.bad + step.bad }), {
            all: 0,
            bad: 0,
          });
        expect(counted.exposure).toBeLessThanOrEqual(happened.all);
        expect(counted.bad).toBeLessThanOrEqual(happened.bad);
      }),
    );
  });

  it('one long interval counts what its parts count together', () => {
    fc.assert(
      fc.property(story, (looks) => {
        const fine = looks.map((steps) => steps.map((step) => ({ ...step, missing: false })));
        const coarse = fine.map((steps, index) =>
          steps.map((step) => ({ ...step, missing: index !== 0 && index !== fine.length - 1 })),
        );
        expect(play(coarse).counted).toEqual(play(fine).counted);
      }),
    );
  });

  it('a state that went through JSON goes on as if it had not', () => {
    fc.assert(
      fc.property(storyWithRestarts, (looks) => {
        expect(play(looks, 15, true)).toEqual(play(looks, 15, false));
      }),
    );
  });

  it('the same reading twice counts once', () => {
    fc.assert(
      fc.property(story, fc.nat(5000), (looks, more) => {
        const { state } = play(looks);
        const rows = targets.map((target) => ({
          stream: 'errors',
          target,
          incarnation: '1000',
          atMs: 10_000_000,
          total: 1_000_000 + more,
          bad: 0,
        }));
        const reading = { atMs: 10_000_000, counts: rows };
        const once = advance(state, reading, arms, { warmupSeconds: 0 });
        expect(advance(once.state, reading, arms, { warmupSeconds: 0 }).cells).toEqual([]);
      }),
    );
  });
});
