import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, openSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const program = fileURLToPath(new URL('../../src/cli/main.js', import.meta.url));

/** A real worker process, which the demo may kill, or let stand still. */
export class WorkerProcess {
  private constructor(
    readonly child: ChildProcess,
    readonly pid: number,
  ) {}

  /** Starts one; it is ready when its queues answer, which nobody has to wait for. */
  static start(configFile: string, address: string, logFile: string): WorkerProcess {
    const log = openSync(logFile, 'a');
    const env = { ...process.env, TEMPORAL_ADDRESS: address, GRAYWAVE_LOG: 'info' };
    const args = [program, 'worker', '--config', configFile];
    const child = spawn(process.execPath, args, { env, stdio: ['ignore', log, log], detached: true });
    closeSync(log);
    return new WorkerProcess(child, child.pid ?? 0);
  }

  get hasEnded(): boolean {
    return this.child.exitCode !== null || this.child.signalCode !== null;
  }

  /** As on a machine that stands still: it lives, holds its connections, and does nothing until `thaw`. */
  freeze(): void {
    this.child.kill('SIGSTOP');
  }

  thaw(): void {
    this.child.kill('SIGCONT');
  }

  async kill(signal: 'SIGKILL' | 'SIGTERM'): Promise<void> {
    if (this.hasEnded) return;
    const ended = once(this.child, 'exit');
    this.child.kill(signal);
    // One that stands still hears of its end only when it goes on.
    this.thaw();
    const timer = setTimeout(() => this.child.kill('SIGKILL'), 15_000);
    await ended;
    clearTimeout(timer);
  }
}
