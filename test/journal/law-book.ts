import { expect, test } from 'vitest';
import type { ActRecord, Journal, SettleRecord, TouchRecord } from '../../src/journal/port.js';

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
const settle = (changeId: string, state = 'completed'): SettleRecord => ({
  kind: 'settle',
  changeId,
  key: `${changeId}/settle`,
  state,
  reason: 'proven safe',
});
const act = (changeId: string, what: ActRecord['act'], n = 1): ActRecord => ({
  kind: 'act',
  act: what,
  changeId,
  key: `${changeId}/${what}/${n}`,
  person: 'ada',
  reason: 'a test',
  targets: [],
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

  test('what was planned before another change was settled there is stale, what was planned after it is not', async () => {
    const { one, two, r } = names();
    const journal = await open();
    const before = await journal.head();
    const first = await journal.append(touch(one, 'p/1/apply', [r]), 0, 'run');
    if (first.outcome !== 'taken') throw new Error('not taken');
    expect(await journal.head()).toBe(first.epoch);
    const during = first.epoch;
    await journal.append(settle(one), first.epoch, 'run');
    const planned = (plannedAfter: number, resources: string[]) => ({
      ...touch(two, 'p/1/apply', resources),
      plannedAfter,
    });
    const stale = { outcome: 'stale', resource: r, holder: one };
    expect(await (await open()).append(planned(before, ['other', r]), 0, 'run')).toEqual(stale);
    expect(await journal.append(planned(during, [r]), 0, 'run')).toEqual(stale);
    expect(await journal.entries(two)).toEqual([]);
    const again = await (await open()).append(planned(await journal.head(), [r]), 0, 'run');
    if (again.outcome !== 'taken') throw new Error('not taken');
    // What the change has on record already is not made stale by anybody.
    expect(await journal.append(planned(before, [r]), 0, 'run')).toEqual(again);
    const next = { ...touch(two, 'p/2/apply', [r]), plannedAfter: 0 };
    expect((await journal.append(next, again.epoch, 'run')).outcome).toBe('taken');
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

  /** A change that touched and then ended in a state; answers its last epoch. */
  const ended = async (journal: Journal, changeId: string, resource: string, state: string): Promise<number> => {
    const first = await journal.append(touch(changeId, 'p/1/apply', [resource]), 0, 'run');
    if (first.outcome !== 'taken') throw new Error('not taken');
    const last = await journal.append(settle(changeId, state), first.epoch, 'run');
    if (last.outcome !== 'taken') throw new Error('not taken');
    return last.epoch;
  };

  test('a change that ended not restored can be taken up again, owns its resources again, and settles again', async () => {
    const { one, two, r } = names();
    const journal = await open();
    const epoch = await ended(journal, one, r, 'not_restored');
    const again = await (await open()).append(act(one, 'retry'), epoch, 'run-2');
    if (again.outcome !== 'taken') throw new Error(`the retry was answered ${again.outcome}`);
    expect(await (await open()).append(touch(two, 'p/1/apply', [r]), 0, 'run-3')).toMatchObject({
      outcome: 'busy',
      holder: one,
    });
    expect((await journal.unsettled()).map((entry) => entry.changeId)).toContain(one);
    expect(await journal.append(settle(one, 'rolled_back'), again.epoch, 'run-2')).toMatchObject({ outcome: 'taken' });
    expect(await journal.append(touch(two, 'p/1/apply', [r]), 0, 'run-3')).toMatchObject({ outcome: 'taken' });
  });

  test('a retry is refused where there is nothing to take up: completed, not settled, or another change is on the resource', async () => {
    const { one, two, r } = names();
    const journal = await open();
    const completed = await ended(journal, one, r, 'completed');
    expect(await journal.append(act(one, 'retry'), completed, 'run-2')).toMatchObject({ outcome: 'behind' });
    const open1 = await journal.append(touch(two, 'p/1/apply', [r]), 0, 'run');
    if (open1.outcome !== 'taken') throw new Error('not taken');
    expect(await journal.append(act(two, 'retry'), open1.epoch, 'run-2')).toMatchObject({ outcome: 'behind' });
    await journal.append(settle(two, 'not_restored'), open1.epoch, 'run');
    const three = `${one}-three`;
    await journal.append(touch(three, 'p/1/apply', [r]), 0, 'run');
    const last = (await journal.entries(two)).at(-1);
    const answer = await journal.append(act(two, 'retry'), last?.epoch ?? 0, 'run-2');
    expect(answer).toEqual({ outcome: 'busy', resource: r, holder: three });
  });

  test('an act is a record like others: it moves the change on, so who does not know of it is behind', async () => {
    const { one, r } = names();
    const journal = await open();
    const first = await journal.append(touch(one, 'p/1/apply', [r]), 0, 'run');
    if (first.outcome !== 'taken') throw new Error('not taken');
    expect(await journal.append(act(one, 'undo'), first.epoch, 'offline/ada')).toMatchObject({ outcome: 'taken' });
    expect(await (await open()).append(touch(one, 'p/2/apply', [r]), first.epoch, 'run')).toMatchObject({
      outcome: 'behind',
      last: { act: 'undo', person: 'ada' },
    });
    expect((await (await open()).unsettled()).map((entry) => entry.changeId)).toContain(one);
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
