import { afterEach, describe, expect, it } from 'vitest';
import { histogramQuery, readQuery, wantOf } from '../../src/sources/prometheus/promql.js';
import { type PrometheusOptions, PrometheusSource } from '../../src/sources/prometheus/source.js';
import { type Answering, answering } from './answering.js';
import { errors, forEver, slow } from './queries.js';

let open: Answering | null = null;
afterEach(async () => {
  await open?.close();
  open = null;
});

const options: Omit<PrometheusOptions, 'url'> = {
  headers: {},
  timeoutMs: 2_000,
  staleSeconds: 15,
  concurrency: 4,
  shareMs: 0,
  mergeMs: 0,
};

async function source(more: Partial<PrometheusOptions>, ...answers: Parameters<typeof answering>) {
  open = await answering(...answers);
  return { server: open, prometheus: new PrometheusSource('prom', { ...options, url: open.url, ...more }) };
}

const matrix = (...result: { metric: Record<string, string>; values: [number, string][] }[]) => ({
  body: JSON.stringify({ status: 'success', data: { resultType: 'matrix', result } }),
});

const metric = (code: string, more = {}) => ({
  __name__: 'http_requests_total',
  job: 'fleet',
  service: 'checkout',
  instance: 'a',
  route: '/buy',
  code,
  ...more,
});

describe('PromQL', () => {
  it('asks for the raw samples of all streams of a service in one selector', () => {
    expect(readQuery([wantOf('checkout', [errors, slow])], 15)).toBe(
      '{__name__=~"http_request_seconds_bucket|http_request_seconds_count|http_requests_total|process_start_time_seconds",' +
        'service="checkout",route=~"|/buy",le=~"|0\\\\.25|2\\\\.5e-01"}[15s]',
    );
  });

  it('asks by a label only where every stream selects by it', () => {
    expect(readQuery([wantOf('checkout', [errors, { ...errors, select: {} }])], 5)).toBe(
      '{__name__=~"http_requests_total|process_start_time_seconds",service="checkout"}[5s]',
    );
  });

  it('cannot be broken out of by a value, and refuses a label that is none', () => {
    expect(readQuery([wantOf('a"} or vector(1) #', [{ ...errors, select: { route: 'x"|.*' } }])], 5)).toBe(
      '{__name__=~"http_requests_total|process_start_time_seconds",service="a\\"} or vector(1) #",route=~"|x\\"\\\\|\\\\.\\\\*"}[5s]',
    );
    expect(() => wantOf('x', [{ ...errors, select: { 'a=""}': '' } }])).toThrow('is not a label name');
  });

  it('asks for a histogram now and ten minutes ago', () => {
    const { service, by, select } = slow;
    const query = { service, by, select, histogram: 'h', targets: ['a'] };
    expect(histogramQuery(query, 15, 600)).toBe(
      '{__name__="h_bucket",service="checkout",route="/buy"}[15s] offset 600s',
    );
  });
});

