import { z } from 'zod';
import { GraywaveError } from '../../errors.js';
import { ask, type HttpAnswer, shown } from '../http.js';
import type { Series } from '../series.js';

export interface ApiOptions {
  url: string;
  headers: Record<string, string>;
  timeoutMs: number;
}

/** Every sample of one series within the lookback, oldest first. */
export interface RawSeries {
  labels: Record<string, string>;
  samples: [atSeconds: number, value: string][];
}

const envelope = z.object({
  status: z.enum(['success', 'error']),
  errorType: z.string().optional(),
  error: z.string().optional(),
  warnings: z.array(z.string()).optional(),
  data: z.unknown(),
});

const matrix = z.object({
  resultType: z.literal('matrix'),
  result: z.array(
    z.object({
      metric: z.record(z.string(), z.string()),
      // Absent for native histograms, which have no counters of ours.
      values: z.array(z.tuple([z.number(), z.string()])).default([]),
    }),
  ),
});

const maxBytes = 64 * 2 ** 20;

/**
 * Runs an instant query for raw samples. Throws GraywaveError SOURCE_DOWN (no answer, 5xx, 429) or SOURCE_ANSWER: an
 * error of the query, not JSON, or a partial answer (`warnings`), in which missing targets would look dead.
 */
export async function querySamples(api: ApiOptions, promql: string): Promise<RawSeries[]> {
  const seconds = Math.max(1, Math.ceil(api.timeoutMs / 1000));
  const data = await call(api, '/api/v1/query', { query: promql, timeout: `${seconds}s` });
  const answer = matrix.safeParse(data);
  if (!answer.success) throw unreadable(api, z.prettifyError(answer.error));
  return answer.data.result.map(({ metric, values }) => ({ labels: metric, samples: values }));
}

export async function metricNames(api: ApiOptions, selector: string): Promise<string[]> {
  const seconds = Math.floor(Date.now() / 1000);
  // Only what is there now, not what the server remembers; without an end of the range its own clock decides.
  const data = await call(api, '/api/v1/series', { 'match[]': selector, start: String(seconds - 300) });
  const answer = z.array(z.record(z.string(), z.string())).safeParse(data);
  if (!answer.success) throw unreadable(api, z.prettifyError(answer.error));
  return [...new Set(answer.data.map((labels) => labels['__name__'] ?? ''))].sort();
}

/** The last sample of each series with its own timestamp. */
export function lastSamples(raw: RawSeries[]): Series[] {
  return raw.flatMap(({ labels, samples }) => {
    const last = samples.at(-1);
    if (last === undefined) return [];
    const exporter = `${labels['job'] ?? ''}/${labels['instance'] ?? ''}`;
    const atMs = Math.round(last[0] * 1000);
    return [{ name: labels['__name__'] ?? '', labels, value: valueOf(last[1]), atMs, exporter }];
  });
}

function valueOf(text: string): number {
  if (text === '+Inf') return Infinity;
  if (text === '-Inf') return -Infinity;
  return text === '' ? Number.NaN : Number(text);
}

async function call(api: ApiOptions, path: string, form: Record<string, string>): Promise<unknown> {
  const url = `${api.url.replace(/\/+$/, '')}${path}`;
  const headers = { ...api.headers, accept: 'application/json' };
  const answer = await ask({ url, form, headers, timeoutMs: api.timeoutMs, maxBytes });
  if (answer.status >= 500 && answer.status !== 503) throw down(api, answer);
  const parsed = parse(answer);
  // 503 is both a server that is starting and, with a body, a query that took too long: nothing to be read either way.
  if (answer.status === 503 || answer.status === 429) throw down(api, answer, parsed?.error);
  if (parsed === null) {
    const what = `HTTP ${answer.status} ${answer.contentType || 'without a content type'}`;
    throw unreadable(api, `${what}: ${JSON.stringify(answer.text.slice(0, 120))}`);
  }
  if (parsed.status === 'error' || answer.status !== 200) {
    throw unreadable(api, `HTTP ${answer.status} ${parsed.errorType ?? ''}: ${parsed.error ?? 'no message'}`);
  }
  if ((parsed.warnings ?? []).length > 0) throw unreadable(api, `partial answer: ${parsed.warnings?.join('; ')}`);
  return parsed.data;
}

function parse(answer: HttpAnswer): z.infer<typeof envelope> | null {
  try {
    return envelope.safeParse(JSON.parse(answer.text)).data ?? null;
  } catch {
    // Not JSON: the caller reports the answer itself, which says more than where parsing stopped.
    return null;
  }
}

function down(api: ApiOptions, answer: HttpAnswer, error?: string): GraywaveError {
  const what = error ?? JSON.stringify(answer.text.slice(0, 120));
  return new GraywaveError('SOURCE_DOWN', `${shown(api.url)}: HTTP ${answer.status}: ${what}`);
}

function unreadable(api: ApiOptions, what: string): GraywaveError {
  return new GraywaveError('SOURCE_ANSWER', `${shown(api.url)}: ${what}`);
}
