import { describe, expect, it } from 'vitest';
import { advance, type CounterState } from '../../src/cells/counters.js';
import type { RawCount, Reading } from '../../src/sources/port.js';

const arms = { canary: ['c'], baseline: ['b'] };
const rules = { warmupSeconds: 0 };

function row(target: string, atMs: number, total: number, bad = 0, more: Partial<RawCount> = {}): RawCount {
  return { stream: 'errors', target, incarnation: '100', atMs, total, bad, ...more };
}

function reading(atMs: number, ...counts: RawCount[]): Reading {
  return { atMs, counts };
}

function run(readings: Reading[], using = rules, inArms = arms) {
  let state: CounterState | null = null;
  return readings.map((one) => {
    const step = advance(state, one, inArms, using);
    state = step.state;
    return step;
  });
}

describe('counters', () => {
  it('give the differences of both arms over the same interval', () => {
    const [first, second] = run([
      reading(1000, row('c', 1000, 50, 1), row('b', 1000, 700, 2)),
      reading(2000, row('c', 2000, 60, 3), row('b', 2000, 800, 2)),
    ]);
    expect(first?.cells).toEqual([]);
    expect(second?.cells).toEqual([
      { stream: 'errors', canary: { exposure: 10, bad: 2 }, baseline: { exposure: 100, bad: 0 } },
    ]);
    expect([second?.canarySilent, second?.baselineSilent]).toEqual([[], []]);
  });

  it('never count the first sample of a target that comes late', () => {
    const steps = run([
      reading(1000, row('c', 1000, 5)),
      reading(2000, row('c', 2000, 6), row('b', 2000, 9000, 90)),
      reading(3000, row('c', 3000, 7), row('b', 3000, 9001, 90)),
    ]);
    expect(steps[1]?.cells[0]?.baseline).toEqual({ exposure: 0, bad: 0 });
    expect(steps[2]?.cells[0]?.baseline).toEqual({ exposure: 1, bad: 0 });
    expect(steps[0]?.baselineSilent).toEqual(['b']);
  });

  it('take a lower total as a process of its own: no increment, and silent for this one look', () => {
    const steps = run([
      reading(1000, row('c', 1000, 500)),
      reading(2000, row('c', 2000, 40, 4)),
      reading(3000, row('c', 3000, 50, 5)),
    ]);
    expect(steps[1]?.cells).toEqual([]);
    expect(steps[1]?.canarySilent).toEqual(['c']);
    expect(steps[2]?.cells[0]?.canary).toEqual({ exposure: 10, bad: 1 });
    expect(steps[2]?.canarySilent).toEqual([]);
  });

  it('see a restart by the start time where the new process has already counted more than the old', () => {
    const steps = run([
      reading(1000, row('c', 1000, 10)),
      reading(2000, row('c', 2000, 25, 9, { incarnation: '190' })),
    ]);
    expect(steps[1]?.cells).toEqual([]);
    expect(steps[1]?.canarySilent).toEqual(['c']);
  });

  it('take start times a second apart for the same process: computed ones jitter', () => {
    const steps = run([
      reading(1000, row('c', 1000, 10)),
      reading(2000, row('c', 2000, 25, 0, { incarnation: '100.9' })),
    ]);
    expect(steps[1]?.cells[0]?.canary.exposure).toBe(15);
  });

  it('leave out what happens within the warm-up, and an interval that begins in it', () => {
    const at = (seconds: number): Reading => reading(seconds * 1000, row('c', seconds * 1000, seconds * 10));
    const exposures = run([0, 10, 20, 29, 31, 40].map(at), { warmupSeconds: 30 }).map(
      ({ cells }) => cells[0]?.canary.exposure ?? 0,
    );
    expect(exposures).toEqual([0, 0, 0, 0, 0, 90]);
  });

  it('begin again when a target moves to the changed arm, also where no start time tells, without calling it silent', () => {
    const first = advance(
      null,
      reading(1000, row('x', 1000, 500, 0, { incarnation: '' })),
      { canary: [], baseline: ['x'] },
      rules,
    );
    const moved = { canary: ['x'], baseline: [] };
    const second = advance(first.state, reading(2000, row('x', 2000, 520, 20, { incarnation: '' })), moved, rules);
    expect(second.cells).toEqual([]);
    expect(second.canarySilent).toEqual([]);
    const third = advance(second.state, reading(3000, row('x', 3000, 521, 20, { incarnation: '' })), moved, rules);
    expect(third.cells[0]?.canary).toEqual({ exposure: 1, bad: 0 });
  });

  it('call a moved target that never reports again silent', () => {
    const first = advance(null, reading(1000, row('x', 1000, 500)), { canary: [], baseline: ['x'] }, rules);
    const second = advance(first.state, reading(2000), { canary: ['x'], baseline: [] }, rules);
    expect(second.canarySilent).toEqual(['x']);
  });

  it('call a target silent when one stream of it stops although another goes on', () => {
    const caller = (atMs: number, total: number): RawCount => row('c', atMs, total, 0, { stream: 'seen-by-caller' });
    const steps = run([reading(1000, row('c', 1000, 5), caller(1000, 5)), reading(2000, caller(2000, 5))]);
    expect(steps[1]?.canarySilent).toEqual(['c']);
  });

  it('take the same sample again for missing: nothing is counted and the target is silent', () => {
    const frozen = row('c', 1000, 10);
    const steps = run([reading(1000, frozen), reading(2000, frozen), reading(3000, row('c', 900, 9))]);
    expect(steps.map(({ canarySilent }) => canarySilent)).toEqual([[], ['c'], ['c']]);
    expect(steps.flatMap(({ cells }) => cells)).toEqual([]);
  });

  it('only wait for a new sample where the source scrapes less often than looks are made', () => {
    const sample = row('c', 1000, 10, 0, { staleAfterMs: 15_000 });
    const steps = run([reading(1000, sample), reading(6000, sample), reading(11_000, sample), reading(17_000, sample)]);
    expect(steps.map(({ canarySilent }) => canarySilent)).toEqual([[], [], [], ['c']]);
  });

  it('go on by the difference when the clock itself was set back', () => {
    const hour = 3_600_000;
    const steps = run([
      reading(2 * hour, row('c', 2 * hour, 10)),
      reading(hour, row('c', hour, 25)),
      reading(hour + 1, row('c', hour + 1, 27)),
    ]);
    expect(steps.map(({ cells }) => cells[0]?.canary.exposure ?? 0)).toEqual([0, 15, 2]);
  });

  it('never count more bad events than events; what is over waits for events that carry it', () => {
    const steps = run([
      reading(1000, row('c', 1000, 10, 0)),
      reading(2000, row('c', 2000, 12, 5)),
      reading(3000, row('c', 3000, 20, 5)),
    ]);
    expect(steps[1]?.cells[0]?.canary).toEqual({ exposure: 2, bad: 2 });
    expect(steps[2]?.cells[0]?.canary).toEqual({ exposure: 8, bad: 3 });
  });

  it('count a torn bad event once when the bad counter dips and comes back', () => {
    const bads = [5, 6, 5, 6, 7].map((bad, index) =>
      reading(index * 1000, row('c', index * 1000, 100 + index * 10, bad)),
    );
    const counted = run(bads).map(({ cells }) => cells[0]?.canary.bad ?? 0);
    expect(counted).toEqual([0, 1, 0, 0, 1]);
  });

  it('take a row that is no count for missing', () => {
    for (const total of [Number.NaN, -1, Infinity]) {
      const steps = run([
        reading(1000, row('c', 1000, 5)),
        reading(2000, row('c', 2000, total)),
        reading(3000, row('c', 3000, 8)),
      ]);
      expect(steps[1]?.canarySilent).toEqual(['c']);
      expect(steps[2]?.cells[0]?.canary.exposure).toBe(3);
    }
  });

  it('forget targets that are in no arm', () => {
    const { state } = advance(null, reading(1000, row('c', 1000, 5), row('gone', 1000, 5)), arms, rules);
    expect(Object.keys(state.targets)).toEqual(['c']);
  });

  it('fit a heartbeat: 100 targets and 4 streams take less than 32 KiB', () => {
    const targets = Array.from({ length: 100 }, (_, index) => `checkout-${index}`);
    const at = 1_763_000_000_000;
    const counts = ['errors', 'latency.p50', 'latency.p95', 'latency.p99'].flatMap((stream) =>
      targets.map((target) => row(target, at, 12_345_678, 12_345, { stream, incarnation: '1762999999.12' })),
    );
    const { state } = advance(
      null,
      reading(at, ...counts),
      { canary: targets.slice(0, 10), baseline: targets.slice(10) },
      rules,
    );
    expect(JSON.stringify(state).length).toBeLessThan(32 * 1024);
  });
});
