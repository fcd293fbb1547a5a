import { chmod, mkdir, mkdtemp, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { cacheDir, foundBinary } from '../../src/embedded/binary.js';

const before = { ...process.env };
let dir: string;

async function program(...path: string[]): Promise<string> {
  const file = join(dir, ...path);
  await mkdir(join(file, '..'), { recursive: true });
  await writeFile(file, '#!/bin/sh\n');
  await chmod(file, 0o755);
  return file;
}

beforeEach(async () => {
  dir = await mkdtemp(join(tmpdir(), 'binary-'));
  delete process.env.TEMPORAL_CLI_PATH;
  process.env.PATH = join(dir, 'path');
  process.env.GRAYWAVE_CACHE = join(dir, 'cache');
});
afterEach(() => {
  process.env = { ...before };
});

test('the program named by TEMPORAL_CLI_PATH comes before one on the PATH, and that before the cache', async () => {
  expect(await foundBinary()).toBeNull();
  const cached = await program('cache', 'bin', 'temporal');
  expect(await foundBinary()).toBe(cached);
  const onPath = await program('path', 'temporal');
  expect(await foundBinary()).toBe(onPath);
  process.env.TEMPORAL_CLI_PATH = await program('named');
  expect(await foundBinary()).toBe(process.env.TEMPORAL_CLI_PATH);
});

test('a TEMPORAL_CLI_PATH that cannot be run is an error, not passed over', async () => {
  process.env.TEMPORAL_CLI_PATH = join(dir, 'nothing');
  await expect(foundBinary()).rejects.toMatchObject({ code: 'TEMPORAL_BINARY' });
});

test('a directory named temporal on the PATH is no program', async () => {
  await mkdir(join(dir, 'path', 'temporal'), { recursive: true });
  expect(await foundBinary()).toBeNull();
});

test('the cache is under the user, unless said otherwise', () => {
  expect(cacheDir()).toBe(join(dir, 'cache'));
  delete process.env.GRAYWAVE_CACHE;
  process.env.XDG_CACHE_HOME = '/x';
  expect(cacheDir()).toBe('/x/graywave');
});
