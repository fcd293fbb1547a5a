import type { RequestRecord } from './record.js';
import { quantile } from './scale.js';
import type { Span } from './span.js';

/** What the client saw of one version in one window. */
export interface Bin {
  n: number;
  failed: number;
  /** Latency in ms of the answered ones; null when there was none. */
  p50: number | null;
  p95: number | null;
}

export interface Windows {
  stepMs: number;
  /** Middle of each window, Unix ms. */
  middles: number[];
  /** A bin per window and version, null where there was no request; the key '' is: nobody answered. */
  bins: Map<string, (Bin | null)[]>;
  requests: number;
}

const steps = [1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 900, 1800, 3600, 7200, 14_400, 43_200, 86_400];
const mostWindows = 100;
/** Windows are wide enough for so many requests on average: with fewer a share says nothing. */
const usualRequests = 200;

/** The same rule as the load generator's: no answer, or a 5xx. */
export const isFailed = ({ status }: RequestRecord): boolean => status === 0 || status >= 500;

/** Cuts the requests within the span into windows. A last window that is not whole is left out: it would show a dip. */
export function windowsOf(requests: readonly RequestRecord[], span: Span): Windows {
  const inside = requests.filter(({ atMs }) => atMs >= span.fromMs && atMs <= span.toMs);
  const lengthMs = span.toMs - span.fromMs;
  const stepMs = stepFor(lengthMs, inside.length);
  const whole = Math.max(1, Math.floor(lengthMs / stepMs));
  const raw = new Map<string, { failed: number; ms: number[] }[]>();
  for (const request of inside) {
    const i = Math.floor((request.atMs - span.fromMs) / stepMs);
    if (i >= whole) continue;
    let row = raw.get(request.version);
    if (row === undefined) raw.set(request.version, (row = []));
    const bin = (row[i] ??= { failed: 0, ms: [] });
    if (isFailed(request)) bin.failed += 1;
    else bin.ms.push(Number.isFinite(request.latencyMs) ? request.latencyMs : 0);
  }
  const middles = Array.from({ length: whole }, (_, i) => span.fromMs + (i + 0.5) * stepMs);
  const bins = new Map([...raw].map(([version, row]) => [version, middles.map((_, i) => binOf(row[i]))]));
  return { stepMs, middles, bins, requests: inside.length };
}

function stepFor(lengthMs: number, requests: number): number {
  const seconds = Math.max(lengthMs / 1000 / mostWindows, (usualRequests * lengthMs) / 1000 / Math.max(1, requests));
  const least = Math.min(seconds, lengthMs / 1000 / 8);
  return (steps.find((step) => step >= least) ?? lengthMs / 1000 / mostWindows) * 1000;
}

function binOf(raw: { failed: number; ms: number[] } | undefined): Bin | null {
  if (raw === undefined) return null;
  const sorted = raw.ms.toSorted((a, b) => a - b);
  return {
    n: raw.failed + sorted.length,
    failed: raw.failed,
    p50: quantile(sorted, 0.5),
    p95: quantile(sorted, 0.95),
  };
}

/** Versions as they are stacked: the old one, the others by traffic, the new one, and what nobody answered. */
export function versionsOf(windows: Windows, oldVersion: string, newVersion: string): string[] {
  const total = (version: string) => (windows.bins.get(version) ?? []).reduce((sum, bin) => sum + (bin?.n ?? 0), 0);
  const rank = (version: string) => (version === oldVersion ? 0 : version === newVersion ? 2 : version === '' ? 3 : 1);
  return [...windows.bins.keys()].sort((a, b) => rank(a) - rank(b) || total(b) - total(a) || (a < b ? -1 : 1));
}
