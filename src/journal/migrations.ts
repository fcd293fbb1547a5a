import type { Client } from 'pg';

/** Numbered, never changed once released; a new one is added at the end. */
const migrations: readonly string[] = [
  `CREATE TABLE graywave_journal (
     epoch bigint PRIMARY KEY,
     change_id text NOT NULL,
     key text NOT NULL,
     run text NOT NULL,
     at timestamptz NOT NULL,
     record jsonb NOT NULL
   );
   CREATE INDEX graywave_journal_change ON graywave_journal (change_id, epoch);
   CREATE TABLE graywave_journal_owner (
     resource text PRIMARY KEY,
     change_id text NOT NULL
   );
   CREATE INDEX graywave_journal_owner_change ON graywave_journal_owner (change_id);
   CREATE FUNCTION graywave_journal_keep() RETURNS trigger LANGUAGE plpgsql AS $$
     BEGIN RAISE EXCEPTION 'the journal is append-only'; END $$;
   CREATE TRIGGER graywave_journal_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON graywave_journal
     FOR EACH STATEMENT EXECUTE FUNCTION graywave_journal_keep();`,
];

/** Any number; the same in every version, so that two workers never migrate at once. */
const migrationLock = 7_311_936;

/** Brings the database to this version's tables. Many may call it at once; a database of a newer version is left alone. */
export async function migrate(client: Pick<Client, 'query'>): Promise<void> {
  await client.query('BEGIN');
  try {
    await client.query('SELECT pg_advisory_xact_lock($1)', [migrationLock]);
    await client.query(
      'CREATE TABLE IF NOT EXISTS graywave_migrations (id int PRIMARY KEY, at timestamptz NOT NULL DEFAULT now())',
    );
    const { rows } = await client.query<{ done: number }>(
      'SELECT coalesce(max(id), 0)::int AS done FROM graywave_migrations',
    );
    const done = rows[0]?.done ?? 0;
    for (const [i, sql] of migrations.entries()) {
      if (i < done) continue;
      await client.query(sql);
      await client.query('INSERT INTO graywave_migrations (id) VALUES ($1)', [i + 1]);
    }
    await client.query('COMMIT');
  } catch (error) {
    await client.query('ROLLBACK');
    throw error;
  }
}
