import type { Pool, PoolClient, PoolConfig } from 'pg';
import { GraywaveError, messageOf } from '../errors.js';
import { claimedBy, decide, emptyLaw, type Law } from './law.js';
import { migrate } from './migrations.js';
import type { AppendAnswer, Entry, Journal, JournalRecord } from './port.js';

interface Row {
  epoch: string;
  run: string;
  at: Date;
  record: JournalRecord;
}

/** Held while one record is decided and entered: the journal is one row of decisions, whoever asks from wherever. */
const appendLock = 7_311_937;
const connections = 5;
const answerWithinMs = 10_000;

/** The journal in PostgreSQL, for workers on any number of machines; the same rules as the file's (law.ts). */
export class PostgresJournal implements Journal {
  private migrated: Promise<void> | null = null;

  private constructor(
    private readonly pool: Pool,
    private readonly where: string,
  ) {}

  /** Loads the driver only when a database is configured. Connects at the first use, not before. */
  static async open(url: string): Promise<PostgresJournal> {
    const { Pool } = await loadDriver();
    const pool = new Pool({
      connectionString: url,
      max: connections,
      connectionTimeoutMillis: answerWithinMs,
      query_timeout: answerWithinMs,
      statement_timeout: answerWithinMs,
      // A worker's machine that is gone must not keep the lock of all appends.
      idle_in_transaction_session_timeout: answerWithinMs,
      application_name: 'graywave journal',
    });
    // A connection that breaks while idle is replaced; the error shows at the next use if it lasts.
    pool.on('error', () => undefined);
    return new PostgresJournal(pool, describe(url));
  }

  append(record: JournalRecord, expect: number, by: string): Promise<AppendAnswer> {
    return this.using(async (client) => {
      await client.query('BEGIN');
      await client.query('SELECT pg_advisory_xact_lock($1)', [appendLock]);
      const law = await readLaw(client, record);
      const answer = decide(law, record, expect, by);
      const taken = answer.outcome === 'taken' && !(await isKnown(client, answer.epoch));
      if (taken) await enter(client, record, law.byChange.get(record.changeId) ?? [], answer.epoch, by);
      await client.query('COMMIT');
      return answer;
    });
  }

  entries(changeId: string): Promise<Entry[]> {
    return this.using((client) => ownEntries(client, changeId));
  }

  head(): Promise<number> {
    return this.using(lastEpoch);
  }

  unsettled(): Promise<Entry[]> {
    return this.using(async (client) => {
      const { rows } = await client.query<Row>(
        `SELECT lasts.* FROM (SELECT DISTINCT change_id FROM graywave_journal_owner) AS owners
         CROSS JOIN LATERAL (SELECT epoch, run, at, record FROM graywave_journal
                             WHERE change_id = owners.change_id ORDER BY epoch DESC LIMIT 1) AS lasts
         WHERE record->>'kind' <> 'settle' ORDER BY epoch`,
      );
      return rows.map(entryOf);
    });
  }

  async close(): Promise<void> {
    await this.pool.end();
  }

  private async using<T>(work: (client: PoolClient) => Promise<T>): Promise<T> {
    let client: PoolClient | undefined;
    try {
      client = await this.pool.connect();
      await (this.migrated ??= migrate(client));
      const answer = await work(client);
      client.release();
      return answer;
    } catch (cause) {
      this.migrated = null;
      // Closing the connection rolls back whatever was begun on it.
      client?.release(true);
      throw new GraywaveError('JOURNAL_UNWRITABLE', `${this.where}: ${messageOf(cause)}`, {
        cause,
        hint: 'Check that PostgreSQL at DATABASE_URL answers; nothing is touched until it does, and a rollback does not wait for it.',
      });
    }
  }
}

