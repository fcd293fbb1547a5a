import { createHash } from 'node:crypto';
import { mkdir, open, readFile, type FileHandle, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { GraywaveError, messageOf } from '../errors.js';
import type { Look } from '../judge/types.js';
import { appendOnce } from './append.js';
import { follow, genesis, type Head, makeLine, verify } from './chain.js';
import type { CellStore } from './port.js';

/** Where a writer has read to; everything up to `offset` is in `head`. */
interface Tail {
  offset: number;
  head: Head;
}

const mostTails = 10_000;

/**
 * One NDJSON file per change. Any number of processes may append: each line is one O_APPEND write, read back when
 * somebody else wrote at the same time, and written again when the other was first (chain.ts). A file is open only during
 * an append, and an append reads only what was added since this process's last one: as a rule nothing, so it writes first
 * and looks at the length afterwards.
 *
 * No fsync: verdicts are made from the state in memory and in heartbeats, never from this file, so a tail lost with the
 * machine loses evidence for later, not a verdict. It shows as a gap in `seq`, and as a `head` other than the one a
 * history refers to. A line torn by a crash is closed off by the next write.
 */
export class FileCellStore implements CellStore {
  private readonly tails = new Map<string, Tail>();
  private readonly busy = new Map<string, Promise<unknown>>();
  private made: Promise<unknown> | null = null;

  constructor(private readonly directory: string) {}

  /** Throws GraywaveError JOURNAL_UNWRITABLE; then nothing is known to be kept, and appending again is safe. */
  async append(changeId: string, look: Look): Promise<Look> {
    return this.inTurn(changeId, async () => {
      try {
        this.made ??= mkdir(this.directory, { recursive: true, mode: 0o700 });
        await this.made;
        if (await this.appendBlind(changeId, look)) return look;
        const file = await open(this.pathOf(changeId), 'a+', 0o600);
        try {
          return await this.appendTo(file, changeId, look);
        } finally {
          await file.close();
        }
      } catch (error) {
        this.made = null;
        this.tails.delete(changeId);
        const what = `cannot keep look ${look.seq} of ${changeId} in ${this.directory}: ${messageOf(error)}`;
        throw new GraywaveError('JOURNAL_UNWRITABLE', what);
      }
    });
  }

  /** Throws GraywaveError CELLS_BROKEN naming the first broken line. */
  async read(changeId: string): Promise<Look[]> {
    const { looks } = await this.readWhole(changeId);
    const bySeq = new Map<number, Look>();
    for (const look of looks) if (!bySeq.has(look.seq)) bySeq.set(look.seq, look);
    return [...bySeq.values()].sort((a, b) => a.seq - b.seq);
  }

  /** What a history keeps to refer to all looks so far; seq 0 when there are none. Throws CELLS_BROKEN. */
  async head(changeId: string): Promise<Head> {
    const tail = this.tails.get(changeId);
    // Nothing was added since our last append, which had checked all before it.
    if (tail !== undefined && (await this.sizeOf(changeId)) === tail.offset) return tail.head;
    return (await this.readWhole(changeId)).head;
  }

  /**
   * Writes as if nobody had written since our last append; false when somebody had, or when there is none. Our line may
   * then be in the file all the same: whoever was first decides, as for every line.
   */
  private async appendBlind(changeId: string, look: Look): Promise<boolean> {
    const tail = this.tails.get(changeId);
    if (tail === undefined || look.seq <= tail.head.seq) return false;
    const line = makeLine(tail.head, look);
    const bytes = Buffer.from(`${JSON.stringify(line)}\n`);
    const size = await appendOnce(this.pathOf(changeId), bytes);
    if (size !== tail.offset + bytes.length) return false;
    this.keep(changeId, { offset: size, head: { seq: look.seq, hash: line.hash } });
    return true;
  }

  private async appendTo(file: FileHandle, changeId: string, look: Look): Promise<Look> {
    for (;;) {
      const { tail, torn } = await this.catchUp(file, changeId);
      if (look.seq <= tail.head.seq) {
        const stayed = await this.find(changeId, look.seq);
        if (stayed !== undefined) return stayed;
      }
      const line = makeLine(tail.head, look);
      const bytes = Buffer.from(`${torn > 0 ? '\n' : ''}${JSON.stringify(line)}\n`);
      const { bytesWritten } = await file.write(bytes);
      if (bytesWritten !== bytes.length) throw new Error(`only ${bytesWritten} of ${bytes.length} bytes were written`);
      const { size } = await file.stat();
      if (size === tail.offset + torn + bytes.length) {
        this.keep(changeId, { offset: size, head: { seq: Math.max(tail.head.seq, look.seq), hash: line.hash } });
        return look;
      }
      // Somebody else wrote meanwhile. Ours stays if it is next after what we had read; else it is void: once more.
      const lines = await linesFrom(file, tail.offset);
      const first = follow(tail.head, lines.whole).looks[0];
      if (first !== undefined && JSON.stringify(first) === JSON.stringify(look)) return look;
    }
  }

  private async catchUp(file: FileHandle, changeId: string): Promise<{ tail: Tail; torn: number }> {
    const { size } = await file.stat();
    let tail = this.tails.get(changeId);
    if (tail === undefined || tail.offset > size) tail = { offset: 0, head: genesis(changeId) };
    if (size === tail.offset) return { tail, torn: 0 };
    const { whole, offset, torn } = await linesFrom(file, tail.offset);
    tail = { offset, head: follow(tail.head, whole).head };
    this.keep(changeId, tail);
    return { tail, torn };
  }

  private async find(changeId: string, seq: number): Promise<Look | undefined> {
    const { looks } = follow(genesis(changeId), (await this.textOf(changeId)).split('\n'));
    return looks.find((look) => look.seq === seq);
  }

  private async readWhole(changeId: string): Promise<{ looks: Look[]; head: Head }> {
    const lines = (await this.textOf(changeId)).split('\n');
    const broken = verify(genesis(changeId), lines);
    if (broken === null) return follow(genesis(changeId), lines);
    const file = this.pathOf(changeId);
    const what = `cells of ${changeId}: line ${broken} does not fit what stands before it`;
    throw new GraywaveError('CELLS_BROKEN', what, { at: { file, line: broken } });
  }

  private async sizeOf(changeId: string): Promise<number> {
    return (await stat(this.pathOf(changeId))).size;
  }

  private async textOf(changeId: string): Promise<string> {
    try {
      return await readFile(this.pathOf(changeId), 'utf8');
    } catch (error) {
      if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return '';
      throw error;
    }
  }

  private keep(changeId: string, tail: Tail): void {
    this.tails.delete(changeId);
    this.tails.set(changeId, tail);
    const [oldest] = this.tails.keys();
    if (this.tails.size > mostTails && oldest !== undefined) this.tails.delete(oldest);
  }

  private async inTurn<T>(changeId: string, work: () => Promise<T>): Promise<T> {
    const before = this.busy.get(changeId) ?? Promise.resolve();
    const mine = before.then(work, work);
    this.busy.set(changeId, mine);
    try {
      return await mine;
    } finally {
      if (this.busy.get(changeId) === mine) this.busy.delete(changeId);
    }
  }

  private pathOf(changeId: string): string {
    // Plain ids name their file; anything else (capitals too: not every disk tells them apart) by its hash.
    const plain = /^[a-z0-9][a-z0-9._-]{0,99}$/.test(changeId);
    const hash = createHash('sha256').update(changeId).digest('hex').slice(0, 32);
    return join(this.directory, `${plain ? changeId : `~${hash}`}.ndjson`);
  }
}

/** Complete lines from an offset, the offset after them, and the bytes of an incomplete line behind that. */
async function linesFrom(file: FileHandle, from: number): Promise<{ whole: string[]; offset: number; torn: number }> {
  const { size } = await file.stat();
  const buffer = Buffer.alloc(Math.max(0, size - from));
  let filled = 0;
  while (filled < buffer.length) {
    const { bytesRead } = await file.read(buffer, filled, buffer.length - filled, from + filled);
    if (bytesRead === 0) break;
    filled += bytesRead;
  }
  const end = buffer.subarray(0, filled).lastIndexOf(10) + 1;
  return { whole: buffer.toString('utf8', 0, end).split('\n'), offset: from + end, torn: filled - end };
}
