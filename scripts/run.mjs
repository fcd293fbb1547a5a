// Sets up, then runs a built program with the arguments given: node scripts/run.mjs examples/demo/main.js …
import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { root, setUp } from './setup.mjs';

const [program, ...args] = process.argv.slice(2);
await setUp();
const child = spawn(process.execPath, [join(root, 'dist', program), ...args], { stdio: 'inherit' });
// Ctrl-C reaches the child from the terminal too; it tidies up, and we end with it.
for (const signal of ['SIGINT', 'SIGTERM']) process.on(signal, () => child.kill(signal));
child.on('exit', (code, signal) => process.exit(signal ? 130 : (code ?? 1)));
