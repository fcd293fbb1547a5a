import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Ajv } from 'ajv';
import { expect, test } from 'vitest';
import { parse } from 'yaml';
import { readChangeFile } from '../../src/spec/file.js';
import { changeJsonSchema } from '../../src/spec/jsonschema.js';
import { readChange } from '../../src/spec/read.js';
import { smallest, specErrorOf, withKeys } from './support.js';

const folder = 'examples/changes';
const files = readdirSync(folder).filter((name) => name.endsWith('.yaml'));
const schema = changeJsonSchema();
const ajv = new Ajv({ strict: true, allowUnionTypes: true, formats: { 'date-time': true } });
const isValid = ajv.compile(schema);
const accepts = (text: string): boolean => isValid(parse(text));

test('every example is read without a warning, and has an id of its own', () => {
  const ids = files.map((name) => {
    const { spec, warnings } = readChangeFile(join(folder, name));
    expect(warnings, name).toEqual([]);
    return spec.id;
  });
  expect(new Set(ids).size).toBe(files.length);
  expect(files).toEqual(
    expect.arrayContaining(['deploy.yaml', 'errors.yaml', 'good.yaml', 'slow.yaml', 'worker-killed.yaml']),
  );
});

test('editors accept every example', () => {
  for (const name of files) {
    expect(accepts(readFileSync(join(folder, name), 'utf8')), `${name}: ${ajv.errorsText(isValid.errors)}`).toBe(true);
  }
});

test('what editors refuse, reading refuses too', () => {
  const bad = [
    withKeys('wave: auto'),
    withKeys('waves: []'),
    withKeys('waves: [{to: 0.5}]'),
    withKeys('waves: [{to: 50}, {to: half}]'),
    withKeys('bake: {min: 30, max: 10m}'),
    withKeys('bake: {min: 30s, max: 10 minutes}'),
    withKeys('signals: [{kind: errors}]'),
    withKeys('signals: [{source: fleet, kind: error}]'),
    withKeys('signals: [{source: "http://x", kind: errors}]'),
    withKeys('signals: [{source: fleet, kind: errors, detect: 3}]'),
    withKeys('tier: 4'),
    withKeys('type: release'),
    withKeys('onError: advance'),
    withKeys('labels: {build: 17}'),
    withKeys('gates: [{beforeWave: 0, reason: look}]'),
    smallest.replace('graywave/v1', 'graywave/v2'),
    smallest.replace('Change', 'Program'),
    smallest.replace('checkout-v2', 'Checkout V2'),
    smallest.replace('owner: team-checkout\n', ''),
    smallest.replace('services: [checkout]', 'services: []'),
  ];
  for (const text of bad) {
    expect(accepts(text), text).toBe(false);
    expect(specErrorOf(() => readChange(text, { file: 'change.yaml' })).code, text).toBe('SPEC_INVALID');
  }
});

test('every key has a description for the editor, and defaults are those that reading fills in', () => {
  const bare: string[] = [];
  const visit = (node: unknown, path: string): void => {
    if (node === null || typeof node !== 'object') return;
    const properties: unknown = 'properties' in node ? node.properties : undefined;
    if (properties !== null && typeof properties === 'object') {
      for (const [key, value] of Object.entries(properties)) {
        const described = typeof value === 'object' && value !== null && ('description' in value || 'const' in value);
        if (!described) bare.push(`${path}.${key}`);
      }
    }
    for (const [key, value] of Object.entries(node)) visit(value, `${path}.${key}`);
  };
  visit(schema, '');
  expect(bare).toEqual([]);
});
