import { expect, test } from 'vitest';
import { judgeInputs, readInputs } from '../../src/judging/inputs.js';
import { readJudge } from '../../src/judging/read.js';
import { judgeSchema } from '../../src/judging/schema.js';
import { blocksOf, rowsOf, textOf } from '../docs/pages.js';

const page = 'docs/judge-files.md';
const blocks = blocksOf(page);

test('every judge file on the page is one', () => {
  const files = blocks.filter(({ language }) => language === 'yaml judge.yaml');
  expect(files.length).toBeGreaterThan(0);
  for (const { text } of files) expect(readJudge(text, { file: page }).metrics.length).toBeGreaterThan(0);
});

test('every piece of data on the page can be judged', () => {
  const data = blocks.filter(({ language }) => language === 'json' || language === 'csv');
  expect(data.length).toBe(5);
  for (const { text } of data) expect(judgeInputs(readInputs([{ file: page, text }])).length).toBe(1);
});

test('the table names every field of a judge file', () => {
  const named = rowsOf(textOf(page))
    .flatMap(([cell = '']) => [...cell.matchAll(/`([a-z.[\]]+)`/gi)])
    .flatMap(([, name = '']) => name.split('.'));
  const fields = [...Object.keys(judgeSchema.shape), ...Object.keys(judgeSchema.shape.metrics.element.shape)];
  for (const field of fields.filter((name) => name !== 'metrics' && name !== 'query'))
    expect(named, field).toContain(field);
});
