import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';

/** A program of this folder in a process of its own. */
export interface Child {
  pid: number;
  /** Signals it and waits for its end. */
  end(signal: 'SIGTERM' | 'SIGKILL'): Promise<void>;
}

/** Resolves when the program says that it is ready; rejects when it ends before. */
export async function aChild(program: string, args: readonly string[]): Promise<Child> {
  const path = fileURLToPath(new URL(program, import.meta.url));
  const child: ChildProcess = fork(path, [...args], { stdio: ['ignore', 'inherit', 'inherit', 'ipc'] });
  const ended = once(child, 'exit');
  const first = await Promise.race([once(child, 'message').then(() => null), ended]);
  if (first !== null) throw new Error(`${program} ended with ${String(first)} before it was ready`);
  return {
    pid: child.pid ?? 0,
    async end(signal) {
      child.kill(signal);
      await ended;
    },
  };
}

/** Where the built program is, for programs that are not built themselves. */
export const built = (path: string): string => new URL(`../../dist/${path}`, import.meta.url).href;
