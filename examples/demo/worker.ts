import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, openSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const program = fileURLToPath(new URL('../../src/cli/main.js', import.meta.url));

/** A real worker process, which the demo may kill. */
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

  async kill(signal: 'SIGKILL' | 'SIGTERM'): Promise<void> {
    if (this.hasEnded) return;
    const ended = once(this.child, 'exit');
    this.child.kill(signal);
    const timer = setTimeout(() => this.child.kill('SIGKILL'), 15_000);
    await ended;
    clearTimeout(timer);
  }
}
