import { self } from './self.js';

/** Upper bounds in seconds: 2 ms to about 5 s, each 15% above the last, so a shift of 10% moves a third of a bucket. */
export const bucketBounds: readonly number[] = Array.from({ length: 57 }, (_, index) =>
  Number((0.002 * 1.15 ** index).toPrecision(4)),
);
const boundTexts = [...bucketBounds.map(String), '+Inf'];

interface Histogram {
  counts: number[];
  sumSeconds: number;
}

/** Labels beside service, instance and version, already written: `,code="200"`. */
type Labels = string;

const counters = new Map<string, Map<Labels, number>>();
const histograms = new Map<string, Map<Labels, Histogram>>();

export function labels(pairs: Record<string, string>): Labels {
  return Object.entries(pairs)
    .map(([name, value]) => `,${name}="${value}"`)
    .join('');
}

export function count(name: string, extra: Labels, by = 1): void {
  let series = counters.get(name);
  if (series === undefined) counters.set(name, (series = new Map()));
  series.set(extra, (series.get(extra) ?? 0) + by);
}

export function observe(name: string, extra: Labels, seconds: number): void {
  let series = histograms.get(name);
  if (series === undefined) histograms.set(name, (series = new Map()));
  let histogram = series.get(extra);
  if (histogram === undefined)
    series.set(extra, (histogram = { counts: Array(boundTexts.length).fill(0), sumSeconds: 0 }));
  const slot = bucketOf(seconds);
  histogram.counts[slot] = (histogram.counts[slot] ?? 0) + 1;
  histogram.sumSeconds += seconds;
}

/** Index of the first bound that is not below the value; the last one is +Inf. */
export function bucketOf(seconds: number): number {
  let low = 0;
  let high = bucketBounds.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((bucketBounds[middle] ?? Number.POSITIVE_INFINITY) < seconds) low = middle + 1;
    else high = middle;
  }
  return low;
}

/** All of it as Prometheus text. */
export function exposition(): string {
  const own = `service="${self.service}",instance="${self.instance}",version="${self.version}"`;
  const lines: string[] = [];
  for (const [name, series] of counters) {
    lines.push(`# TYPE ${name} counter`);
    for (const [extra, value] of series) lines.push(`${name}{${own}${extra}} ${value}`);
  }
  for (const [name, series] of histograms) {
    lines.push(`# TYPE ${name} histogram`);
    for (const [extra, histogram] of series) {
      let total = 0;
      for (const [index, bound] of boundTexts.entries()) {
        total += histogram.counts[index] ?? 0;
        lines.push(`${name}_bucket{${own}${extra},le="${bound}"} ${total}`);
      }
      lines.push(`${name}_sum{${own}${extra}} ${histogram.sumSeconds}`, `${name}_count{${own}${extra}} ${total}`);
    }
  }
  const gauge = (name: string, value: number): void => {
    lines.push(`# TYPE ${name} gauge`, `${name}{${own}} ${value}`);
  };
  gauge('build_info', 1);
  gauge('process_start_time_seconds', startedAtSeconds);
  gauge('process_resident_memory_bytes', process.memoryUsage.rss());
  lines.push('# TYPE process_cpu_seconds_total counter');
  const { user, system } = process.cpuUsage();
  lines.push(`process_cpu_seconds_total{${own}} ${(user + system) / 1e6}`);
  return `${lines.join('\n')}\n`;
}

const startedAtSeconds = Number((Date.now() / 1000 - process.uptime()).toFixed(3));
