import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parseExposition } from '../../src/sources/scrape/exposition.js';

describe('the text exposition', () => {
  // The example of the format's own documentation, prometheus.io/docs/instrumenting/exposition_formats.
  it('of the documentation is read as its text says', () => {
    const samples = parseExposition(String.raw`# HELP http_requests_total The total number of HTTP requests.
# TYPE http_requests_total counter
http_requests_total{method="post",code="200"} 1027 1395066363000
http_requests_total{method="post",code="400"}    3 1395066363000

# Escaping in label values:
msdos_file_access_time_seconds{path="C:\\DIR\\FILE.TXT",error="Cannot find file:\n\"FILE.TXT\""} 1.458255915e9

# Minimalistic line:
metric_without_timestamp_and_labels 12.47

# A weird metric from before the epoch:
something_weird{problem="division by zero"} +Inf -3982045

http_request_duration_seconds_bucket{le="+Inf"} 144320
`);
    expect(samples).toEqual([
      { name: 'http_requests_total', labels: { method: 'post', code: '200' }, value: 1027, atMs: 1395066363000 },
      { name: 'http_requests_total', labels: { method: 'post', code: '400' }, value: 3, atMs: 1395066363000 },
      {
        name: 'msdos_file_access_time_seconds',
        labels: { path: 'C:\\DIR\\FILE.TXT', error: 'Cannot find file:\n"FILE.TXT"' },
        value: 1458255915,
        atMs: null,
      },
      { name: 'metric_without_timestamp_and_labels', labels: {}, value: 12.47, atMs: null },
      { name: 'something_weird', labels: { problem: 'division by zero' }, value: Infinity, atMs: -3982045 },
      { name: 'http_request_duration_seconds_bucket', labels: { le: '+Inf' }, value: 144320, atMs: null },
    ]);
  });

  it.each([
    ['blanks everywhere', ' a { x = "1" , } \t 2 ', { x: '1' }, 2],
    ['Windows line ends', 'a{x="1"} 2\r', { x: '1' }, 2],
    ['no labels in braces', 'a{} 2', {}, 2],
    ['braces and commas in a value', 'a{x="},{\\"="} 2', { x: '},{"=' }, 2],
    ['an exemplar', 'a{x="1"} 2 # {trace="z"} 1', { x: '1' }, 2],
    ['NaN', 'a NaN', {}, Number.NaN],
    ['minus infinity', 'a -Inf', {}, -Infinity],
    ['exponents', 'a 1.5e+03', {}, 1500],
    [
      'a label that is a property of objects',
      'a{constructor="1",__proto__="2"} 2',
      Object.fromEntries([
        ['constructor', '1'],
        ['__proto__', '2'],
      ]),
      2,
    ],
  ])('is read with %s', (_what, text, labels, value) => {
    expect(parseExposition(text)).toEqual([{ name: 'a', labels, value, atMs: null }]);
  });

  it.each([
    ['{x="1"} 2', 'no metric name'],
    ['a{x="1" 2', 'no } after the labels'],
    ['a{x="1} 2', 'label value has no end'],
    ['a{x=1} 2', 'label value is not quoted'],
    ['a{1x="1"} 2', 'bad label name'],
    ['a{x="1",x="2"} 2', 'label x given twice'],
    ['a', 'bad value'],
    ['a 0x10', 'bad value'],
    ['a 1 2 3', 'too many fields'],
    ['a 1 later', 'bad timestamp'],
    ['<html>', 'no metric name'],
  ])('is refused, with the line named: %s', (text, what) => {
    expect(() => parseExposition(`ok 1\n${text}\n`)).toThrow(`line 2: ${what}`);
  });

  it('counts a series given twice once', () => {
    expect(parseExposition('a{x="1"} 5\na{x="1"} 5\na{x="2"} 1').map(({ value }) => value)).toEqual([5, 1]);
  });

  it('refuses a line of 5 MB', () => {
    expect(() => parseExposition(`a{x="${'y'.repeat(5_000_000)}"} 1`)).toThrow('line 1: longer than');
  });

  it('gives back whatever was written into labels and values', () => {
    const name = fc.stringMatching(/^[a-zA-Z_][a-zA-Z0-9_]{0,10}$/);
    const labels = fc.dictionary(name, fc.string({ unit: 'grapheme' }), { maxKeys: 4 });
    fc.assert(
      fc.property(name, labels, fc.double({ noNaN: true }), (metric, wanted, value) => {
        const escape = (text: string): string =>
          text.replaceAll('\\', '\\\\').replaceAll('"', '\\"').replaceAll('\n', '\\n');
        const pairs = Object.entries(wanted).map(([key, text]) => `${key}="${escape(text)}"`);
        const number = value === Infinity ? '+Inf' : value === -Infinity ? '-Inf' : String(value);
        const [sample] = parseExposition(`${metric}{${pairs.join(',')}} ${number}`);
        expect(sample?.labels).toEqual({ ...wanted });
        expect(sample?.value).toBe(value === 0 && Object.is(value, -0) ? 0 : value);
      }),
    );
  });

  it('ends within a second, readable or not, for a megabyte of anything', () => {
    for (const text of ['a{', '\\"', 'a="', '{}', 'a{x="\\'].map((part) => `m{x="${part.repeat(100_000)}`)) {
      const began = performance.now();
      expect(() => parseExposition(text)).toThrow('line 1');
      expect(performance.now() - began).toBeLessThan(1_000);
    }
  });
});
