import { expect, test } from 'vitest';
import type { Journal, SettleRecord, TouchRecord } from '../../src/journal/port.js';

export const touch = (changeId: string, key: string, resources = ['r']): TouchRecord => ({
  kind: 'touch',
  changeId,
  key: `${changeId}/${key}`,
  resources,
  part: 'image',
  driver: 'process',
  targets: ['a'],
  before: { a: { version: 'v1' } },
  specHash: 'h',
});
const settle = (changeId: string): SettleRecord => ({
  kind: 'settle',
  changeId,
  key: `${changeId}/settle`,
  state: 'completed',
  reason: 'proven safe',
});

/**
 * The rules that every journal keeps, whatever it is made of. `open` opens the same journal again, as another process
 * would; each test gets names of its own, so that one journal may serve them all.
 */
export function lawBook(open: () => Promise<Journal>): void {
  let tests = 0;
  const names = (): { one: string; two: string; r: string } => {
    tests += 1;
    return { one: `one-${tests}`, two: `two-${tests}`, r: `resource-${tests}` };
  };

  test('epochs are even and rise, and each record names the one before it', async () => {
    const { one, r } = names();
    const journal = await open();
    const first = await journal.append(touch(one, 'p/1/apply', [r]), 0, 'run');
    if (first.outcome !== 'taken') throw new Error('not taken');
    const second = await journal.append(touch(one, 'p/2/apply', [r]), first.epoch, 'run');
    if (second.outcome !== 'taken') throw new Error('not taken');
    expect([first.epoch % 2, second.epoch % 2]).toEqual([0, 0]);
    expect(second.epoch).toBeGreaterThanOrEqual(first.epoch + 2);
    expect((await (await open()).entries(one)).map((entry) => entry.key)).toEqual([
      `${one}/p/1/apply`,
      `${one}/p/2/apply`,
    ]);
  });

  test('the same key again from the same run gets the same answer, whatever it expects', async () => {
    const { one, r } = names();
    const first = await (await open()).append(touch(one, 'p/1/apply', [r]), 0, 'run-1');
    expect(await (await open()).append(touch(one, 'p/1/apply', [r]), 99, 'run-1')).toEqual(first);
    expect(await (await open()).entries(one)).toHaveLength(1);
  });

  test('another run that asks for the same key is told that the world is ahead of it', async () => {
    const { one, r } = names();
    await (await open()).append(touch(one, 'p/1/apply', [r]), 0, 'run-1');
    expect(await (await open()).append(touch(one, 'p/1/apply', [r]), 0, 'run-2')).toMatchObject({ outcome: 'behind' });
  });

  test('a run that does not know the last record is told which it is', async () => {
    const { one, r } = names();
    const journal = await open();
    await journal.append(touch(one, 'p/1/apply', [r]), 0, 'run');
    const answer = await journal.append(touch(one, 'p/2/apply', [r]), 0, 'run');
    expect(answer).toMatchObject({
      outcome: 'behind',
      last: { key: `${one}/p/1/apply`, before: { a: { version: 'v1' } } },
    });
  });

  test('another change waits while the first is unsettled on the resource, and goes on when it settles', async () => {
    const { one, two, r } = names();
    const journal = await open();
    const first = await journal.append(touch(one, 'p/1/apply', [r, `${r}-b`]), 0, 'run');
    const busy = await (await open()).append(touch(two, 'p/1/apply', [`${r}-b`]), 0, 'run');
    expect(busy).toEqual({ outcome: 'busy', resource: `${r}-b`, holder: one });
    expect(await journal.entries(two)).toEqual([]);
    if (first.outcome !== 'taken') throw new Error('not taken');
    await journal.append(settle(one), first.epoch, 'run');
    expect(await journal.append(touch(two, 'p/1/apply', [r]), 0, 'run')).toMatchObject({ outcome: 'taken' });
    const unsettled = (await journal.unsettled()).map((entry) => entry.changeId);
    expect([unsettled.includes(one), unsettled.includes(two)]).toEqual([false, true]);
  });

  test('a run that knows of records which the journal does not have is told so: it was lost, or another is in its place', async () => {
    const { one, r } = names();
    const journal = await open();
    const answer = await journal.append(touch(one, 'p/2/apply', [r]), 40, 'run');
    expect(answer).toEqual({ outcome: 'behind', last: null });
    expect(await journal.entries(one)).toEqual([]);
  });

  test('a settled change takes no further record', async () => {
    const { one, r } = names();
    const journal = await open();
    const first = await journal.append(touch(one, 'p/1/apply', [r]), 0, 'run');
    if (first.outcome !== 'taken') throw new Error('not taken');
    const last = await journal.append(settle(one), first.epoch, 'run');
    if (last.outcome !== 'taken') throw new Error('not taken');
    expect(await journal.append(touch(one, 'p/2/apply', [r]), last.epoch, 'run')).toMatchObject({ outcome: 'behind' });
  });

  test('of many who ask at once for one resource exactly one gets it, and no epoch is given twice', async () => {
    const { one, r } = names();
    const journals = await Promise.all(Array.from({ length: 5 }, () => open()));
    const asked = Array.from({ length: 40 }, (_, i) => {
      const journal = journals[i % journals.length] as Journal;
      const own = i % 2 === 0 ? r : `${r}-${i}`;
      return journal.append(touch(`${one}-${i}`, 'p/1/apply', [own]), 0, `run-${i}`);
    });
    const answers = await Promise.all(asked);
    expect(answers.filter((answer, i) => i % 2 === 0 && answer.outcome === 'taken')).toHaveLength(1);
    const epochs = answers.flatMap((answer) => (answer.outcome === 'taken' ? [answer.epoch] : []));
    expect(new Set(epochs).size).toBe(21);
  });
}
