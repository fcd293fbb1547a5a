import fc from 'fast-check';
import { expect, test } from 'vitest';
import { readScope, scopeExamples, scopesOf } from '../../src/policy/scope.js';
import { type Level, levels } from '../../src/spec/types.js';
import { holdWorkflowId } from '../../src/workflows/names.js';

const kinds = ['deploy', 'config', 'flag', 'schema', 'infra', 'traffic', 'experiment'];
const problemOf = (text: string): string => {
  const read = readScope(text);
  return 'problem' in read ? read.problem : '';
};

test('the examples are scopes', () => {
  for (const example of scopeExamples.split(', ')) expect(readScope(example)).toEqual({ scope: example });
});

test.each([
  ['', '"" is no scope'],
  ['service', '"service" is no scope'],
  ['service/', '"service/" is no scope'],
  ['service/a/b', '"service/a/b" is no scope'],
  ['all/x', '"all" is no kind of scope'],
  ['servce/cart', '"servce" is no kind of scope'],
  ['constructor/x', '"constructor" is no kind of scope'],
  ['service/a b', '"a b" is no service that a hold can cover'],
  ['service/-x', '"-x" is no service'],
  [`service/${'x'.repeat(102)}`, 'is no service'],
  ['kind/migration', '"migration" is no kind that a hold can cover'],
  ['level/L5', '"L5" is no level that a hold can cover'],
  ['level/l3', '"l3" is no level'],
  ['All', '"All" is no scope'],
])('%j is refused, and the refusal shows scopes', (text, told) => {
  expect(problemOf(text)).toContain(told);
  expect(problemOf(text)).toContain(`expected one of ${scopeExamples}`);
});

const aName = fc.stringMatching(/^[A-Za-z0-9][A-Za-z0-9._-]{0,30}$/);
const aChange = fc.record({
  services: fc.array(aName, { minLength: 1, maxLength: 4 }),
  type: fc.constantFrom(...kinds),
  level: fc.constantFrom<Level>(...levels),
  regions: fc.array(aName, { maxLength: 3 }),
});

test('law: a change is covered by all, each service, each region, its kind and its level, and by nothing else', () => {
  fc.assert(
    fc.property(aChange, (change) => {
      const { services, regions, type, level } = change;
      const wanted = ['all', `kind/${type}`, `level/${level}`];
      for (const name of services) wanted.push(`service/${name}`);
      for (const name of regions) wanted.push(`region/${name}`);
      expect(new Set(scopesOf(change))).toEqual(new Set(wanted));
    }),
  );
});

test('law: whatever covers a change can be held, under a workflow id that says it', () => {
  fc.assert(
    fc.property(aChange, (change) => {
      for (const scope of scopesOf(change)) {
        expect(readScope(scope)).toEqual({ scope });
        expect(holdWorkflowId(scope)).toBe(`hold/${scope}`);
      }
    }),
  );
});

test('law: no text at all makes reading throw, and what is read is what was written', () => {
  fc.assert(
    fc.property(
      fc.oneof(
        fc.string(),
        fc.string().map((text) => `service/${text}`),
      ),
      (text) => {
        const read = readScope(text);
        if ('scope' in read) expect(read.scope).toBe(text);
        else expect(read.problem).toContain('expected one of all, ');
      },
    ),
  );
});

test('a region whose name no hold could have covers nothing, and takes nothing else away', () => {
  const change = { services: ['cart'], type: 'deploy', level: 'L1' as const, regions: ['eu west', 'eu'] };
  expect(scopesOf(change)).toEqual(['all', 'service/cart', 'region/eu', 'kind/deploy', 'level/L1']);
});
