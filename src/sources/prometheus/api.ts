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

const vector = z.object({
  resultType: z.literal('vector'),
  result: z.array(z.object({ metric: z.record(z.string(), z.string()) })),
});

const maxBytes = 64 * 2 ** 20;

/**
 * Runs an instant query for raw samples. Throws GraywaveError SOURCE_DOWN (no answer, 5xx, 429) or SOURCE_ANSWER: an
 * error of the query, not JSON, or a partial answer (`warnings`), in which missing targets would look dead.
 */
export async function querySamples(api: ApiOptions, promql: string): Promise<RawSeries[]> {
  const seconds = Math.max(1, Math.ceil(api.timeoutMs / 1000));
  return matrix(api, await call(api, '/api/v1/query', { query: promql, timeout: `${seconds}s` }));
}

/** Metric names in the answer to an instant query. Throws as `querySamples` does. */
export async function queryNames(api: ApiOptions, promql: string): Promise<string[]> {
  const answer = vector.safeParse(await call(api, '/api/v1/query', { query: promql }));
  if (!answer.success) throw unreadable(api, z.prettifyError(answer.error));
  return [...new Set(answer.data.result.map(({ metric }) => metric['__name__'] ?? ''))].sort();
}

/** Checked by hand: with zod, reading an answer cost more than asking for it. */
function matrix(api: ApiOptions, data: unknown): RawSeries[] {
  const wrong = (what: string): never => {
    throw unreadable(api, `not a matrix of samples: ${what}`);
  };
  if (!isObject(data) || data['resultType'] !== 'matrix') return wrong('resultType');
  const { result } = data;
  if (!Array.isArray(result)) return wrong('result');
  return result.map((one: unknown) => {
    if (!isObject(one)) return wrong('result');
    const { metric, values = [] } = one;
    if (!isObject(metric) || !Object.values(metric).every(isString)) return wrong('metric');
    // Absent for native histograms, which have no counters of ours.
    if (!Array.isArray(values) || !values.every(isSample)) return wrong('values');
    return { labels: metric as RawSeries['labels'], samples: values as RawSeries['samples'] };
  });
}

const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);
const isString = (value: unknown): boolean => typeof value === 'string';
const isSample = (value: unknown): boolean =>
  Array.isArray(value) && value.length === 2 && typeof value[0] === 'number' && typeof value[1] === 'string';

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
