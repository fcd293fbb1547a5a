import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { mkdtemp } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { eventually } from '../support/engine.js';

const program = fileURLToPath(new URL('../../dist/examples/demo/main.js', import.meta.url));
const tenMinutes = 600_000;

interface Run {
  child: ChildProcess;
  cwd: string;
  out: () => string;
  err: () => string;
}

/** The demo in a directory, and with a place for temporary files, of its own. */
async function demo(...args: string[]): Promise<Run> {
  const cwd = await mkdtemp(join(tmpdir(), 'demo-test-'));
  const env = { ...process.env, TMPDIR: cwd };
  const child = spawn(process.execPath, [program, ...args], { cwd, env, stdio: ['ignore', 'pipe', 'pipe'] });
  let [out, err] = ['', ''];
  child.stdout.on('data', (chunk: Buffer) => (out += chunk.toString()));
  child.stderr.on('data', (chunk: Buffer) => (err += chunk.toString()));
  return { child, cwd, out: () => out, err: () => err };
}

async function exitOf({ child }: Run): Promise<number | null> {
  if (child.exitCode === null && child.signalCode === null) await once(child, 'exit');
  return child.exitCode;
}

/** Processes whose command line names the directory. */
function left(cwd: string): string[] {
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .flatMap((pid) => {
      try {
        const line = readFileSync(`/proc/${pid}/cmdline`, 'utf8').replaceAll('\0', ' ');
        return line.includes(cwd) ? [line] : [];
      } catch {
        // It ended while we looked.
        return [];
      }
    });
}

interface Summary {
  ok: boolean;
  stories: Record<string, unknown>[];
}

const storyKeys = ['name', 'state', 'waves', 'stoppedAtWave', 'seconds', 'requests', 'harmed', 'restored', 'ok'];

/** The demo to its end, as it should be: no problem told, a report, and nothing else left behind. */
async function told(...args: string[]): Promise<{ run: Run; summary: Summary }> {
  const run = await demo('--json', ...args);
  const exit = await exitOf(run);
  const summary = JSON.parse(run.out().trim().split('\n').at(-1) ?? '') as Summary;
  expect({ exit, problems: run.err().match(/✘.*/g) ?? [] }, run.err()).toEqual({ exit: 0, problems: [] });
  for (const story of summary.stories) {
    expect(Object.keys(story)).toEqual(storyKeys);
    expect(story.requests).toBeGreaterThan(1_000);
    expect(readFileSync(join(run.cwd, 'demo-report', 'index.html'), 'utf8')).toContain(String(story.name));
  }
  expect(left(run.cwd)).toEqual([]);
  expect(readdirSync(run.cwd)).toEqual(['demo-report']);
  return { run, summary };
}

const ends = ({ stories }: Summary): unknown[] =>
  stories.map(({ name, state, stoppedAtWave, restored, ok }) => [name, state, stoppedAtWave, restored, ok]);

// α lets one harmless change in a hundred be stopped; twice in a row would be a fault.
const chancy = { retry: 1, timeout: tenMinutes };

test(
  'the usual four stories end as they should, on real processes, and leave a report and nothing else behind',
  chancy,
  async () => {
    const { run, summary } = await told();
    expect(ends(summary)).toEqual([
      ['good', 'completed', null, null, true],
      ['errors', 'rolled_back', 1, true, true],
      ['slow', 'rolled_back', 1, true, true],
      ['worker-killed', 'rolled_back', 1, true, true],
    ]);
    expect(run.err().match(/kill -9 \d/g)).toHaveLength(2);
  },
);

test('silent deaths are caught, a source that is away is waited for, and an operator is obeyed', chancy, async () => {
  const { run, summary } = await told('--story', 'crash', '--story', 'no-data', '--story', 'operator');
  expect(ends(summary)).toEqual([
    ['crash', 'rolled_back', 1, true, true],
    ['no-data', 'completed', null, null, true],
    ['operator', 'rolled_back', 2, true, true],
  ]);
  const text = run.err();
  // The second may have died a look later than the first.
  expect(text).toMatch(/silence: \d changed targets? of 2 \(checkout-1.*\) did not report/);
  const order = ['the metric source goes away', 'ended in an error', 'the metric source is back', 'wave 1 proven'];
  expect(
    order
      .map((line) => text.indexOf(line, text.indexOf('story no-data')))
      .every((at, i, all) => at > (all[i - 1] ?? -1)),
  ).toBe(true);
});

test(
  'Ctrl-C in the middle of a story ends every process and removes every file',
  async () => {
    const run = await demo('--story', 'errors');
    await eventually(
      'the first wave',
      () => run.out(),
      (out) => out.includes('being observed'),
      120_000,
    );
    run.child.kill('SIGINT');
    expect(await exitOf(run)).toBe(130);
    expect(left(run.cwd)).toEqual([]);
    expect(readdirSync(run.cwd)).toEqual([]);
  },
  tenMinutes,
);

test('a story that does not exist is refused with the names of those that do', async () => {
  const run = await demo('--story', 'god');
  expect(await exitOf(run)).toBe(2);
  expect(run.err()).toContain('There is no story "god"; there are good, errors, slow, worker-killed, crash,');
  expect(existsSync(join(run.cwd, 'demo-report'))).toBe(false);
});
