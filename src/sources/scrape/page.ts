import { GraywaveError, messageOf } from '../../errors.js';
import { shown } from '../http.js';
import type { Series } from '../series.js';
import type { Endpoint } from './discovery.js';
import { parseExposition, type Sample } from './exposition.js';

/** What one endpoint answered once; read as far as somebody wants it, and only once for all who want the same. */
export class Page {
  private readonly read = new Map<string, Series[]>();
  private readonly atMs: number;

  /** `takenMs`: when it was asked for, on `performance.now()`. */
  constructor(
    private readonly endpoint: Endpoint,
    private readonly text: string,
    private readonly takenMs: number,
  ) {
    this.atMs = unixMs(takenMs);
  }

  /** `wanted` null: all metrics. Throws GraywaveError SOURCE_ANSWER when the page cannot be read. */
  series(wanted: ReadonlySet<string> | null): Series[] {
    const key = wanted === null ? '' : [...wanted].sort().join(' ');
    const known = this.read.get(key);
    if (known !== undefined) return known;
    const series = this.samples(wanted).map((sample) => this.seriesOf(sample));
    this.read.set(key, series);
    return series;
  }

  private samples(wanted: ReadonlySet<string> | null): Sample[] {
    try {
      return parseExposition(this.text, wanted);
    } catch (error) {
      throw new GraywaveError('SOURCE_ANSWER', `${shown(this.endpoint.url)}: ${messageOf(error)}`);
    }
  }

  private seriesOf({ name, labels, value, atMs }: Sample): Series {
    const { takenMs } = this;
    const { url: exporter, labels: target } = this.endpoint;
    // No spreads: copying labels for every series took longer than reading the page.
    if (atMs !== null) return { name, labels, target, value, exporter, atMs };
    return { name, labels, target, value, exporter, atMs: this.atMs, takenMs };
  }
}

/** Unix ms that only go forward within a process, whatever is done to the clock. */
export const unixMs = (nowMs: number): number => Math.round(performance.timeOrigin + nowMs);
