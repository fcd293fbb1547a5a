import { createHash, randomUUID } from 'node:crypto';
import { type FileHandle, mkdir, open, stat } from 'node:fs/promises';
import { dirname } from 'node:path';
import { GraywaveError, messageOf } from '../errors.js';
import { decide, emptyLaw, enter, type Law, unsettledOf } from './law.js';
import type { AppendAnswer, Entry, Journal, JournalRecord } from './port.js';

/** One line of the file: a record somebody asked for. Whether it was taken follows from the lines before it. */
interface Line {
  nonce: string;
  expect: number;
  by: string;
  atMs: number;
  record: JournalRecord;
}

interface Waiting {
  line: Line;
  resolve: (answer: AppendAnswer) => void;
  reject: (error: unknown) => void;
}

/**
 * The journal as one file, for everything that runs on one machine: any number of processes, no lock that could be left
 * behind. Each request is appended by a single O_APPEND write and synced; the order of lines is the order of requests,
 * and every reader works out by the same rules (`law.ts`) which were taken. A line torn by a crash has no valid
 * checksum and counts for nothing; its author never had an answer. Requests made together share one write and sync.
 */
export class FileJournal implements Journal {
  private readonly path: string;
  private handle: FileHandle | undefined;
  private offset = 0;
  private rest = Buffer.alloc(0);
  private readonly law: Law = emptyLaw();
  /** Our own lines that are being written, and what was decided of those that were read back. */
  private readonly asked = new Set<string>();
  private readonly answers = new Map<string, AppendAnswer>();
  private waiting: Waiting[] = [];
  private turn: Promise<void> = Promise.resolve();

  constructor(path: string) {
    this.path = path;
  }

  append(record: JournalRecord, expect: number, by: string): Promise<AppendAnswer> {
    const line: Line = { nonce: randomUUID(), expect, by, atMs: Date.now(), record };
    return new Promise((resolve, reject) => {
      this.waiting.push({ line, resolve, reject });
      if (this.waiting.length === 1) void this.inTurn(() => this.flush());
    });
  }

  async entries(changeId: string): Promise<Entry[]> {
    await this.inTurn(() => this.catchUp());
    return [...(this.law.byChange.get(changeId) ?? [])];
  }

  async head(): Promise<number> {
    await this.inTurn(() => this.catchUp());
    return this.law.lastEpoch;
  }

  async unsettled(): Promise<Entry[]> {
    await this.inTurn(() => this.catchUp());
    return unsettledOf(this.law);
  }

  async close(): Promise<void> {
    await this.inTurn(async () => {
      await this.handle?.close();
      this.handle = undefined;
    });
  }

  private inTurn<T>(work: () => Promise<T>): Promise<T> {
    const mine = this.turn.then(work);
    this.turn = mine.then(
      () => undefined,
      () => undefined,
    );
    return mine;
  }

  private async flush(): Promise<void> {
    const batch = this.waiting;
    this.waiting = [];
    try {
      const file = await this.opened();
      for (const { line } of batch) this.asked.add(line.nonce);
      // The newline in front ends a line that a crash tore before us.
      const text = batch.map(({ line }) => `\n${sealed(line)}`).join('');
      const bytes = Buffer.from(`${text}\n`);
      const { bytesWritten } = await file.write(bytes);
      if (bytesWritten !== bytes.length) throw new Error(`only ${bytesWritten} of ${bytes.length} bytes were written`);
      await file.datasync();
      await this.catchUp();
      for (const { line, resolve } of batch) {
        const answer = this.answers.get(line.nonce);
        if (!answer) throw new Error('a line was written but could not be read back');
        resolve(answer);
      }
    } catch (cause) {
      const error = new GraywaveError('JOURNAL_UNWRITABLE', `${this.path}: ${messageOf(cause)}`, { cause });
      for (const { reject } of batch) reject(error);
    } finally {
      for (const { line } of batch) {
        this.asked.delete(line.nonce);
        this.answers.delete(line.nonce);
      }
    }
  }

  private async opened(): Promise<FileHandle> {
    if (this.handle) {
      await this.refuseReplaced(this.handle);
      return this.handle;
    }
    await mkdir(dirname(this.path), { recursive: true });
    this.handle = await open(this.path, 'a+');
    return this.handle;
  }

  /** A file that was cut, removed or put in the place of ours no longer knows what this process was promised. */
  private async refuseReplaced(handle: FileHandle): Promise<void> {
    const [ours, there] = await Promise.all([handle.stat(), stat(this.path)]);
    if (ours.ino === there.ino && ours.size >= this.offset) return;
    throw new Error(
      'the file was replaced or cut while it was in use; restart every worker on the file that is to count',
    );
  }

  private async catchUp(): Promise<void> {
    const file = await this.opened();
    const chunk = Buffer.alloc(1 << 16);
    for (;;) {
      const { bytesRead } = await file.read(chunk, 0, chunk.length, this.offset);
      if (bytesRead === 0) return;
      this.offset += bytesRead;
      this.rest = Buffer.concat([this.rest, chunk.subarray(0, bytesRead)]);
      for (let end = this.rest.indexOf(10); end >= 0; end = this.rest.indexOf(10)) {
        this.take(this.rest.subarray(0, end).toString('utf8'));
        this.rest = this.rest.subarray(end + 1);
      }
    }
  }

  private take(text: string): void {
    const line = unsealed(text);
    if (!line) return;
    const answer = decide(this.law, line.record, line.expect, line.by);
    const known = answer.outcome === 'taken' && answer.epoch <= this.law.lastEpoch;
    if (answer.outcome === 'taken' && !known) {
      enter(this.law, { ...line.record, epoch: answer.epoch, atMs: line.atMs, by: line.by });
    }
    if (this.asked.has(line.nonce)) this.answers.set(line.nonce, answer);
  }
}

const checksum = (text: string): string => createHash('sha256').update(text).digest('hex').slice(0, 16);

function sealed(line: Line): string {
  const text = JSON.stringify(line);
  return `${checksum(text)} ${text}`;
}

function unsealed(text: string): Line | undefined {
  const body = text.slice(17);
  if (text[16] !== ' ' || checksum(body) !== text.slice(0, 16)) return undefined;
  return JSON.parse(body) as Line;
}
