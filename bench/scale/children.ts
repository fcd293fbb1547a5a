import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';

export interface Child {
  process: ChildProcess;
  pid: number;
  /** The first thing it said: it is ready. */
  said: unknown;
  stop(): Promise<void>;
}

/** A program of this folder in a process of its own. Rejects when it ends before it is ready. */
export async function aChild(program: string, args: readonly string[], nodeArguments: string[] = []): Promise<Child> {
  const path = fileURLToPath(new URL(program, import.meta.url));
  const stdio = ['ignore', 2, 2, 'ipc'] as const;
  // Detached: Ctrl-C in the terminal reaches the bench alone, which ends them in order.
  const child = fork(path, [...args], { stdio: [...stdio], execArgv: nodeArguments, detached: true });
  const ended = once(child, 'exit');
  const first = await Promise.race([once(child, 'message'), ended.then(() => null)]);
  if (first === null) throw new Error(`${program} ended with ${String(child.exitCode)} before it was ready`);
  const stop = async (): Promise<void> => {
    if (child.exitCode !== null || child.signalCode !== null) return;
    child.kill('SIGTERM');
    const timer = setTimeout(() => child.kill('SIGKILL'), 15_000);
    await ended;
    clearTimeout(timer);
  };
  return { process: child, pid: child.pid ?? 0, said: first[0], stop };
}
