import { type ChildProcess, spawn } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { cacheDir } from '../../src/embedded/binary.js';

export const repository = fileURLToPath(new URL('../..', import.meta.url));
const main = join(repository, 'dist/src/cli/main.js');
/** Where the server program was found before the children get a home of their own. */
const cache = cacheDir();

export interface Ended {
  code: number | null;
  stdout: string;
  stderr: string;
}

export interface Running {
  process: ChildProcess;
  ended: Promise<Ended>;
  /** Everything written so far. */
  stdout(): string;
  stderr(): string;
  /** Resolves when the text has been written; rejects when the program ends without it. */
  says(text: string | RegExp): Promise<void>;
}

/** A directory of its own with the built commands in it; `close` ends what was started here and removes all. */
export class Desk {
  readonly dir = mkdtempSync(join(tmpdir(), 'graywave-cli-'));
  readonly home = mkdtempSync(join(tmpdir(), 'graywave-home-'));
  private readonly started: Running[] = [];

  file(name: string, text: string): string {
    const path = join(this.dir, name);
    writeFileSync(path, text);
    return path;
  }

  read(name: string): string {
    return readFileSync(join(this.dir, name), 'utf8');
  }

  has(name: string): boolean {
    return existsSync(join(this.dir, name));
  }

  /** Starts `graywave` with these arguments, as a user without any setting would. */
  start(args: readonly string[], more: { env?: Record<string, string>; stdin?: string } = {}): Running {
    return this.node([main, ...args], more);
  }

  node(
    args: readonly string[],
    { env = {}, stdin = '' }: { env?: Record<string, string>; stdin?: string } = {},
  ): Running {
    const bare = Object.entries(process.env).filter(
      ([name]) => !/^(TEMPORAL_|GRAYWAVE_|XDG_|NODE_OPTIONS|VITEST)/.test(name),
    );
    const own = { HOME: this.home, USER: 'ada', NO_COLOR: '1', GRAYWAVE_CACHE: cache };
    const child = spawn(process.execPath, [...args], {
      cwd: this.dir,
      env: { ...Object.fromEntries(bare), ...own, ...env },
    });
    const running = follow(child);
    child.stdin.end(stdin);
    this.started.push(running);
    return running;
  }

  run(...args: string[]): Promise<Ended> {
    return this.start(args).ended;
  }

  async close(): Promise<void> {
    for (const { process: child, ended } of this.started.toReversed()) {
      if (child.exitCode === null && child.signalCode === null) child.kill('SIGTERM');
      const timer = setTimeout(() => child.kill('SIGKILL'), 15_000);
      await ended;
      clearTimeout(timer);
    }
    rmSync(this.dir, { recursive: true, force: true });
    rmSync(this.home, { recursive: true, force: true });
  }
}

function follow(child: ChildProcess): Running {
  let [stdout, stderr] = ['', ''];
  const listeners = new Set<() => void>();
  const told = (): void => {
    for (const listener of listeners) listener();
  };
  child.stdout?.setEncoding('utf8').on('data', (text: string) => {
    stdout += text;
    told();
  });
  child.stderr?.setEncoding('utf8').on('data', (text: string) => {
    stderr += text;
    told();
  });
  const ended = new Promise<Ended>((resolve, reject) => {
    child.once('error', reject);
    child.once('close', (code) => resolve({ code, stdout, stderr }));
  });
  const says = (text: string | RegExp): Promise<void> =>
    new Promise((resolve, reject) => {
      const look = (): void => {
        const all = stdout + stderr;
        if (!(typeof text === 'string' ? all.includes(text) : text.test(all))) return;
        listeners.delete(look);
        resolve();
      };
      listeners.add(look);
      look();
      ended.then(
        ({ code }) => reject(new Error(`ended with ${code} without saying ${String(text)}:\n${stdout}${stderr}`)),
        reject,
      );
    });
  return { process: child, ended, stdout: () => stdout, stderr: () => stderr, says };
}
