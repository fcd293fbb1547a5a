import { describe, expect, it } from 'vitest';
import { scheduleOf } from '../../src/activities/pace.js';

const pace = { firstSeconds: 1, everySeconds: 10, warmupSeconds: 0 };
const even = { ...pace, firstSeconds: 10 };

/** When looks begin that each take so long, seconds since the bake began. */
function begins(name: string, tookSeconds: (n: number) => number, count: number, of = even): number[] {
  const schedule = scheduleOf(of, name, 0);
  const all = [0];
  for (let n = 0; all.length < count; n++) {
    const doneMs = (all.at(-1) ?? 0) * 1000 + tookSeconds(n) * 1000;
    all.push(Math.max(doneMs, schedule.next(doneMs, doneMs)) / 1000);
  }
  return all;
}
const gaps = (times: number[]): number[] => times.slice(1).map((at, i) => at - (times[i] ?? 0));

describe('looks', () => {
  it('are due at even distances, whatever each of them takes', () => {
    const distances = gaps(begins('one', (n) => [0.1, 2, 0.5, 5][n % 4] ?? 0, 20)).slice(1);
    for (const distance of distances) expect(distance).toBeCloseTo(10, 6);
  });

  it('that take longer than their distance are followed by a rest, not by the next at once', () => {
    const distances = gaps(begins('one', () => 12, 10)).slice(1);
    for (const distance of distances) expect(distance).toBeCloseTo(14.5, 6);
  });

  it('after one that hung go on as before, without catching up', () => {
    const distances = gaps(begins('one', (n) => (n === 3 ? 30 : 0.1), 12)).slice(1);
    expect(distances.filter((distance) => distance < 9.99)).toEqual([]);
    expect(Math.max(...distances)).toBeCloseTo(32.5, 6);
  });

  it('come every second at first, and every ten seconds from 200 s on', () => {
    const times = begins('one', () => 0.01, 100, pace);
    const within = (from: number, to: number): number[] => gaps(times.filter((at) => at >= from && at <= to));
    expect(Math.max(...within(1, 20))).toBeCloseTo(1, 1);
    expect(Math.min(...within(201, 600))).toBeCloseTo(10, 6);
  });

  it('of a thousand changes that began together are spread evenly from the second on, none later than wanted', () => {
    const seconds = Array.from({ length: 1_000 }, (_, i) => begins(`change-${i}`, () => 0.05, 3)[1] ?? 0);
    expect(Math.max(...seconds)).toBeLessThanOrEqual(10);
    const tenths = Array.from({ length: 10 }, (_, i) => seconds.filter((at) => Math.ceil(at) === i + 1).length);
    // The first tenth stays free: a look right after the first would see nothing.
    expect(tenths[0]).toBe(0);
    for (const count of tenths.slice(1)) expect(Math.abs(count - 111)).toBeLessThan(50);
  });
});
