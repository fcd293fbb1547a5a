import { z } from 'zod';
import { GraywaveError } from '../errors.js';
import { ask, shown } from '../sources/http.js';
import { sized } from './series.js';
import type { MetricSettings, Query, Series } from './types.js';

/** A window on the clock, Unix ms; the grid is fromMs, fromMs + step … up to toMs. */
export interface Window {
  fromMs: number;
  toMs: number;
}

const answer = z.object({
  status: z.literal('success'),
  warnings: z.array(z.string()).optional(),
  data: z.object({
    resultType: z.literal('matrix'),
    result: z.array(
      z.object({
        metric: z.record(z.string(), z.string()),
        values: z.array(z.tuple([z.number(), z.string()])),
      }),
    ),
  }),
});
const failure = z.object({ status: z.literal('error'), errorType: z.string(), error: z.string() });

const maxBytes = 64 * 2 ** 20;
/** What a Prometheus server gives for one query at most. */
const mostPoints = 11_000;

/** Both arms of a metric at the same instants. Throws SOURCE_DOWN, SOURCE_ANSWER, USAGE. */
export async function querySeries({ name, query }: MetricSettings, window: Window): Promise<Series> {
  if (query === null) throw new GraywaveError('USAGE', `metric ${name} has no query to ask`);
  const { baseline } = query;
  return {
    metric: name,
    baseline: baseline === null ? null : await queryRange(query, baseline, window),
    canary: await queryRange(query, query.canary, window),
  };
}

/** Values of one query on the grid, null where there is none. A query must give one series: which of two is meant? */
export async function queryRange(query: Query, promql: string, window: Window): Promise<(number | null)[]> {
  const { stepSeconds, timeoutSeconds } = query;
  const fromSeconds = window.fromMs / 1000 + query.delaySeconds;
  const points = Math.floor((window.toMs / 1000 - fromSeconds) / stepSeconds) + 1;
  if (points < 1) throw new GraywaveError('USAGE', 'the window is empty: --from is not before --to');
  if (points > mostPoints)
    throw new GraywaveError(
      'USAGE',
      `${points} points are too many; a server gives ${mostPoints}: choose a larger step`,
    );
  const url = `${addressOf(query.source).replace(/\/+$/, '')}/api/v1/query_range`;
  const form = {
    query: promql,
    start: String(fromSeconds),
    end: String(fromSeconds + (points - 1) * stepSeconds),
    step: String(stepSeconds),
    timeout: `${timeoutSeconds}s`,
  };
  const headers = { ...headersOf(query.headers), accept: 'application/json' };
  const { status, text } = await ask({ url, form, headers, timeoutMs: timeoutSeconds * 1000, maxBytes });
  if (status === 429 || status >= 500) throw new GraywaveError('SOURCE_DOWN', `${shown(url)}: HTTP ${status}`);
  const series = seriesIn(text, status, url);
  if (series.length > 1) {
    const which = `${JSON.stringify(series[0]?.metric)} and ${JSON.stringify(series[1]?.metric)}`;
    const message = `the query gives ${series.length} series (${which}); expected one`;
    throw new GraywaveError('SOURCE_ANSWER', message, { hint: 'Put sum(…) or avg(…) around the query.' });
  }
  const values = Array<number | null>(points).fill(null);
  for (const [at, value] of series[0]?.values ?? []) {
    const number = sized(Number(value));
    const i = Math.round((at - fromSeconds) / stepSeconds);
    if (number !== undefined && i >= 0 && i < points) values[i] = number;
  }
  return values;
}

function seriesIn(text: string, status: number, url: string): z.infer<typeof answer>['data']['result'] {
  const wrong = (what: string): never => {
    throw new GraywaveError('SOURCE_ANSWER', `${shown(url)}: HTTP ${status}: ${what}`);
  };
  let parsed: unknown;
  try {
    parsed = JSON.parse(text);
  } catch {
    // The text says more than where parsing stopped.
    return wrong(`not JSON: ${JSON.stringify(text.slice(0, 120))}`);
  }
  const refused = failure.safeParse(parsed);
  if (refused.success) return wrong(`${refused.data.errorType}: ${refused.data.error}`);
  const good = answer.safeParse(parsed);
  if (!good.success) return wrong(`not a matrix of samples: ${z.prettifyError(good.error)}`);
  if ((good.data.warnings ?? []).length > 0) return wrong(`partial answer: ${good.data.warnings?.join('; ')}`);
  return good.data.data.result;
}

/** `env:NAME` stands for what the variable holds. */
export function addressOf(source: string): string {
  const address = source.startsWith('env:') ? fromEnvironment(source) : source;
  if (/^https?:\/\//.test(address) && URL.canParse(address)) return address;
  throw new GraywaveError('USAGE', `${source} is no http(s) URL of a Prometheus server`);
}

const headersOf = (headers: Record<string, string>): Record<string, string> =>
  Object.fromEntries(Object.entries(headers).map(([name, reference]) => [name, fromEnvironment(reference)]));

function fromEnvironment(reference: string): string {
  const name = reference.replace(/^env:/, '');
  const value = process.env[name];
  if (value !== undefined && value !== '') return value;
  throw new GraywaveError('USAGE', `the environment variable ${name} is not set`);
}
