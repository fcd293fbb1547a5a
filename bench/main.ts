import { engineBench } from './engine/bench.js';

const usage = `Usage: npm run bench -- NAME [--json]

  engine   200 changes of 4 waves, against a hand-written workflow of the same activities

Prints a table; with --json, one line of JSON on stdout and the table on stderr.`;

const [name, ...rest] = process.argv.slice(2);
const json = rest.includes('--json');
const tell = (text: string): void => void (json ? process.stderr : process.stdout).write(`${text}\n`);

if (name !== 'engine') {
  process.stderr.write(`${usage}\n`);
  process.exit(name === '--help' || name === '-h' ? 0 : 2);
}
const engine = await engineBench(tell);
if (json) process.stdout.write(`${JSON.stringify({ engine })}\n`);
process.exit(0);
