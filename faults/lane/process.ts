import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, openSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

/** A program of ours in a process of its own; it ends with us, however we end. */
export class Program {
  private constructor(
    private readonly child: ChildProcess,
    readonly pid: number,
    /** What it said when it was ready. */
    readonly said: unknown,
  ) {}

  /** Resolves when the program says that it is ready; rejects when it ends before. */
  static async start(path: string, args: string[], logFile: string, env: NodeJS.ProcessEnv = {}): Promise<Program> {
    const log = openSync(logFile, 'a');
    const file = fileURLToPath(new URL(path, import.meta.url));
    // In a session of its own, so that Ctrl-C is ours alone to deal with.
    const options = { stdio: ['ignore', log, log, 'ipc'] as never, env: { ...process.env, ...env }, detached: true };
    const child = fork(file, args, options);
    closeSync(log);
    const ended = once(child, 'exit').then(([code]) => ({ code: String(code) }));
    const ready = once(child, 'message').then(([said]: unknown[]) => ({ said }));
    const first = await Promise.race([ready, ended]);
    if ('said' in first) return new Program(child, child.pid ?? 0, first.said);
    throw new Error(`${path} ended with ${first.code} before it was ready; see ${logFile}`);
  }

  get hasEnded(): boolean {
    return this.child.exitCode !== null || this.child.signalCode !== null;
  }

  tell(message: number): void {
    this.child.send(message);
  }

  /** Stands still: it keeps its connections, and does nothing until `thaw`. */
  freeze(): void {
    this.child.kill('SIGSTOP');
  }

  thaw(): void {
    this.child.kill('SIGCONT');
  }

  async kill(): Promise<void> {
    if (this.hasEnded) return;
    const ended = once(this.child, 'exit');
    this.child.kill('SIGKILL');
    await ended;
  }
}
