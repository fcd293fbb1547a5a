import fc from 'fast-check';
import { expect, test } from 'vitest';
import { parseAllDocuments } from 'yaml';
import { GraywaveError } from '../../src/errors.js';
import { importText } from '../../src/import/import.js';
import { importedText } from '../../src/import/write.js';
import { readJudge } from '../../src/judging/read.js';
import { readChange } from '../../src/spec/read.js';
import * as argo from './argo-examples.js';
import * as flagger from './flagger-examples.js';
import * as kayenta from './kayenta-examples.js';

const examples = Object.values({ ...argo, ...flagger, ...kayenta });
const rest = {
  apiVersion: 'graywave/v1',
  kind: 'Change',
  id: 'x',
  owner: 'a',
  services: ['s'],
  parts: [{ driver: 'p' }],
};

type Json = null | boolean | number | string | Json[] | { [key: string]: Json };
const strange = fc.constantFrom<Json>(
  null,
  true,
  -1,
  0.5,
  1e9,
  '',
  'x',
  '{{args.x}}',
  '5m',
  'result[0] >= 1 && result[0] < 0',
  'line\nbreak',
  [],
  {},
  [null],
  [{ name: 'constructor' }],
  { name: 'n', value: 1 },
);

/** Puts something else in the place of the `at`-th value. */
function changed(value: Json, at: { left: number }, by: Json): Json {
  if (at.left-- === 0) return by;
  if (Array.isArray(value)) return value.map((one) => changed(one, at, by));
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, one]) => [key, changed(one, at, by)]));
}

test('whatever stands in a file, it is read or refused with a code, and what is printed can be read again', () => {
  fc.assert(
    fc.property(
      fc.constantFrom(...examples),
      fc.array(fc.tuple(fc.nat(90), strange), { minLength: 1, maxLength: 3 }),
      (text, changes) => {
        const documents = parseAllDocuments(text).map((document) => {
          const value = document.toJS() as Json;
          return JSON.stringify(changes.reduce((before, [at, by]) => changed(before, { left: at }, by), value));
        });
        try {
          const imported = importText(documents.join('\n---\n'), { file: 'in', as: null, given: {} });
          if (imported.judge !== null) readJudge(importedText(imported, 'in'), { file: 'judge.yaml' });
          readChange(JSON.stringify({ ...rest, ...imported.change }), { file: 'change.json' });
        } catch (error) {
          expect(error).toBeInstanceOf(GraywaveError);
          expect(['DATA_INVALID', 'IMPORT_UNKNOWN'], String(error)).toContain((error as GraywaveError).code);
        }
      },
    ),
    { numRuns: 400 },
  );
});

test('text that is no configuration is refused in bounded time', () => {
  for (const text of [
    '[['.repeat(50_000),
    'a: &a [*a]',
    '\u0000',
    '- '.repeat(9_000),
    '{"a":1'.repeat(2_000),
    'kind: Canary\n'.repeat(9),
  ]) {
    expect(() => importText(text, { file: 'in', as: null, given: {} })).toThrowError(GraywaveError);
  }
});
