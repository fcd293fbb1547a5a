import { execFile } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { promisify } from 'node:util';
import { expect, it } from 'vitest';
import { FileCellStore } from '../../src/cells/file.js';

const run = promisify(execFile);

it('four processes that append to one change at once agree on which look stayed under each seq', async () => {
  const directory = await mkdtemp(join(tmpdir(), 'graywave-cells-'));
  try {
    const built = join(directory, 'built');
    const tsc = resolve('node_modules/.bin/tsc');
    const options = [
      '--outDir',
      built,
      '--rootDir',
      'src',
      '--module',
      'NodeNext',
      '--target',
      'ES2022',
      '--types',
      'node',
      '--ignoreConfig',
    ];
    await run(tsc, [...options, '--skipLibCheck', 'src/cells/file.ts']).catch((error: { stdout: string }) => {
      throw new Error(error.stdout);
    });
    await run('sh', ['-c', `echo '{"type":"module"}' > ${built}/package.json`]);
    const store = join(built, 'cells/file.js');
    const child = (name: string): Promise<{ stdout: string }> =>
      run(process.execPath, [
        resolve('test/cells/append-many.mjs'),
        store,
        join(directory, 'cells'),
        'pay',
        '200',
        name,
      ]);
    const answers = await Promise.all(['a', 'b', 'c', 'd'].map(child));
    const kept = await new FileCellStore(join(directory, 'cells')).read('pay');
    expect(kept).toHaveLength(200);
    for (const { stdout } of answers) expect(JSON.parse(stdout)).toEqual(kept.map(({ error }) => error));
  } finally {
    await rm(directory, { recursive: true, force: true });
  }
});
