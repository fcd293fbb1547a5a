import { readHistogram } from '../histogram.js';
import type { HistogramQuery, HistogramReading, Reading, Source, StreamQuery } from '../port.js';
import { rowsOf, type Series } from '../series.js';
import { Limit, orAbort, Shared } from '../share.js';
import { type ApiOptions, lastSamples, queryNames, querySamples, type RawSeries } from './api.js';
import { Merged } from './merge.js';
import { histogramQuery, namesQuery, readQuery, wantOf } from './promql.js';

export interface PrometheusOptions extends ApiOptions {
  /** A series without a sample for so long is missing; null: 2.5 scrape intervals, learnt from the samples. */
  staleSeconds: number | null;
  /** Queries running at once, over all readers (a server runs 20 by default). */
  concurrency: number;
  /** Readers that come within this time of a query's start share it. */
  shareMs: number;
  /** Readers of different services that come within this time of each other are asked for in one query. */
  mergeMs: number;
}

interface Options {
  signal: AbortSignal;
}

/** Long enough to see two samples at a scrape interval of two minutes. */
const learnSeconds = 300;
const leastStaleSeconds = 5;
const unlearntStaleSeconds = 15;
const windowSeconds = 600;
/** So many events in the window make its distribution; with fewer, all events since the start do. */
const enoughEvents = 1_000;

/**
 * Reads raw counters from a Prometheus server. Staleness is the lookback of the range selector, judged by the server's
 * own clock; within it each series comes with the timestamp of its last sample, so a target that vanished shows as a
 * sample met again and then as a missing row, never as zero.
 */
export class PrometheusSource implements Source {
  private readonly limit: Limit;
  private readonly shared: Shared<RawSeries[]>;
  private readonly merged: Merged;
  private readonly learntSeconds = new Map<string, number>();

  constructor(
    readonly name: string,
    private readonly options: PrometheusOptions,
  ) {
    this.limit = new Limit(options.concurrency, 2 * options.timeoutMs);
    this.shared = new Shared(options.shareMs);
    this.merged = new Merged(options.mergeMs, (promql) => this.run(promql));
  }

  async read(queries: StreamQuery[], { signal }: Options): Promise<Reading> {
    signal.throwIfAborted();
    const services = [...new Set(queries.map(({ service }) => service))];
    const atMs = Date.now();
    const answers = await Promise.all(
      services.map(async (service) => {
        const mine = queries.filter((query) => query.service === service);
        const want = wantOf(service, mine);
        const ask: Ask = (lookback) =>
          this.shared.get(readQuery([want], lookback), () => this.merged.read(want, lookback));
        const { series, staleSeconds } = await this.sample(service, ask, signal);
        return rowsOf(mine, series, staleSeconds * 1000);
      }),
    );
    const levels = answers.flatMap((answer) => answer.levels ?? []);
    const counts = answers.flatMap((answer) => answer.counts);
    return levels.length === 0 ? { atMs, counts } : { atMs, counts, levels };
  }

  /** Of the last 10 minutes where they hold enough events, else since the start of each process. */
  async histogram(query: HistogramQuery, { signal }: Options): Promise<HistogramReading> {
    signal.throwIfAborted();
    const ask: Ask = (lookback, offsetSeconds = 0) => {
      const promql = histogramQuery(query, lookback, offsetSeconds);
      return this.shared.get(promql, () => this.run(promql));
    };
    const { series, staleSeconds } = await this.sample(query.service, ask, signal);
    const before = lastSamples(await orAbort(ask(staleSeconds, windowSeconds), signal));
    const earlier = new Map(before.map((one) => [keyOf(one), one.value]));
    const recent = series.map((one) => {
      const then = earlier.get(keyOf(one)) ?? 0;
      // Lower than before: the process was restarted meanwhile, and all it counts is recent.
      return { ...one, value: one.value >= then ? one.value - then : one.value };
    });
    const windowed = readHistogram(query, recent);
    return windowed.total >= enoughEvents ? windowed : readHistogram(query, series);
  }

  names(service: string, { signal }: Options): Promise<string[]> {
    return orAbort(
      this.limit.run(() => queryNames(this.options, namesQuery(service))),
      signal,
    );
  }

  private async sample(
    service: string,
    ask: Ask,
    signal: AbortSignal,
  ): Promise<{ series: Series[]; staleSeconds: number }> {
    const staleSeconds = this.options.staleSeconds ?? (await this.learn(service, ask, signal));
    const raw = await orAbort(ask(staleSeconds), signal);
    // Nothing within the lookback: perhaps the scrape interval is another now, so the next reading learns it again.
    if (raw.length === 0) this.learntSeconds.delete(service);
    return { series: lastSamples(raw), staleSeconds };
  }

  private async learn(service: string, ask: Ask, signal: AbortSignal): Promise<number> {
    const known = this.learntSeconds.get(service);
    if (known !== undefined) return known;
    const intervalSeconds = medianGap(await orAbort(ask(learnSeconds), signal));
    if (intervalSeconds === null) return unlearntStaleSeconds;
    const learnt = Math.max(leastStaleSeconds, Math.ceil(intervalSeconds * 2.5));
    this.learntSeconds.set(service, learnt);
    return learnt;
  }

  private run(promql: string): Promise<RawSeries[]> {
    return this.limit.run(() => querySamples(this.options, promql));
  }
}

/** One question, by how far back its samples may lie, and what it is told for. */
type Ask = (lookbackSeconds: number, offsetSeconds?: number) => Promise<RawSeries[]>;

function medianGap(raw: RawSeries[]): number | null {
  const gaps = raw.flatMap(({ samples }) => {
    return samples.slice(1).map(([at], index) => at - (samples[index]?.[0] ?? at));
  });
  gaps.sort((a, b) => a - b);
  return gaps[Math.floor(gaps.length / 2)] ?? null;
}

function keyOf({ labels }: Series): string {
  return JSON.stringify(Object.entries(labels).sort(([a], [b]) => (a < b ? -1 : 1)));
}
