import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';

const program = fileURLToPath(new URL('../fleet/load.js', import.meta.url));

/** The people who use the shop: a process of its own, until it is ended. */
export class LoadProcess {
  private constructor(private readonly child: ChildProcess) {}

  static start(edgeUrl: string, requestsPerSecond: number, outFile: string): LoadProcess {
    const what = ['--url', `${edgeUrl}/checkout/`, '--rps', String(requestsPerSecond), '--seconds', '0'];
    const child = spawn(process.execPath, [program, ...what, '--out', outFile, '--seed', '1'], {
      stdio: ['ignore', 'ignore', 'inherit'],
      detached: true,
    });
    child.once('exit', (code) => {
      if (code) process.stderr.write(`The load generator ended with ${code}.\n`);
    });
    return new LoadProcess(child);
  }

  get pid(): number {
    return this.child.pid ?? 0;
  }

  async end(): Promise<void> {
    if (this.child.exitCode !== null || this.child.signalCode !== null) return;
    const exit = once(this.child, 'exit');
    this.child.kill('SIGTERM');
    const timer = setTimeout(() => this.child.kill('SIGKILL'), 6_000);
    await exit;
    clearTimeout(timer);
  }
}