describe('a Prometheus server', () => {
  it('is asked by POST, with the configured headers, under its path', async () => {
    const { server } = await source({}, matrix());
    const prometheus = new PrometheusSource('prom', {
      ...options,
      url: `${server.url}/prom/`,
      headers: { authorization: 'Bearer x' },
    });
    await prometheus.read([errors], forEver());
    expect(server.asked[0]).toMatchObject({
      method: 'POST',
      path: '/prom/api/v1/query',
      headers: { authorization: 'Bearer x' },
    });
    expect(server.asked[0]?.form.get('query')).toBe(readQuery([wantOf('checkout', [errors])], 15));
  });

  it('gives the last sample of each series with its own timestamp', async () => {
    const answer = matrix(
      {
        metric: metric('200'),
        values: [
          [1700000000.5, '90'],
          [1700000001.5, '95'],
        ],
      },
      { metric: metric('503'), values: [[1700000001.5, '5']] },
      { metric: { ...metric('', { __name__: 'process_start_time_seconds' }) }, values: [[1700000001.5, '1.69e9']] },
    );
    const { prometheus } = await source({}, answer);
    const { counts } = await prometheus.read([errors], forEver());
    expect(counts).toEqual([
      {
        stream: 'errors',
        target: 'a',
        incarnation: '1690000000',
        atMs: 1700000001500,
        total: 100,
        bad: 5,
        staleAfterMs: 15_000,
      },
    ]);
  });

  it('without series gives no rows and no error', async () => {
    const { prometheus } = await source({}, matrix());
    expect((await prometheus.read([errors], forEver())).counts).toEqual([]);
  });

  it('with NaN for one target gives no row for it', async () => {
    const answer = matrix(
      { metric: metric('200'), values: [[1, 'NaN']] },
      { metric: metric('200', { instance: 'b' }), values: [[1, '7']] },
    );
    const { prometheus } = await source({}, answer);
    expect((await prometheus.read([errors], forEver())).counts.map(({ target }) => target)).toEqual(['b']);
  });

  it('learns its scrape interval once and takes two and a half of them for stale', async () => {
    const samples = matrix({
      metric: metric('200'),
      values: [
        [100, '1'],
        [130, '2'],
        [160, '3'],
      ],
    });
    const { server, prometheus } = await source({ staleSeconds: null }, samples);
    await prometheus.read([errors], forEver());
    await prometheus.read([errors], forEver());
    const lookbacks = server.asked.map(({ form }) => /\[.*\]$/.exec(form.get('query') ?? '')?.[0]);
    expect(lookbacks).toEqual(['[300s]', '[75s]', '[75s]']);
  });

  it('is asked once for many changes that look at once', async () => {
    const { server, prometheus } = await source({ shareMs: 200 }, matrix());
    await Promise.all(Array.from({ length: 50 }, () => prometheus.read([errors], forEver())));
    expect(server.asked).toHaveLength(1);
  });

  it('gives the distribution of the last ten minutes where they hold 1,000 events, else since the start', async () => {
    const bucket = (le: string, value: number) => ({
      metric: { __name__: 'h_bucket', job: 'j', service: 'checkout', instance: 'a', route: '/buy', le },
      values: [[1, String(value)] as [number, string]],
    });
    const now = matrix(bucket('0.1', 9_000), bucket('0.5', 9_900), bucket('+Inf', 10_000));
    const { service, by, select } = slow;
    const query = { service, by, select, histogram: 'h', targets: ['a'] };
    const before = matrix(bucket('0.1', 8_000), bucket('0.5', 8_850), bucket('+Inf', 8_900));
    const one = await source({}, now, before);
    expect(await one.prometheus.histogram(query, forEver())).toEqual({
      bounds: [0.1, 0.5],
      cumulative: [1000, 1050],
      total: 1100,
    });
    await one.server.close();
    const two = await source({}, now, now);
    expect(await two.prometheus.histogram(query, forEver())).toEqual({
      bounds: [0.1, 0.5],
      cumulative: [9000, 9900],
      total: 10_000,
    });
    await two.server.close();
    // Lower than before: restarted within the window.
    const three = await source({}, now, matrix(bucket('0.1', 50_000), bucket('0.5', 50_000), bucket('+Inf', 50_000)));
    expect((await three.prometheus.histogram(query, forEver())).total).toBe(10_000);
  });

  const error = '{"status":"error","errorType":"bad_data","error":"parse error: unexpected end"}';
  it.each([
    ['SOURCE_ANSWER', 'parse error: unexpected end', { status: 400, body: error }],
    [
      'SOURCE_ANSWER',
      'execution',
      { status: 422, body: '{"status":"error","errorType":"execution","error":"too many samples"}' },
    ],
    ['SOURCE_ANSWER', 'status 200 but error', { body: '{"status":"error","error":"status 200 but error"}' }],
    ['SOURCE_ANSWER', 'login', { type: 'text/html', body: '<html>login</html>' }],
    ['SOURCE_ANSWER', 'HTTP 302', { status: 302, body: '', headers: { location: '/login' } }],
    ['SOURCE_ANSWER', 'HTTP 200', { body: '' }],
    ['SOURCE_ANSWER', 'HTTP 200', { body: '[]' }],
    ['SOURCE_ANSWER', 'resultType', { body: '{"status":"success","data":{"resultType":"vector","result":[]}}' }],
    [
      'SOURCE_ANSWER',
      'partial answer: a store is unreachable',
      { body: '{"status":"success","warnings":["a store is unreachable"],"data":{"resultType":"matrix","result":[]}}' },
    ],
    ['SOURCE_ANSWER', 'HTTP 401', { status: 401, body: 'who?' }],
    ['SOURCE_DOWN', 'HTTP 500', { status: 500, body: 'oops' }],
    [
      'SOURCE_DOWN',
      'query timed out',
      { status: 503, body: '{"status":"error","errorType":"timeout","error":"query timed out"}' },
    ],
    ['SOURCE_DOWN', 'HTTP 502', { status: 502, type: 'text/html', body: '<html>bad gateway</html>' }],
    ['SOURCE_DOWN', 'HTTP 429', { status: 429, body: 'slow down' }],
    ['SOURCE_DOWN', 'no answer within 2000 ms', null],
  ])('that answers oddly is a %s that says "%s"', async (code, text, answer) => {
    const { prometheus } = await source({}, answer);
    await expect(prometheus.read([errors], forEver())).rejects.toMatchObject({
      code,
      message: expect.stringContaining(text),
    });
  });

  it('that refuses connections is SOURCE_DOWN', async () => {
    const { server, prometheus } = await source({}, matrix());
    await server.close();
    await expect(prometheus.read([errors], forEver())).rejects.toMatchObject({ code: 'SOURCE_DOWN' });
  });
});
