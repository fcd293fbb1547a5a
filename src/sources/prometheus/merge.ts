import { GraywaveError } from '../../errors.js';
import type { RawSeries } from './api.js';
import { readQuery, shapeOf, type Want } from './promql.js';

/** Runs one query; `Merged` decides which. */
export type RunQuery = (promql: string) => Promise<RawSeries[]>;

interface Waiting {
  want: Want;
  resolve: (series: RawSeries[]) => void;
  reject: (error: unknown) => void;
}

interface Batch {
  lookbackSeconds: number;
  waiting: Waiting[];
}

/** Of one request: small enough that one of them is neither slow nor large. */
const mostWants = 50;
/** A merged query that fails after so long was too much for the server; its readers go alone for a while after it. */
const slowMs = 1_000;
const aloneMs = 60_000;

/**
 * Many readers' wants in one request: who comes within `mergeMs` of the last request waits for the rest of that time and
 * goes with all others who do; who comes to a quiet source goes at once. A query costs the server as much for one
 * service as for twenty. Every reader gets its own service's series, and an error only if its own query would fail:
 * when the server refuses a merged query each is asked again alone.
 */
export class Merged {
  private readonly batches = new Map<string, Batch>();
  private readonly alone = new Map<string, number>();
  private lastMs = -Infinity;

  constructor(
    private readonly mergeMs: number,
    private readonly run: RunQuery,
  ) {}

  read(want: Want, lookbackSeconds: number): Promise<RawSeries[]> {
    const until = this.alone.get(want.service);
    if (until !== undefined && performance.now() < until) return this.run(readQuery([want], lookbackSeconds));
    if (until !== undefined) this.alone.delete(want.service);
    return new Promise((resolve, reject) => {
      this.join(`${lookbackSeconds} ${shapeOf(want)}`, lookbackSeconds, { want, resolve, reject });
    });
  }

  private join(key: string, lookbackSeconds: number, one: Waiting): void {
    const batch = this.batches.get(key);
    if (batch === undefined) {
      const fresh = { lookbackSeconds, waiting: [one] };
      this.batches.set(key, fresh);
      setTimeout(() => this.leave(key, fresh), Math.max(0, this.lastMs + this.mergeMs - performance.now()));
    } else if (batch.waiting.push(one) >= mostWants) this.leave(key, batch);
  }

  private leave(key: string, batch: Batch): void {
    // A full batch has left before its time.
    if (this.batches.get(key) !== batch) return;
    this.batches.delete(key);
    this.lastMs = performance.now();
    void this.ask(batch);
  }

  private async ask({ waiting, lookbackSeconds }: Batch): Promise<void> {
    const wants = waiting.map(({ want }) => want);
    const beganMs = performance.now();
    try {
      const services = byService(await this.run(readQuery(wants, lookbackSeconds)));
      for (const { want, resolve } of waiting) resolve(services.get(want.service) ?? []);
    } catch (error) {
      const refused = wants.length > 1 && error instanceof GraywaveError && error.code === 'SOURCE_ANSWER';
      const failedMs = performance.now();
      if (wants.length > 1 && !refused && failedMs - beganMs >= slowMs) {
        for (const { service } of wants) this.alone.set(service, failedMs + aloneMs);
      }
      for (const { want, resolve, reject } of waiting) {
        if (refused) this.run(readQuery([want], lookbackSeconds)).then(resolve, reject);
        else reject(error);
      }
    }
  }
}

function byService(all: RawSeries[]): Map<string, RawSeries[]> {
  const services = new Map<string, RawSeries[]>();
  for (const series of all) {
    const service = series.labels['service'] ?? '';
    const mine = services.get(service);
    if (mine === undefined) services.set(service, [series]);
    else mine.push(series);
  }
  return services;
}
