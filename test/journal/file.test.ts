import { fork } from 'node:child_process';
import { once } from 'node:events';
import { appendFile, mkdtemp, readFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { FileJournal } from '../../src/journal/file.js';
import type { SettleRecord, TouchRecord } from '../../src/journal/port.js';

const journals: FileJournal[] = [];
const opened = (path: string): FileJournal => {
  const journal = new FileJournal(path);
  journals.push(journal);
  return journal;
};
afterAll(() => Promise.all(journals.map((journal) => journal.close())));

const touch = (changeId: string, key: string, resources = ['r']): TouchRecord => ({
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
const fresh = async (): Promise<string> => join(await mkdtemp(join(tmpdir(), 'journal-')), 'journal.ndjson');

test('epochs step by two and each record names the one before it', async () => {
  const journal = opened(await fresh());
  expect(await journal.append(touch('c', 'p/1/apply'), 0, 'me')).toEqual({ outcome: 'taken', epoch: 2 });
  expect(await journal.append(touch('c', 'p/2/apply'), 2, 'me')).toEqual({ outcome: 'taken', epoch: 4 });
});

test('the same key again from the same run gets the same answer, whatever it expects', async () => {
  const path = await fresh();
  const first = await opened(path).append(touch('c', 'p/1/apply'), 0, 'run-1');
  expect(await opened(path).append(touch('c', 'p/1/apply'), 99, 'run-1')).toEqual(first);
});

test('another run that asks for the same key is told that the world is ahead of it', async () => {
  const path = await fresh();
  await opened(path).append(touch('c', 'p/1/apply'), 0, 'run-1');
  expect(await opened(path).append(touch('c', 'p/1/apply'), 0, 'run-2')).toMatchObject({ outcome: 'behind' });
});

test('a run that does not know the last record is told that the world is ahead of it', async () => {
  const journal = opened(await fresh());
  await journal.append(touch('c', 'p/1/apply'), 0, 'me');
  const answer = await journal.append(touch('c', 'p/2/apply'), 0, 'again');
  expect(answer).toMatchObject({ outcome: 'behind', last: { key: 'c/p/1/apply', epoch: 2 } });
});

test('another change waits while the first is unsettled on the resource, and goes on when it settles', async () => {
  const journal = opened(await fresh());
  await journal.append(touch('one', 'p/1/apply'), 0, 'me');
  expect(await journal.append(touch('two', 'p/1/apply'), 0, 'me')).toEqual({
    outcome: 'busy',
    resource: 'r',
    holder: 'one',
  });
  await journal.append(settle('one'), 2, 'me');
  expect(await journal.append(touch('two', 'p/1/apply'), 0, 'me')).toEqual({ outcome: 'taken', epoch: 6 });
  expect((await journal.unsettled()).map((entry) => entry.changeId)).toEqual(['two']);
});

test('a settled change takes no further touch', async () => {
  const journal = opened(await fresh());
  await journal.append(touch('c', 'p/1/apply'), 0, 'me');
  await journal.append(settle('c'), 2, 'me');
  expect(await journal.append(touch('c', 'p/2/apply'), 4, 'me')).toMatchObject({ outcome: 'behind' });
});

test('a line torn by a crash counts for nothing, and the next record is whole', async () => {
  const path = await fresh();
  await opened(path).append(touch('c', 'p/1/apply'), 0, 'me');
  const whole = await readFile(path, 'utf8');
  await appendFile(path, `\n${whole.trim().slice(0, 60)}`);
  const journal = opened(path);
  expect(await journal.append(touch('c', 'p/2/apply'), 2, 'me')).toEqual({ outcome: 'taken', epoch: 4 });
  expect((await opened(path).entries('c')).map((entry) => entry.epoch)).toEqual([2, 4]);
});

test('of many processes asking at once for one resource exactly one gets it, and all read the same order', async () => {
  const path = await fresh();
  const script = new URL('../support/journal-racer.mjs', import.meta.url);
  const built = new URL('../../dist/src/journal/file.js', import.meta.url).href;
  const racers = Array.from({ length: 6 }, (_, i) => fork(script, [built, path, `change-${i}`], { silent: false }));
  const answers = await Promise.all(
    racers.map(async (racer) => {
      const [message] = (await once(racer, 'message')) as [{ outcomes: string[]; epochs: number[] }];
      return message;
    }),
  );
  expect(answers.filter((answer) => answer.outcomes.includes('taken'))).toHaveLength(1);
  expect(new Set(answers.map((answer) => JSON.stringify(answer.epochs))).size).toBe(1);
});

test('where the directory cannot be made, the error says so and nothing is taken', async () => {
  const path = await fresh();
  await opened(path).append(touch('c', 'p/1/apply'), 0, 'me');
  const journal = opened(join(path, 'below-a-file', 'journal'));
  await expect(journal.append(touch('c', 'p/1/apply'), 0, 'me')).rejects.toMatchObject({ code: 'JOURNAL_UNWRITABLE' });
});
