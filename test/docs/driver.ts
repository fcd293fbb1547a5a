import { execFile } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { repository } from '../cli/cli.js';
import { blocksOf } from './pages.js';

/**
 * Compiles the driver that docs/driver-protocol.md shows, as a reader would who has installed `graywave`, and returns the
 * program. Throws with the compiler's own words when it does not compile.
 */
export async function compiledDriver(): Promise<string> {
  const block = blocksOf('docs/driver-protocol.md').find(({ language }) => language === 'ts driver');
  if (!block) throw new Error('docs/driver-protocol.md shows no driver');
  // Inside the package, so that `graywave/driver` is found as its exports say.
  const folder = join(repository, 'dist/docs-driver');
  mkdirSync(folder, { recursive: true });
  const source = join(folder, 'settings-driver.ts');
  writeFileSync(source, block.text);
  const options = ['--target', 'ES2022', '--module', 'NodeNext', '--types', 'node', '--strict', '--skipLibCheck'];
  const compiler = join(repository, 'node_modules/typescript/bin/tsc');
  await promisify(execFile)(process.execPath, [compiler, ...options, '--ignoreConfig', source], {
    cwd: repository,
  }).catch((error: { stdout?: string }) => {
    throw new Error(error.stdout ?? 'the compiler could not be started');
  });
  return source.replace(/\.ts$/, '.js');
}
