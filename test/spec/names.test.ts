import { expect, test } from 'vitest';
import { checkNames } from '../../src/spec/names.js';
import { readChange } from '../../src/spec/read.js';
import { specErrorOf, withKeys } from './support.js';

const { spec, locate } = readChange(withKeys('signals: [{source: fleet, kind: errors}]'), { file: 'change.yaml' });

const complaint = (drivers: string[], sources: string[]): string => {
  const error = specErrorOf(() => checkNames(spec, { drivers, sources }, locate));
  return `${error.code}\n${error.message}`;
};

test('names that the worker knows are taken', () => {
  expect(() => checkNames(spec, { drivers: ['process'], sources: ['fleet'] }, locate)).not.toThrow();
});

test('an unknown driver is shown where it stands, with the nearest', () => {
  expect(complaint(['processes', 'file'], ['fleet'])).toMatchInlineSnapshot(`
    "DRIVER_UNKNOWN
    change.yaml:7:13: unknown driver "process"; expected one of processes, file; did you mean "processes"?"
  `);
});

test('an unknown source is shown where it stands', () => {
  expect(complaint(['process'], ['prometheus'])).toMatchInlineSnapshot(`
    "SOURCE_UNKNOWN
    change.yaml:9:20: unknown source "fleet"; expected one of prometheus"
  `);
});

test('all unknown names are said at once, and a worker that knows none says so', () => {
  expect(complaint([], [])).toMatchInlineSnapshot(`
    "DRIVER_UNKNOWN
    change.yaml:7:13: unknown driver "process"; expected a driver that the worker knows; it knows none
    change.yaml:9:20: unknown source "fleet"; expected a source that the worker knows; it knows none"
  `);
});

test('an unknown noise profile is shown where it stands; without a list of them none is unknown', () => {
  const text = withKeys('signals: [{source: fleet, kind: gauge, metric: heap, noise: chekout}]');
  const gauge = readChange(text, { file: 'change.yaml' });
  const known = { drivers: ['process'], sources: ['fleet'] };
  expect(() => checkNames(gauge.spec, known, gauge.locate)).not.toThrow();
  const error = specErrorOf(() => checkNames(gauge.spec, { ...known, noises: ['checkout'] }, gauge.locate));
  expect(`${error.code}\n${error.message}`).toMatchInlineSnapshot(`
    "NOISE_UNKNOWN
    change.yaml:9:61: unknown noise profile "chekout"; expected one of default, checkout; did you mean "checkout"?"
  `);
});
