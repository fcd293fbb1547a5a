import { type ChildProcess, spawn } from 'node:child_process';
import { setTimeout as sleep } from 'node:timers/promises';
import { messageOf } from '../errors.js';
import { type Channel, failed, type Named, refused } from './channel.js';
import type { Notice } from './notice.js';
import { shownSafely } from './secrets.js';

export interface CommandOptions extends Named {
  argv: string[];
  env: Record<string, string>;
}

const keptOutput = 4_096;
const pipesMs = 1_000;

/**
 * A program of the operator's: the notice as one line of JSON on its standard input, never a shell, nothing of the
 * notice in its arguments. Told is told when it ends with 0. At the time limit, and when it has ended, its whole
 * process group is killed, so that nothing of a notice stays behind.
 */
export const command = (options: CommandOptions): Channel => ({
  send: (notice, signal) => run(options, notice, signal),
});

async function run(options: CommandOptions, notice: Notice, signal: AbortSignal): Promise<void> {
  signal.throwIfAborted();
  const { name, argv, env, timeoutMs } = options;
  const [program = '', ...args] = argv;
  const child = spawn(program, args, {
    // A group of its own, to be killed as one.
    detached: true,
    cwd: '/',
    env: { PATH: process.env['PATH'] ?? '', ...env },
    stdio: ['pipe', 'pipe', 'pipe'],
  });
  const closed = new Promise<void>((resolve) => child.once('close', () => resolve()));
  const output = outputOf(child);
  let late = false;
  const timer = setTimeout(() => {
    late = true;
    killGroup(child);
  }, timeoutMs);
  const stop = (): void => killGroup(child);
  signal.addEventListener('abort', stop, { once: true });
  try {
    // A program that does not read its input is no error.
    child.stdin?.on('error', () => undefined);
    child.stdin?.end(`${JSON.stringify(notice)}\n`);
    const how = await endOf(child).catch((error: unknown) => {
      const hint = 'Check path and permissions of the program.';
      throw refused(name, `${program} cannot be started: ${messageOf(error)}`, hint);
    });
    killGroup(child);
    // What left the group may hold the pipes open for ever.
    await Promise.race([closed, sleep(pipesMs, undefined, { ref: false })]);
    signal.throwIfAborted();
    const said = shownSafely(output(), Object.values(env));
    const tail = said === '' ? '' : `: ${said}`;
    if (late) throw failed(name, `${program} was killed after ${timeoutMs / 1000} s${tail}`);
    if (how !== 0) throw failed(name, `${program} ended with ${how}${tail}`);
  } finally {
    clearTimeout(timer);
    signal.removeEventListener('abort', stop);
    child.stdin?.destroy();
    child.stdout?.destroy();
    child.stderr?.destroy();
  }
}

/** Exit code, or the name of the signal; rejects when it could not be started. */
const endOf = (child: ChildProcess): Promise<number | NodeJS.Signals | null> =>
  new Promise((resolve, reject) => {
    child.once('error', reject);
    child.once('exit', (code, signal) => resolve(code ?? signal));
  });

/** The beginning of what it prints; all the rest is read and dropped, or a full pipe would hold it up. */
function outputOf(child: ChildProcess): () => string {
  let text = '';
  for (const stream of [child.stderr, child.stdout]) {
    stream?.setEncoding('utf8').on('data', (chunk: string) => {
      if (text.length < keptOutput) text += chunk.slice(0, keptOutput - text.length);
    });
  }
  return () => text;
}

function killGroup({ pid }: ChildProcess): void {
  if (pid === undefined) return;
  try {
    process.kill(-pid, 'SIGKILL');
  } catch {
    // Nobody is left in it.
  }
}
