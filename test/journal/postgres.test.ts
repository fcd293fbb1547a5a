import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { PostgresJournal } from '../../src/journal/postgres.js';
import { postgresPrograms, type PostgresServer, startPostgres } from '../support/postgres.js';
import { lawBook, touch } from './law-book.js';

const missing = postgresPrograms() === null;

test('in CI there is a PostgreSQL to test against; elsewhere its absence is told', () => {
  if (missing) console.warn('No PostgreSQL here: `apt-get install postgresql` to test the journal in it.');
  expect(missing && process.env.CI === 'true').toBe(false);
});

describe.skipIf(missing)('the journal in PostgreSQL', () => {
  let server: PostgresServer;
  const journals: PostgresJournal[] = [];
  const opened = async (): Promise<PostgresJournal> => {
    const journal = await PostgresJournal.open(server.url);
    journals.push(journal);
    return journal;
  };
  beforeAll(async () => {
    server = await startPostgres();
  });
  afterAll(async () => {
    await Promise.all(journals.map((journal) => journal.close()));
    await server.stop();
  });

  describe('the law book', () => lawBook(opened));

  test('a server that was killed and is back has every record it had answered for', async () => {
    const journal = await opened();
    const answer = await journal.append(touch('survivor', 'p/1/apply', ['s']), 0, 'run');
    await server.kill();
    await expect(journal.append(touch('survivor', 'p/2/apply', ['s']), 2, 'run')).rejects.toMatchObject({
      code: 'JOURNAL_UNWRITABLE',
    });
    await server.start();
    expect(await journal.append(touch('survivor', 'p/1/apply', ['s']), 0, 'run')).toEqual(answer);
  });

  test('nothing can be changed or deleted behind the rules, and the error has no password in it', async () => {
    const { default: pg } = await import('pg');
    const client = new pg.Client({ connectionString: server.url });
    await client.connect();
    await expect(client.query('DELETE FROM graywave_journal')).rejects.toThrow('append-only');
    await expect(client.query(`UPDATE graywave_journal SET run = 'x'`)).rejects.toThrow('append-only');
    await client.end();
    const nowhere = await PostgresJournal.open('postgres://me:secret@127.0.0.1:1/db');
    const error = await nowhere.unsettled().catch((thrown: unknown) => thrown);
    expect(error).toMatchObject({ code: 'JOURNAL_UNWRITABLE' });
    expect(JSON.stringify(error) + String(error)).not.toContain('secret');
    await nowhere.close();
  });
});
