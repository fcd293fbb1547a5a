import { gzipSync } from 'node:zlib';
import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { generate, recipe } from '../../bench/judge/sets/sequential-generator.js';
import { learnNoise } from '../../src/judge/noise/learn.js';
import { noiseConstants } from '../../src/judge/noise/constants.js';
import { noiseRun, readRuns } from '../../src/judging/runs.js';
import { readText } from '../../src/judging/text.js';

const runs = Array.from({ length: 12 }, (_, i) => generate(recipe, i));
const lines = runs.map((run) => JSON.stringify({ ...run, rho: 'not read' }));
const read = (text: string) => readRuns({ file: 'runs.jsonl', text }, recipe.boundsMs);

test('runs are read from JSON lines, gzipped or not, and teach the same as they do in memory', () => {
  const file = join(mkdtempSync(join(tmpdir(), 'learn-')), 'runs.jsonl.gz');
  writeFileSync(file, gzipSync(lines.join('\n')));
  const learnt = readRuns(readText(file), recipe.boundsMs);
  expect(learnt).toEqual(runs.map((run) => noiseRun(run, recipe.boundsMs)));
  const few = { ...noiseConstants, simulations: 300 };
  expect(learnNoise('shop', learnt, few)).toMatchObject({ name: 'shop', runs: 12 });
});

test.each([
  ['no JSON', `${lines[0]}\n{"canary"`, /runs\.jsonl:2: no JSON/],
  ['no arm', '{"canary": {}}', /runs\.jsonl:1: no run of two arms/],
  ['a count below 0', lines[0]?.replace(/"n":\[\d+/, '"n":[-3') ?? '', /no run of two arms/],
  ['arms of different lengths', lines[0]?.replace(/"n":\[\d+,/, '"n":[') ?? '', /have 59, 60/],
  [
    'more errors than requests',
    lines[0]?.replace(/"e":\[\d+/, '"e":[99999') ?? '',
    /interval 1 has 99999 errors among/,
  ],
  ['nothing', '\n', /there is no run in it/],
])('%s is refused with file and line, and what is wrong', (_, text, message) => {
  expect(() => read(text)).toThrow(message);
});

test('buckets of another histogram are refused', () => {
  const run = lines[0] ?? '';
  expect(() => readRuns({ file: 'runs.jsonl', text: run }, [25, 50])).toThrow(/18 bucket counts; 2 bounds make 3/);
});
