import { randomBytes } from 'node:crypto';
import { expect, test } from 'vitest';
import { complaint, smallest, withKeys } from './support.js';

test('an empty file is refused', () => {
  expect(complaint(' \n\n')).toMatchInlineSnapshot(`
    "SPEC_UNREADABLE
    change.yaml:1:1: the file is empty; expected a change"
  `);
});

test('text that is no map is refused', () => {
  expect(complaint('just some words')).toMatchInlineSnapshot(`
    "SPEC_INVALID
    change.yaml:1:1: the file is no map; expected a change that begins with apiVersion: graywave/v1"
  `);
});

test('broken YAML is shown where it breaks', () => {
  expect(complaint(withKeys('labels: {a: b'))).toMatchInlineSnapshot(`
    "SPEC_INVALID
    change.yaml:10:1: not YAML or JSON: flow map in block collection must be sufficiently indented and end with a }"
  `);
});

test('broken JSON is shown where it breaks', () => {
  expect(complaint('{"apiVersion": "graywave/v1",\n "kind": "Change",,}')).toMatchInlineSnapshot(`
    "SPEC_INVALID
    change.yaml:2:19: not YAML or JSON: unexpected , in flow map"
  `);
});

test('tabs for indentation are shown where they stand', () => {
  expect(complaint(withKeys('bake:\n\tmin: 30s'))).toMatchInlineSnapshot(`
    "SPEC_INVALID
    change.yaml:10:1: not YAML or JSON: tabs are not allowed as indentation"
  `);
});

test('two documents in a file are refused', () => {
  expect(complaint(`${smallest}---\n${smallest}`)).toMatchInlineSnapshot(`
    "SPEC_INVALID
    change.yaml:9:1: a second document begins here; expected one document in a file"
  `);
});

test('a key that stands twice is refused, and both places are named', () => {
  expect(complaint(withKeys('owner: somebody-else'))).toMatchInlineSnapshot(`
    "SPEC_INVALID
    change.yaml:9:1: "owner" stands twice (first in line 4); expected it once"
  `);
});

test('keys that reach into the machinery are refused, also where any key may stand', () => {
  expect(
    complaint(smallest.replace('{version: v2}', '{__proto__: {admin: true}, constructor: 1}')),
  ).toMatchInlineSnapshot(`
    "SPEC_INVALID
    change.yaml:8:12: the key "__proto__" is not allowed
    change.yaml:8:38: the key "constructor" is not allowed"
  `);
});

test('merge keys and keys that are no text are refused', () => {
  expect(complaint(smallest.replace('{version: v2}', '{? [a] : 1, <<: {b: 1}}'))).toMatchInlineSnapshot(`
    "SPEC_INVALID
    change.yaml:8:14: a key that is not text; expected a name
    change.yaml:8:23: merge keys (<<) are not read; expected the keys themselves"
  `);
});

test('numbers that cannot be kept are refused', () => {
  expect(
    complaint(smallest.replace('version: v2', 'version: ' + '[12345678901234567890, .nan, -.inf]')),
  ).toMatchInlineSnapshot(`
    "SPEC_INVALID
    change.yaml:8:22: the number 12345678901234567890 cannot be kept exactly; put it in quotes
    change.yaml:8:44: the number .nan cannot be kept exactly; put it in quotes
    change.yaml:8:50: the number -.inf cannot be kept exactly; put it in quotes"
  `);
});

test('an alias of nothing and an alias of itself are refused', () => {
  expect(complaint(smallest.replace('{version: v2}', '{a: *nothing, b: &b [*b]}'))).toMatchInlineSnapshot(`
    "SPEC_INVALID
    change.yaml:8:15: *nothing refers to nothing; expected an anchor &nothing above it
    change.yaml:8:32: *b contains itself"
  `);
});

test('a tag that asks for another type is refused', () => {
  expect(
    complaint(smallest.replace('version: v2', 'version: ' + '!!python/object:os.system x')),
  ).toMatchInlineSnapshot(`
    "SPEC_INVALID
    change.yaml:8:21: not YAML or JSON: unresolved tag: tag:yaml.org,2002:python/object:os.system"
  `);
});

test('a bomb of aliases is refused before it goes off', () => {
  const levels = Array.from({ length: 12 }, (_, i) => {
    const alias = i === 0 ? 'boom' : `*a${i - 1}`;
    return `  a${i}: &a${i} [${Array.from({ length: 10 }, () => alias).join(', ')}]`;
  });
  expect(
    complaint(
      smallest.replace('    with: {version: v2}\n', `    with:\n${levels.map((l) => `    ${l}`).join('\n')}\n`),
    ),
  ).toMatchInlineSnapshot(`
      "SPEC_UNREADABLE
      change.yaml:9:40: too many values, aliases written out; expected at most 20000"
    `);
});

test('deep nesting is refused', () => {
  expect(complaint(smallest.replace('version: v2', 'version: ' + '['.repeat(100)))).toMatchInlineSnapshot(`
    "SPEC_UNREADABLE
    change.yaml:8:52: too deeply nested; expected at most 32 levels"
  `);
  const blocks = Array.from({ length: 50 }, (_, i) => `${' '.repeat(i + 6)}a:`).join('\n');
  expect(complaint(smallest.replace('with: {version: v2}', `with:\n${blocks}`))).toMatchInlineSnapshot(`
    "SPEC_UNREADABLE
    change.yaml:39:37: too deeply nested; expected at most 32 levels"
  `);
});

test('five megabytes are refused', () => {
  expect(complaint(smallest + '# padding\n'.repeat(500_000))).toMatchInlineSnapshot(`
    "SPEC_UNREADABLE
    change.yaml: 4.8 MiB is too large; expected at most 1 MiB"
  `);
});

test('a megabyte that would keep the parser busy is refused within a second', () => {
  for (const piece of ['[', '- ', '? ', '{a,', '&a ', 'a: *a\n', '\n', '"']) {
    const started = performance.now();
    complaint(piece.repeat(Math.floor(1_000_000 / piece.length)));
    expect(performance.now() - started, piece).toBeLessThan(2000);
  }
});

test('binary junk is refused', () => {
  expect(complaint(new Uint8Array([0x7f, 0x45, 0x4c, 0x46, 0x02, 0x01, 0x01, 0x00]))).toMatchInlineSnapshot(`
    "SPEC_UNREADABLE
    change.yaml:1:1: control character U+007F in the text; expected YAML or JSON"
  `);
  expect(complaint(new Uint8Array([0xff, 0xfe, 0x61, 0x00]))).toMatchInlineSnapshot(`
    "SPEC_UNREADABLE
    change.yaml: not UTF-8 text; expected YAML or JSON in UTF-8"
  `);
  expect(complaint('apiVersion: graywave/v1\nkind: Ch\u0000ange')).toMatchInlineSnapshot(`
    "SPEC_UNREADABLE
    change.yaml:2:9: control character U+0000 in the text; expected YAML or JSON"
  `);
  for (let i = 0; i < 50; i++) expect(complaint(randomBytes(2000))).toMatch(/^SPEC_UNREADABLE\n/);
});