/** What the rules need to know of the world for one record. */
async function readLaw(client: PoolClient, record: JournalRecord): Promise<Law> {
  const law = emptyLaw();
  const own = await ownEntries(client, record.changeId);
  law.byChange.set(record.changeId, own);
  law.lastEpoch = await lastEpoch(client);
  const claimed = claimedBy(record, own);
  if (claimed.length > 0) {
    const owners = await client.query<{ resource: string; change_id: string }>(
      'SELECT resource, change_id FROM graywave_journal_owner WHERE resource = ANY($1)',
      [claimed],
    );
    for (const row of owners.rows) law.owners.set(row.resource, row.change_id);
  }
  if (record.kind === 'touch' && record.plannedAfter !== undefined) {
    for (const [resource, settled] of await settledSince(client, record.plannedAfter, claimed)) {
      law.settled.set(resource, settled);
    }
  }
  return law;
}

async function lastEpoch(client: PoolClient): Promise<number> {
  const { rows } = await client.query<{ last: string }>('SELECT coalesce(max(epoch), 0) AS last FROM graywave_journal');
  return Number(rows[0]?.last ?? 0);
}

/** Changes that were settled on any of the resources after an epoch; few, for that is the time in which a change is planned. */
async function settledSince(client: PoolClient, epoch: number, resources: string[]): Promise<Law['settled']> {
  const { rows } = await client.query<{ resource: string; change_id: string; epoch: string }>(
    `SELECT claimed.resource, ends.change_id, ends.epoch FROM graywave_journal AS ends
     JOIN graywave_journal AS touches ON touches.change_id = ends.change_id AND touches.record->>'kind' = 'touch'
     CROSS JOIN LATERAL jsonb_array_elements_text(touches.record->'resources') AS claimed(resource)
     WHERE ends.epoch > $1 AND ends.record->>'kind' = 'settle' AND claimed.resource = ANY($2) ORDER BY ends.epoch`,
    [epoch, resources],
  );
  return new Map(rows.map((row) => [row.resource, { changeId: row.change_id, epoch: Number(row.epoch) }]));
}

async function ownEntries(client: PoolClient, changeId: string): Promise<Entry[]> {
  const sql = 'SELECT epoch, run, at, record FROM graywave_journal WHERE change_id = $1 ORDER BY epoch';
  const { rows } = await client.query<Row>(sql, [changeId]);
  return rows.map(entryOf);
}

const entryOf = (row: Row): Entry => ({ ...row.record, epoch: Number(row.epoch), atMs: row.at.getTime(), by: row.run });

async function isKnown(client: PoolClient, epoch: number): Promise<boolean> {
  const { rowCount } = await client.query('SELECT 1 FROM graywave_journal WHERE epoch = $1', [epoch]);
  return rowCount !== 0;
}

async function enter(
  client: PoolClient,
  record: JournalRecord,
  own: readonly Entry[],
  epoch: number,
  by: string,
): Promise<void> {
  await client.query(
    'INSERT INTO graywave_journal (epoch, change_id, key, run, at, record) VALUES ($1, $2, $3, $4, now(), $5)',
    [epoch, record.changeId, record.key, by, JSON.stringify(record)],
  );
  if (record.kind === 'settle') {
    await client.query('DELETE FROM graywave_journal_owner WHERE change_id = $1', [record.changeId]);
    return;
  }
  await client.query(
    `INSERT INTO graywave_journal_owner (resource, change_id) SELECT unnest($1::text[]), $2
     ON CONFLICT (resource) DO NOTHING`,
    // It owns itself: so an unsettled change is found by its owners, also one that names no resource.
    [[...claimedBy(record, own), `change:${record.changeId}`], record.changeId],
  );
}

async function loadDriver(): Promise<{ Pool: new (config: PoolConfig) => Pool }> {
  try {
    return (await import('pg')).default;
  } catch (cause) {
    throw new GraywaveError('CONFIG_INVALID', 'DATABASE_URL is set, but the package `pg` is not installed.', {
      cause,
      hint: 'Install it beside Graywave: npm install pg',
    });
  }
}

/** The database without its password. */
function describe(url: string): string {
  if (!URL.canParse(url)) return 'DATABASE_URL';
  const { host, pathname } = new URL(url);
  return `PostgreSQL at ${host}${pathname}`;
}
