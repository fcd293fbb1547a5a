import { readdirSync, readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { compiledDriver } from './driver.js';
import { blocksOf, pages, rowsOf, sorted, textOf } from './pages.js';

const sources = readdirSync('src/cli').map((name) => readFileSync(`src/cli/${name}`, 'utf8'));
/** Commands as the code makes them; the CLI's own tests hold them against its help. */
const commands = sources.flatMap((text) =>
  [...text.matchAll(/(?:new Command|steer)\(\s*'([a-z]+)'/g)].map(([, name = '']) => name),
);

test('every command is in the table of commands, and in the table of JSON answers', () => {
  // `judge learn` is told of in the row of its parent.
  const all = commands.filter((name) => name !== 'graywave' && name !== 'learn');
  expect(all.length).toBe(26);
  const listed = rowsOf(textOf('docs/getting-started.md')).flatMap(([cell = '']) =>
    [...cell.matchAll(/`graywave ([a-z]+)`/g)].map(([, name]) => name),
  );
  expect(sorted(listed)).toEqual(sorted(all));
  const answers = rowsOf(textOf('docs/errors.md').split('\n## What `--json` prints\n')[1] ?? '').flatMap(
    ([cell = '']) => [...cell.matchAll(/`([a-z]+)`/g)].map(([, name]) => name),
  );
  expect(sorted(answers)).toEqual(sorted(all));
});

test('the pages type only commands that there are', () => {
  const typed = pages.flatMap(blocksOf).flatMap(({ text }) => [...text.matchAll(/npx graywave ([a-z]+)/g)]);
  expect(typed.length).toBeGreaterThan(10);
  for (const [whole, name] of typed) expect(commands, whole).toContain(name);
});

test('the driver of the documentation compiles against what the package exports', async () => {
  expect(await compiledDriver()).toMatch(/settings-driver\.js$/);
});
