import { setTimeout as sleep } from 'node:timers/promises';
import { GraywaveError, messageOf } from '../../errors.js';
import { difference, readHistogram } from '../histogram.js';
import { ask, shown } from '../http.js';
import type { HistogramQuery, HistogramReading, Reading, Source, StreamQuery } from '../port.js';
import { namesOf, rowsOf, type Series, startMetric } from '../series.js';
import { Limit, orAbort, Shared } from '../share.js';
import { type Discovery, discover, type Endpoint } from './discovery.js';
import { Page, unixMs } from './page.js';

export interface ScrapeOptions {
  discovery: Discovery;
  /** Of one scrape, and of the discovery. */
  timeoutMs: number;
  /** Scrapes running at once, over all readers. */
  concurrency: number;
  /** Readers that come within this time of a scrape's start share it. */
  shareMs: number;
}

interface Options {
  signal: AbortSignal;
}

const maxPageBytes = 16 * 2 ** 20;
/** Only pages with timestamps of their own can repeat a sample; younger than this it is waited for. */
const staleAfterMs = 15_000;

/** Recent events that are enough for a quantile of .95, and the least to prefer to all since the start. */
const recentEnough = 600;
const recentLeast = 200;
const recentMs = 8_000;
const recentPauseMs = 1_000;

/** Reads the `/metrics` page of every endpoint itself: no server between the target and the verdict. */
export class ScrapeSource implements Source {
  private readonly limit: Limit;
  private readonly endpoints: Shared<Endpoint[]>;
  private readonly pages: Shared<Page>;

  constructor(
    readonly name: string,
    private readonly options: ScrapeOptions,
  ) {
    this.limit = new Limit(options.concurrency, 2 * options.timeoutMs);
    this.endpoints = new Shared(options.shareMs);
    this.pages = new Shared(options.shareMs);
  }

  /** Throws SOURCE_DOWN when discovery fails, or no endpoint at all can be read; one of them is a missing row. */
  async read(queries: StreamQuery[], { signal }: Options): Promise<Reading> {
    const wanted = new Set([...queries.flatMap(namesOf), startMetric]);
    const { series, problems } = await this.scrape(new Set(queries.map(({ service }) => service)), wanted, signal);
    const reading: Reading = { atMs: unixMs(performance.now()), ...rowsOf(queries, series, staleAfterMs) };
    if (problems.length > 0) reading.problems = problems.slice(0, 5);
    return reading;
  }

  /**
   * A page has no past, and what a process did while it started is not what it does now: so two pages, some seconds
   * apart, and their difference; where too little happened between them, all since the start of each process.
   */
  async histogram(query: HistogramQuery, { signal }: Options): Promise<HistogramReading> {
    const read = async (): Promise<HistogramReading> => {
      const { series } = await this.scrape(new Set([query.service]), new Set([`${query.histogram}_bucket`]), signal);
      return readHistogram(query, series);
    };
    const first = await read();
    const endMs = performance.now() + recentMs;
    for (;;) {
      await sleep(recentPauseMs, undefined, { signal });
      const last = await read();
      const recent = difference(first, last);
      if (recent !== null && recent.total >= recentEnough) return recent;
      if (performance.now() >= endMs) return recent !== null && recent.total >= recentLeast ? recent : last;
    }
  }

  async names(service: string, { signal }: Options): Promise<string[]> {
    const { series } = await this.scrape(new Set([service]), null, signal);
    return [...new Set(series.map(({ name }) => name))].sort();
  }

  private async scrape(
    services: Set<string>,
    wanted: Set<string> | null,
    signal: AbortSignal,
  ): Promise<{ series: Series[]; problems: string[] }> {
    signal.throwIfAborted();
    const { discovery, timeoutMs } = this.options;
    const all = await orAbort(
      this.endpoints.get('', () => discover(discovery, timeoutMs)),
      signal,
    );
    // An endpoint named twice is still one process.
    const mine = new Map(
      all.filter((one) => services.has(one.labels['service'] ?? '')).map((one) => [keyOf(one), one]),
    );
    const pages = await orAbort(
      Promise.allSettled([...mine].map(async ([key, one]) => (await this.page(key, one)).series(wanted))),
      signal,
    );
    const series: Series[] = [];
    const problems: string[] = [];
    for (const page of pages) {
      if (page.status === 'fulfilled') for (const one of page.value) series.push(one);
      else problems.push(messageOf(page.reason));
    }
    if (mine.size > 0 && problems.length === mine.size) {
      const more = problems.length > 1 ? ` (and ${problems.length - 1} more)` : '';
      throw new GraywaveError('SOURCE_DOWN', `${this.name}: no endpoint can be read: ${problems[0]}${more}`);
    }
    return { series, problems };
  }

  private page(key: string, endpoint: Endpoint): Promise<Page> {
    return this.pages.get(key, () => this.limit.run(() => this.fetchPage(endpoint)));
  }

  private async fetchPage(endpoint: Endpoint): Promise<Page> {
    const { url } = endpoint;
    const takenMs = performance.now();
    const headers = { accept: 'text/plain;version=0.0.4' };
    const answer = await ask({ url, headers, timeoutMs: this.options.timeoutMs, maxBytes: maxPageBytes });
    if (answer.status !== 200) throw new GraywaveError('SOURCE_DOWN', `${shown(url)}: HTTP ${answer.status}`);
    return new Page(endpoint, answer.text, takenMs);
  }
}

function keyOf({ url, labels }: Endpoint): string {
  return `${url} ${JSON.stringify(Object.entries(labels).sort(([a], [b]) => (a < b ? -1 : 1)))}`;
}
