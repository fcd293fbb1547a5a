/** One request as its sender saw it; a line of `requests.ndjson`. */
export interface RequestLine {
  /** When it was sent, milliseconds since 1970. */
  t: number;
  /** Latency in milliseconds. */
  ms: number;
  /** HTTP status; 0: no answer. */
  s: number;
  /** Version and instance that answered; empty when nobody did. */
  v: string;
  i: string;
  /** How much later than planned it was sent, in milliseconds. */
  lag: number;
}

export interface VersionCount {
  n: number;
  /** No answer, or a 5xx. */
  failed: number;
  /** Answered, but slower than the old version's 95th percentile. */
  slow: number;
}

export interface Harm {
  requests: number;
  /** By version; requests that nobody answered are under `none`. */
  byVersion: Record<string, VersionCount>;
  /** Failed or slow requests beyond the number that the old version's rate gives for the same requests; ≥ 0. */
  harmed: number;
}

const slowQuantile = 0.95;

export function parseRequests(text: string): RequestLine[] {
  return text
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line) as RequestLine);
}

/**
 * What a change cost its users, from the outside: requests not served by the old version that failed or were slow, less
 * what the old version would have failed or slowed of as many. Without any request of the old version nothing is known
 * to be slow, and every failure counts.
 */
export function harmOf(lines: readonly RequestLine[], oldVersion: string): Harm {
  const limitMs = quantile(
    lines.filter((line) => line.v === oldVersion && !isFailed(line)).map((line) => line.ms),
    slowQuantile,
  );
  const byVersion: Record<string, VersionCount> = {};
  for (const line of lines) {
    const version = (byVersion[line.v === '' ? 'none' : line.v] ??= { n: 0, failed: 0, slow: 0 });
    version.n += 1;
    if (isFailed(line)) version.failed += 1;
    else if (line.ms > limitMs) version.slow += 1;
  }
  const old = byVersion[oldVersion] ?? { n: 0, failed: 0, slow: 0 };
  const oldRate = old.n === 0 ? 0 : (old.failed + old.slow) / old.n;
  let excess = 0;
  for (const [version, { n, failed, slow }] of Object.entries(byVersion)) {
    if (version !== oldVersion) excess += failed + slow - n * oldRate;
  }
  return { requests: lines.length, byVersion, harmed: Math.max(0, Math.round(excess)) };
}

export const isFailed = ({ s }: RequestLine): boolean => s === 0 || s >= 500;

/** The smallest value with at least the share `q` at or below it; Infinity for none. */
export function quantile(values: readonly number[], q: number): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.max(0, Math.ceil(q * sorted.length) - 1)] ?? Number.POSITIVE_INFINITY;
}
