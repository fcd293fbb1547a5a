import { chmodSync, closeSync, mkdtempSync, openSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { readChangeFile } from '../../src/spec/file.js';
import { smallest, specErrorOf } from './support.js';

let folder = '';
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'graywave-spec-'));
});
afterAll(() => rmSync(folder, { recursive: true }));

const place = (name: string): string => join(folder, name);

function complaint(path: string): string {
  const error = specErrorOf(() => readChangeFile(path));
  return `${error.code}\n${error.message.replaceAll(folder, 'DIR')}`;
}

test('a file is read, and places name it', () => {
  writeFileSync(place('good.yaml'), smallest);
  const { spec, locate } = readChangeFile(place('good.yaml'));
  expect(spec.id).toBe('checkout-v2');
  expect(locate(['id'])).toEqual({ file: place('good.yaml'), line: 3, column: 5 });
});

test('a file that is not there is refused', () => {
  expect(complaint(place('nothing.yaml'))).toMatchInlineSnapshot(`
    "SPEC_UNREADABLE
    DIR/nothing.yaml: no such file; expected a file with a change in YAML or JSON"
  `);
  expect(complaint(place('good.yaml/change.yaml'))).toMatchInlineSnapshot(`
    "SPEC_UNREADABLE
    DIR/good.yaml/change.yaml: no such file; expected a file with a change in YAML or JSON"
  `);
});

test('a directory is refused', () => {
  expect(complaint(folder)).toMatchInlineSnapshot(`
    "SPEC_UNREADABLE
    DIR: is a directory; expected a file with a change in YAML or JSON"
  `);
});

test('a file of many megabytes is refused without reading it', () => {
  writeFileSync(place('big.yaml'), 'a');
  truncateSync(place('big.yaml'), 5 * 1024 * 1024);
  expect(complaint(place('big.yaml'))).toMatchInlineSnapshot(`
    "SPEC_UNREADABLE
    DIR/big.yaml: 5.0 MiB is too large; expected at most 1 MiB"
  `);
  truncateSync(place('big.yaml'), 2 ** 40);
  expect(complaint(place('big.yaml'))).toMatchInlineSnapshot(`
    "SPEC_UNREADABLE
    DIR/big.yaml: 1048576.0 MiB is too large; expected at most 1 MiB"
  `);
});

test('a device without an end is refused', () => {
  expect(complaint('/dev/zero')).toMatchInlineSnapshot(`
    "SPEC_UNREADABLE
    /dev/zero: more than 1 MiB is too large; expected at most 1 MiB"
  `);
});

test('a file that may not be read is refused', () => {
  const nobody = 65_534;
  writeFileSync(place('secret.yaml'), smallest);
  chmodSync(place('secret.yaml'), 0);
  chmodSync(place('.'), 0o755);
  // Root may read everything, so for a moment we are nobody.
  const wasRoot = process.geteuid?.() === 0;
  if (wasRoot) process.seteuid?.(nobody);
  try {
    expect(complaint(place('secret.yaml'))).toBe(
      'SPEC_UNREADABLE\nDIR/secret.yaml: may not be read; expected a file with a change in YAML or JSON that you may read',
    );
  } finally {
    if (wasRoot) process.seteuid?.(0);
  }
});

test('- is standard input, named so in places', () => {
  writeFileSync(place('piped.yaml'), `${smallest}wave: auto\n`);
  const stdin = openSync(place('piped.yaml'), 'r');
  const error = specErrorOf(() => readChangeFile('-', { stdin }));
  expect(error.at).toEqual({ file: '<stdin>', line: 9, column: 1 });
  closeSync(stdin);
});
