import { mkdtemp, readFile, writeFile } from 'node:fs/promises';
import { existsSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, expect, it } from 'vitest';
import { eventually } from '../support/engine.js';
import { aNotice, failureOf, tell } from './notices.js';

afterEach(() => {
  delete process.env['GRAYWAVE_TEST_TOKEN'];
  delete process.env['GRAYWAVE_TEST_OTHER'];
});

/** A program of a few lines, and the directory it may write to. */
async function aProgram(
  code: string,
): Promise<{ argv: string[]; dir: string; file: (name: string) => Promise<string> }> {
  const dir = await mkdtemp(join(tmpdir(), 'notify-'));
  const path = join(dir, 'program.mjs');
  await writeFile(path, `const dir = ${JSON.stringify(dir)};\n${code}`);
  return { argv: [process.execPath, path], dir, file: (name) => readFile(join(dir, name), 'utf8') };
}

const alive = (pid: number): boolean => {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
};

it('a command gets the notice as JSON on its standard input, and no word of it in its arguments', async () => {
  const { argv, file } = await aProgram(`
    import { readFileSync, writeFileSync } from 'node:fs';
    writeFileSync(dir + '/input', readFileSync(0));
    writeFileSync(dir + '/argv', JSON.stringify(process.argv.slice(2)));`);
  const notice = aNotice({ title: '"; touch /tmp/pwned; $(id) `id`\n\0', text: 'x'.repeat(200_000) });
  await tell({ kind: 'command', argv: [...argv, '--to', '$HOME; *'] }, notice);
  expect(JSON.parse(await file('input'))).toEqual(notice);
  expect(JSON.parse(await file('argv'))).toEqual(['--to', '$HOME; *']);
});

it('a command sees of the worker’s environment only PATH, and what its configuration names', async () => {
  process.env['GRAYWAVE_TEST_TOKEN'] = 't0ken';
  process.env['GRAYWAVE_TEST_OTHER'] = 'of the worker';
  const { argv, file } = await aProgram(`
    import { writeFileSync } from 'node:fs';
    writeFileSync(dir + '/env', JSON.stringify(process.env));`);
  await tell({ kind: 'command', argv, env: { TOKEN: 'env:GRAYWAVE_TEST_TOKEN' } });
  expect(JSON.parse(await file('env'))).toEqual({ PATH: process.env['PATH'], TOKEN: 't0ken' });
});

it('a command that does not read what it is given has been told when it ends with 0', async () => {
  await tell({ kind: 'command', argv: ['/bin/true'] }, aNotice({ text: 'x'.repeat(1_000_000) }));
});

it('a command that ends with something else fails, with the beginning of what it said and without its secrets', async () => {
  process.env['GRAYWAVE_TEST_TOKEN'] = 't0kenT0ken';
  const { argv } = await aProgram(`console.error('no route\\x1b[31m for ' + process.env.TOKEN); process.exit(1);`);
  const failure = await failureOf(tell({ kind: 'command', argv, env: { TOKEN: 'env:GRAYWAVE_TEST_TOKEN' } }));
  expect(failure).toMatchObject({ code: 'NOTICE_FAILED' });
  expect(failure.message).toBe(`channel "it": ${process.execPath} ended with 1: no route [31m for ***`);
});

it('a command that prints without end is neither kept in memory nor held up', async () => {
  const argv = ['/bin/sh', '-c', 'yes | head -c 67108864; yes | head -c 67108864 >&2; exit 3'];
  const before = process.memoryUsage().heapUsed;
  const failure = await failureOf(tell({ kind: 'command', argv }));
  expect(failure.message).toContain('ended with 3: y y y');
  expect(failure.message.length).toBeLessThan(400);
  expect(process.memoryUsage().heapUsed - before).toBeLessThan(48 << 20);
});

it('at the time limit a command that ignores SIGTERM is killed, and so is what it started', async () => {
  const { argv, dir, file } = await aProgram(`
    import { spawn } from 'node:child_process';
    import { writeFileSync } from 'node:fs';
    process.on('SIGTERM', () => {});
    const child = spawn('/bin/sleep', ['600'], { stdio: 'inherit' });
    writeFileSync(dir + '/pids.new', process.pid + ' ' + child.pid);
    (await import('node:fs')).renameSync(dir + '/pids.new', dir + '/pids');
    setInterval(() => {}, 1000);`);
  const failing = failureOf(tell({ kind: 'command', argv, timeoutSeconds: 2 }));
  await eventually('the program runs', () => existsSync(join(dir, 'pids')), Boolean);
  const pids = (await file('pids')).split(' ').map(Number);
  expect(pids.map(alive)).toEqual([true, true]);
  const failure = await failing;
  expect(failure).toMatchObject({ code: 'NOTICE_FAILED' });
  expect(failure.message).toContain('was killed after 2 s');
  await eventually(
    'nobody is left',
    () => pids.filter(alive),
    ({ length }) => length === 0,
  );
});

it('what a command leaves behind when it has ended is killed too, and does not keep the notice waiting', async () => {
  const { argv, file } = await aProgram(`
    import { spawn } from 'node:child_process';
    import { writeFileSync } from 'node:fs';
    const child = spawn('/bin/sleep', ['600'], { stdio: 'inherit' });
    writeFileSync(dir + '/pid', String(child.pid));
    process.exit(0);`);
  await tell({ kind: 'command', argv, timeoutSeconds: 25 });
  const pid = Number(await file('pid'));
  await eventually(
    'it is gone',
    () => alive(pid),
    (still) => !still,
  );
});

it('a command is killed at once when the telling is stopped, and the reason is the one given', async () => {
  const { argv, dir, file } = await aProgram(`
    import { renameSync, writeFileSync } from 'node:fs';
    writeFileSync(dir + '/pid.new', String(process.pid));
    renameSync(dir + '/pid.new', dir + '/pid');
    setInterval(() => {}, 1000);`);
  const stop = new AbortController();
  const failing = failureOf(tell({ kind: 'command', argv, timeoutSeconds: 25 }, aNotice(), stop.signal));
  await eventually('the program runs', () => existsSync(join(dir, 'pid')), Boolean);
  const reason = new Error('the activity was cancelled');
  stop.abort(reason);
  expect(await failing).toBe(reason);
  expect(alive(Number(await file('pid')))).toBe(false);
});

it('a command that is not there, may not be run or is a directory is refused: no further try can help', async () => {
  const { dir } = await aProgram('');
  for (const program of [join(dir, 'nothing'), join(dir, 'program.mjs'), dir]) {
    const failure = await failureOf(tell({ kind: 'command', argv: [program] }));
    expect(failure, program).toMatchObject({ code: 'NOTICE_REFUSED' });
    expect(failure.message).toContain(`channel "it": ${program} cannot be started`);
  }
});
