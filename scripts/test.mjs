// npm test: set-up, then lint, format, types, and every test; prints one closing line of counts.
import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { root, setUp } from './setup.mjs';

await setUp();
const bin = (name) => join(root, 'node_modules', '.bin', name);
const dir = mkdtempSync(join(tmpdir(), 'graywave-test-'));
const file = join(dir, 'results.json');
const filters = process.argv.slice(2);
const checks = [
  { name: 'lint', command: bin('oxlint'), args: ['--type-aware', '--deny-warnings'] },
  { name: 'format', command: bin('biome'), args: ['format', '.'] },
  { name: 'types', command: bin('tsc'), args: ['--noEmit', '-p', 'tsconfig.json'] },
  {
    name: 'tests',
    command: bin('vitest'),
    args: ['run', '--reporter=default', '--reporter=json', `--outputFile=${file}`, ...filters],
  },
];
let passed = 0;
let failed = 0;
let skipped = 0;
for (const { name, command, args } of checks) {
  process.stdout.write(`\n${name}\n`);
  const { status, error } = spawnSync(command, args, { cwd: root, stdio: ['ignore', 'inherit', 'inherit'] });
  const ok = status === 0;
  if (error) process.stdout.write(`${name} could not be started: ${error.message}\n`);
  if (name !== 'tests' && ok) passed++;
  else if (name !== 'tests') failed++;
  else if (existsSync(file)) {
    const results = JSON.parse(readFileSync(file, 'utf8'));
    passed += results.numPassedTests;
    failed += results.numFailedTests;
    skipped += results.numPendingTests + results.numTodoTests;
    // A file that broke before its first test has no test to count.
    if (!ok && results.numFailedTests === 0) failed++;
  } else failed++;
}
rmSync(dir, { recursive: true, force: true });
if (process.env.CI === 'true' && skipped > 0) {
  process.stdout.write(`\n${skipped} tests were skipped; here that is a failure.\n`);
  failed += skipped;
}
process.stdout.write(
  `\n${passed} passed, ${failed} failed${skipped > 0 && process.env.CI !== 'true' ? `, ${skipped} skipped` : ''}\n`,
);
process.exit(failed === 0 ? 0 : 1);
