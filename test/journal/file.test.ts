import { fork } from 'node:child_process';
import { once } from 'node:events';
import { appendFile, mkdtemp, readFile, rename, truncate, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { FileJournal } from '../../src/journal/file.js';
import { lawBook, touch } from './law-book.js';

const journals: FileJournal[] = [];
const opened = (path: string): FileJournal => {
  const journal = new FileJournal(path);
  journals.push(journal);
  return journal;
};
afterAll(() => Promise.all(journals.map((journal) => journal.close())));

const fresh = async (): Promise<string> => join(await mkdtemp(join(tmpdir(), 'journal-')), 'journal.ndjson');

describe('the law book', () => {
  const path = fresh();
  lawBook(async () => opened(await path));
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

test('a file that is cut or replaced under a running worker is refused, and no lock is given on it', async () => {
  const path = await fresh();
  const journal = opened(path);
  await journal.append(touch('c', 'p/1/apply'), 0, 'me');
  await truncate(path, 0);
  await expect(journal.append(touch('d', 'p/1/apply'), 0, 'me')).rejects.toMatchObject({ code: 'JOURNAL_UNWRITABLE' });
  const other = await fresh();
  const replaced = opened(other);
  await replaced.append(touch('c', 'p/1/apply'), 0, 'me');
  await rename(other, `${other}.old`);
  await writeFile(other, '');
  await expect(replaced.append(touch('d', 'p/1/apply'), 0, 'me')).rejects.toThrow('replaced or cut');
});
