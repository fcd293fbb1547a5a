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

test('all four stories end as they should, on real processes, and leave a report and nothing else behind', {
  // α lets one harmless change in a hundred be stopped; twice in a row would be a fault.
  retry: 1,
  timeout: tenMinutes,
}, async () => {
  const run = await demo('--json');
  const exit = await exitOf(run);
  const last = run.out().trim().split('\n').at(-1) ?? '';
  const summary = JSON.parse(last) as { ok: boolean; stories: Record<string, unknown>[] };
  expect({ exit, problems: run.err().match(/✘.*/g) ?? [] }, run.err()).toEqual({ exit: 0, problems: [] });
  expect(summary.stories.map(({ name, state, stoppedAtWave, ok }) => [name, state, stoppedAtWave, ok])).toEqual([
    ['good', 'completed', null, true],
    ['errors', 'rolled_back', 1, true],
    ['slow', 'rolled_back', 1, true],
    ['worker-killed', 'rolled_back', 1, true],
  ]);
  for (const story of summary.stories) {
    expect(Object.keys(story)).toEqual([
      'name',
      'state',
      'waves',
      'stoppedAtWave',
      'seconds',
      'requests',
      'harmed',
      'restored',
      'ok',
    ]);
    expect(story.requests).toBeGreaterThan(1_000);
  }
  expect(run.err().match(/kill -9 \d/g)).toHaveLength(2);
  expect(readFileSync(join(run.cwd, 'demo-report', 'index.html'), 'utf8')).toContain('worker-killed');
  expect(left(run.cwd)).toEqual([]);
  expect(readdirSync(run.cwd)).toEqual(['demo-report']);
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
  expect(run.err()).toContain('There is no story "god"; there are good, errors, slow, worker-killed.');
  expect(existsSync(join(run.cwd, 'demo-report'))).toBe(false);
});
