import { GraywaveError } from '../errors.js';

/**
 * One request for many callers: who asks for the same key while it runs, or within `windowMs` of its start, gets the
 * same answer. A thousand changes that observe one service scrape it once. A failure is shared while it is pending,
 * never kept.
 */
export class Shared<T> {
  private readonly entries = new Map<string, Promise<T>>();

  constructor(private readonly windowMs: number) {}

  get(key: string, make: () => Promise<T>): Promise<T> {
    const running = this.entries.get(key);
    if (running !== undefined) return running;
    const startedMs = performance.now();
    const made = make();
    this.entries.set(key, made);
    const forget = (): void => {
      this.entries.delete(key);
    };
    made.then(() => {
      const leftMs = this.windowMs - (performance.now() - startedMs);
      if (leftMs <= 0) forget();
      else setTimeout(forget, leftMs).unref();
    }, forget);
    return made;
  }
}

/**
 * Runs at most `limit` works at once; the others wait in order, and give up with SOURCE_DOWN after `waitMs`, so that a
 * source that hangs is known to hang by everybody within a look, however many queue for it.
 */
export class Limit {
  private free: number;
  private readonly waiting = new Set<() => void>();

  constructor(
    private readonly limit: number,
    private readonly waitMs: number,
  ) {
    this.free = limit;
  }

  async run<T>(work: () => Promise<T>): Promise<T> {
    if (this.free > 0) this.free -= 1;
    else await this.turn();
    try {
      return await work();
    } finally {
      const [following] = this.waiting;
      if (following === undefined) this.free += 1;
      else following();
    }
  }

  private turn(): Promise<void> {
    return new Promise((resolve, reject) => {
      const go = (): void => {
        clearTimeout(timer);
        this.waiting.delete(go);
        resolve();
      };
      const timer = setTimeout(() => {
        this.waiting.delete(go);
        const what = `no turn within ${this.waitMs} ms: ${this.limit} requests running, ${this.waiting.size} more waiting`;
        reject(new GraywaveError('SOURCE_DOWN', what));
      }, this.waitMs);
      this.waiting.add(go);
    });
  }
}

/** The work's answer, unless the caller gives up first: then the signal's reason. Shared work itself goes on. */
export async function orAbort<T>(work: Promise<T>, signal: AbortSignal): Promise<T> {
  let stop: () => void = () => undefined;
  const aborted = new Promise<never>((_resolve, reject) => {
    stop = () => reject(signal.reason);
    if (signal.aborted) stop();
    else signal.addEventListener('abort', stop, { once: true });
  });
  try {
    return await Promise.race([work, aborted]);
  } finally {
    signal.removeEventListener('abort', stop);
  }
}
