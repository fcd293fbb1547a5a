import { readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { expect, test } from 'vitest';

/** Everything that a file brings with it at run time: files of ours, and names of packages. */
function reached(file: string, seen = new Set<string>()): Set<string> {
  if (seen.has(file)) return seen;
  seen.add(file);
  for (const [, from] of readFileSync(file, 'utf8').matchAll(/^(?:import|export) (?!type )[^;]*?from '([^']+)';/gm)) {
    if (from === undefined) continue;
    if (from.startsWith('.')) reached(join(dirname(file), from.replace(/\.js$/, '.ts')), seen);
    else seen.add(from);
  }
  return seen;
}

test('what workflows import brings no package, and neither zod nor Node with it', () => {
  for (const file of [
    'spec/waves',
    'spec/types',
    'spec/canonical',
    'policy/classify',
    'policy/controls',
    'policy/risk',
  ]) {
    const packages = [...reached(`src/${file}.ts`)].filter((name) => !name.startsWith('src/'));
    expect(packages, file).toEqual([]);
  }
  expect([...reached('src/spec/read.ts')]).toContain('zod');
});
