import { appendFileSync, existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

/** What a worker did where it was told to stop. */
export interface Mark {
  /** The stop, for example `apply image/2: touched`, or `look 2` where nobody stops. */
  at: string;
  what: 'stopped' | 'passed' | 'ended';
  pid: number;
  /** True in an activity that runs beside the workflow task. */
  local: boolean;
  ms: number;
  /** Of `ended`: how the call that had stopped came to its end; an error's code, else `ok`. */
  outcome?: string;
}

/** How a change is treated wherever it stops. */
export interface Rules {
  /** No revert works, so its targets have to be taken out of service. */
  failReverts?: boolean;
  /** Its metric source is down. */
  sourceDown?: boolean;
  /** What the worker does wrong on purpose, to show that it is noticed. */
  broken?: Broken;
}

export const brokenWays = ['no record', 'other key', 'deaf', 'liar', 'mute'] as const;
/**
 * `no record`: touches without the journal; `other key`: every attempt touches under a key of its own; `deaf`: asks
 * nobody whether it may touch, and forges the epoch; `liar`: reads back what is hoped for, and reverts nothing; `mute`:
 * never gets its last record written.
 */
export type Broken = (typeof brokenWays)[number];

/**
 * What this program and its workers tell each other, by file: what is told must outlive the death of either. A stop is
 * armed for one change; the worker that comes there leaves a mark and waits until it is released.
 */
export class Signs {
  constructor(private readonly dir: string) {
    for (const kind of ['armed', 'released', 'rules', 'marks']) mkdirSync(join(dir, kind), { recursive: true });
  }

  arm(changeId: string, stop: string): void {
    this.write('armed', changeId, stop);
  }

  /** Nobody stops there any more; who has stopped, stays. */
  disarm(changeId: string): void {
    rmSync(this.path('armed', changeId), { force: true });
  }

  release(changeId: string): void {
    this.write('released', changeId, '');
  }

  rule(changeId: string, rules: Rules): void {
    this.write('rules', changeId, JSON.stringify({ ...this.rules(changeId), ...rules }));
  }

  stopOf(changeId: string): string | null {
    return this.read('armed', changeId);
  }

  isReleased(changeId: string): boolean {
    return existsSync(this.path('released', changeId));
  }

  rules(changeId: string): Rules {
    return JSON.parse(this.read('rules', changeId) ?? '{}') as Rules;
  }

  mark(changeId: string, mark: Mark): void {
    appendFileSync(this.path('marks', changeId), `${JSON.stringify(mark)}\n`);
  }

  marks(changeId: string): Mark[] {
    const lines = this.read('marks', changeId)?.split('\n').slice(0, -1) ?? [];
    return lines.map((line) => JSON.parse(line) as Mark);
  }

  private write(kind: string, changeId: string, text: string): void {
    writeFileSync(this.path(kind, changeId), text);
  }

  private read(kind: string, changeId: string): string | null {
    try {
      return readFileSync(this.path(kind, changeId), 'utf8');
    } catch {
      return null;
    }
  }

  /** A change's watching after its rollback goes by another id, with a slash. */
  private path(kind: string, changeId: string): string {
    return join(this.dir, kind, changeId.replaceAll('/', '~'));
  }
}
