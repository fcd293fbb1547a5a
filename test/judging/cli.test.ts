import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, expect, test } from 'vitest';
import { Desk } from '../cli/cli.js';
import { argoPrometheus } from '../import/argo-examples.js';
import { kayentaFields } from '../import/kayenta-examples.js';

const desk = new Desk();
let server: Server | null = null;
afterAll(async () => {
  server?.close();
  await desk.close();
});

const low = [1, 2, 1, 3, 2, 1, 2, 3, 1, 2, 2, 1, 3, 2, 1, 2, 1, 3, 2, 1];
const high = low.map((value) => value + 9);
desk.file('good.json', JSON.stringify({ errors: { baseline: low, canary: low } }));
desk.file('bad.json', JSON.stringify({ errors: { baseline: low, canary: high } }));
desk.file('few.json', JSON.stringify({ errors: { baseline: [1, 2], canary: [1, 2] } }));
desk.file('none.json', JSON.stringify({ errors: { baseline: [null], canary: [null] } }));
desk.file('wrong.csv', 'metric,baseline,canary\ne,1,x\n');

test.each([
  ['good.json', 0, 'pass: errors'],
  ['bad.json', 1, 'fail: errors: higher by'],
  ['few.json', 6, 'inconclusive: errors'],
  ['none.json', 7, 'error: no metric'],
])('judge %s: the verdict is the exit code %i, and its reason comes first', async (file, code, begins) => {
  const ended = await desk.run('judge', file);
  expect([ended.code, ended.stderr]).toEqual([code, '']);
  expect(ended.stdout.startsWith(begins), ended.stdout).toBe(true);
});

test('judge: wrong data, wrong options and nothing at all are exit code 2 with what to do', async () => {
  const wrong = await desk.run('judge', 'wrong.csv');
  expect([wrong.code, wrong.stdout]).toEqual([2, '']);
  expect(wrong.stderr).toMatch(/^wrong\.csv:2: record 1: canary is "x", not a number up to 1e100\n {2}DATA_INVALID: /);
  const option = await desk.run('judge', 'good.json', '--metric', 'errors,up', '--json');
  expect([option.code, JSON.parse(option.stdout)]).toMatchObject([2, { error: { code: 'USAGE' } }]);
  expect(await desk.run('judge')).toMatchObject({ code: 2, stderr: expect.stringContaining('nothing to judge') });
  expect(await desk.run('judge', '--canary', 'up')).toMatchObject({
    code: 2,
    stderr: expect.stringContaining('--prometheus'),
  });
});

test('judge: several files are one verdict, as JSON one document', async () => {
  desk.file('cpu.csv', `time,cpu.baseline,cpu.canary\n${low.map((value, i) => `${i},${value},${value}`).join('\n')}\n`);
  const { code, stdout } = await desk.run('judge', 'bad.json', 'cpu.csv', '--json');
  const answer = JSON.parse(stdout) as { kind: string; answers: { judged: { metrics: object[] } }[] };
  expect([code, answer.kind, answer.answers.length, answer.answers[0]?.judged.metrics.length]).toEqual([
    1,
    'fail',
    1,
    2,
  ]);
  const { code: piped } = await desk.start(['judge', '-'], { stdin: JSON.stringify({ baseline: low, canary: low }) })
    .ended;
  expect(piped).toBe(0);
});

test('judge: a pair of queries is asked over one window', async () => {
  const asked: URLSearchParams[] = [];
  server = createServer((request, response) => {
    let body = '';
    request.on('data', (chunk: Buffer) => (body += chunk.toString()));
    request.on('end', () => {
      const form = new URLSearchParams(body);
      asked.push(form);
      const values = (form.get('query') === 'new' ? high : low).map((value, i) => [
        Number(form.get('start')) + 60 * i,
        String(value),
      ]);
      response.end(
        JSON.stringify({ status: 'success', data: { resultType: 'matrix', result: [{ metric: {}, values }] } }),
      );
    });
  });
  await new Promise<void>((resolve) => server?.listen(0, '127.0.0.1', resolve));
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const window = ['--from', '2026-11-20T16:00:00Z', '--to', '2026-11-20T16:19:00Z'];
  const pair = ['--prometheus', 'env:PROM', '--baseline', 'old', '--canary', 'new', '--metric', 'errors,increase'];
  const ended = await desk.start(['judge', ...pair, ...window], { env: { PROM: url } }).ended;
  expect([ended.code, ended.stderr]).toEqual([1, '']);
  expect(ended.stdout).toContain('fail: errors: higher by');
  expect(new Set(asked.map((form) => `${form.get('start')} ${form.get('end')} ${form.get('step')}`)).size).toBe(1);
  const down = await desk.run('judge', ...pair.with(1, 'http://127.0.0.1:1'), ...window);
  expect([down.code, down.stderr]).toEqual([3, expect.stringContaining('SOURCE_DOWN')]);
});

test('import: the judge file on stdout can be judged by, the report is on stderr', async () => {
  desk.file('canary-config.json', kayentaFields);
  const { code, stdout, stderr } = await desk.run('import', 'canary-config.json');
  expect(code).toBe(0);
  expect(stderr).toContain('Read as kayenta:');
  expect(stderr).toMatch(
    /canary-config\.json:\d+:\d+ metrics\[1\]\.query\n {6}values of signalfx are not fetched; instead: /,
  );
  desk.file('judge.yaml', stdout);
  desk.file(
    'values.json',
    JSON.stringify({ 'http errors': { baseline: low, canary: high }, latency: { baseline: low, canary: low } }),
  );
  const judged = await desk.run('judge', 'judge.yaml', 'values.json');
  expect([judged.code, judged.stdout.split('\n')[0]]).toEqual([
    1,
    'fail: http errors is critical and higher than before',
  ]);
});

test('import: what is none is exit code 2; as JSON every field has its place', async () => {
  desk.file('template.yaml', argoPrometheus);
  expect(await desk.run('import', 'good.json')).toMatchObject({
    code: 2,
    stderr: expect.stringContaining('IMPORT_UNKNOWN'),
  });
  const { stdout } = await desk.run('import', 'template.yaml', '--arg', 'service-name=shop', '--json');
  const answer = JSON.parse(stdout) as { left: { path: string }[]; text: string };
  expect(Object.keys(answer)).toEqual(['format', 'judge', 'change', 'carried', 'left', 'text']);
  expect(answer.text).toContain('# signals:');
});
