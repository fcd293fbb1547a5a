import type { CellStore } from '../../src/cells/port.js';
import type { Look } from '../../src/judge/types.js';

/** What a worker has done since it was last asked. */
export interface Looks {
  /** Changes that have been looked at, ever. */
  changes: number;
  looks: number;
  /** Looks that saw a broken source, and looks that saw traffic. */
  errors: number;
  withTraffic: number;
  /** Between two looks of one change, in milliseconds. */
  gapsMs: number[];
}

/** Keeps looks as `kept` does, and counts them. */
export class Counted implements CellStore {
  private readonly lastMs = new Map<string, number>();
  private counts: Omit<Looks, 'changes'> = none();

  constructor(private readonly kept: CellStore) {}

  async append(changeId: string, look: Look): Promise<Look> {
    const stayed = await this.kept.append(changeId, look);
    const nowMs = performance.now();
    const last = this.lastMs.get(changeId);
    this.lastMs.set(changeId, nowMs);
    this.counts.looks += 1;
    if (look.error !== null) this.counts.errors += 1;
    if (look.cells.length > 0) this.counts.withTraffic += 1;
    if (last !== undefined) this.counts.gapsMs.push(nowMs - last);
    return stayed;
  }

  taken(): Looks {
    const { counts } = this;
    this.counts = none();
    return { changes: this.lastMs.size, ...counts };
  }

  read(changeId: string): Promise<Look[]> {
    return this.kept.read(changeId);
  }

  head(changeId: string): Promise<{ seq: number; hash: string }> {
    return this.kept.head(changeId);
  }
}

const none = (): Omit<Looks, 'changes'> => ({ looks: 0, errors: 0, withTraffic: 0, gapsMs: [] });
