import { writeFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { changeJsonSchema } from '../../src/spec/jsonschema.js';
import { textOf } from './pages.js';
import { specTables, withTables } from './spec-tables.js';

const page = 'docs/spec.md';
/** The formatter pads tables. */
const bare = (text: string): string => text.replaceAll(/ *\| */g, '|').replaceAll(/-{3,}/g, '---');

test('docs/spec.md says what the schema says; UPDATE_DOCS=1 writes it anew', () => {
  const wanted = withTables(textOf(page), specTables(changeJsonSchema()));
  if (process.env['UPDATE_DOCS']) writeFileSync(page, wanted);
  expect(bare(textOf(page))).toBe(bare(wanted));
});

test('every key of the schema stands in a table', () => {
  const tables = Object.values(specTables(changeJsonSchema())).join('\n');
  for (const key of ['parts[].driver', 'waves[].to', 'waves[].bake.min', 'gates[].beforeWave', 'rollback.deadline']) {
    expect(tables).toContain(`| \`${key}\` |`);
  }
  expect(Object.keys(specTables(changeJsonSchema()))).toEqual([
    'change',
    'signal errors',
    'signal latency',
    'signal ratio',
    'signal gauge',
  ]);
});
