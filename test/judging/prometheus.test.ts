import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, expect, test } from 'vitest';
import { queryRange } from '../../src/judging/prometheus.js';
import type { Query } from '../../src/judging/types.js';

let server: Server | null = null;
afterEach(() => void server?.close());

/** A server that gives one answer; `asked` has the fields it was sent. */
async function answering(answer: unknown, status = 200): Promise<{ source: string; asked: URLSearchParams[] }> {
  const asked: URLSearchParams[] = [];
  server = createServer((request, response) => {
    let body = '';
    request.on('data', (chunk: Buffer) => (body += chunk.toString()));
    request.on('end', () => {
      asked.push(new URLSearchParams(body));
      response.writeHead(status, { 'content-type': 'application/json' });
      response.end(typeof answer === 'string' ? answer : JSON.stringify(answer));
    });
  });
  await new Promise<void>((resolve) => server?.listen(0, '127.0.0.1', resolve));
  return { source: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, asked };
}

const query = (source: string): Query => ({
  source,
  baseline: null,
  canary: 'up',
  stepSeconds: 60,
  timeoutSeconds: 5,
  headers: {},
  delaySeconds: 0,
});
const window = { fromMs: 1_000_000_000, toMs: 1_000_240_000 };
const matrix = (...result: object[]) => ({ status: 'success', data: { resultType: 'matrix', result } });

test('samples are put on the grid, and what is missing is a hole', async () => {
  const values = [
    [1_000_000, '1'],
    [1_000_120, 'NaN'],
    [1_000_180, '4.5'],
    [1_000_240, '+Inf'],
  ];
  const { source, asked } = await answering(matrix({ metric: {}, values }));
  expect(await queryRange(query(source), 'up', window)).toEqual([1, null, null, 4.5, null]);
  expect(Object.fromEntries(asked[0] ?? [])).toEqual({
    query: 'up',
    start: '1000000',
    end: '1000240',
    step: '60',
    timeout: '5s',
  });
});

test('nothing found is holes, never zeros', async () => {
  const { source } = await answering(matrix());
  expect(await queryRange(query(source), 'up', window)).toEqual([null, null, null, null, null]);
});

test.each([
  [
    'two series',
    matrix({ metric: { a: '1' }, values: [] }, { metric: { a: '2' }, values: [] }),
    200,
    'SOURCE_ANSWER',
    'gives 2 series',
  ],
  [
    'an error of the query',
    { status: 'error', errorType: 'bad_data', error: 'parse error' },
    400,
    'SOURCE_ANSWER',
    'parse error',
  ],
  ['a partial answer', { ...matrix(), warnings: ['shard gone'] }, 200, 'SOURCE_ANSWER', 'shard gone'],
  ['no JSON', '<html>', 200, 'SOURCE_ANSWER', 'not JSON'],
  ['a server that is down', '', 503, 'SOURCE_DOWN', 'HTTP 503'],
])('%s is an error with its code', async (_what, answer, status, code, message) => {
  const { source } = await answering(answer, status);
  await expect(queryRange(query(source), 'up', window)).rejects.toThrowError(
    expect.objectContaining({ code, message: expect.stringContaining(message) }),
  );
});

test('a window without points, too many of them, and a variable that is not set are wrong usage', async () => {
  const usage = expect.objectContaining({ code: 'USAGE' });
  await expect(queryRange(query('http://x'), 'up', { fromMs: 1, toMs: 0 })).rejects.toThrowError(usage);
  await expect(queryRange(query('http://x'), 'up', { fromMs: 0, toMs: 1e9 })).rejects.toThrowError(usage);
  await expect(queryRange(query('env:GRAYWAVE_NO_SUCH_NAME'), 'up', window)).rejects.toThrowError(usage);
});
