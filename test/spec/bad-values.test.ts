import { expect, test } from 'vitest';
import { readChange } from '../../src/spec/read.js';
import { complaint, smallest, specErrorOf, withKeys } from './support.js';

test('an unknown key is shown where it stands, with the known ones and the nearest', () => {
  expect(complaint(withKeys('wave: auto'))).toMatchInlineSnapshot(`
    "SPEC_INVALID
    change.yaml:9:1: unknown key "wave"; expected one of apiVersion, kind, id, title, owner, type, tier, services, labels, parts, waves, signals, expect, bake, onInconclusive, onError, onBusy, gates, window, rollback; did you mean "waves"?"
  `);
});

test('an unknown key deep inside names its place in the change', () => {
  expect(complaint(withKeys('signals:\n  - {source: fleet, kind: latency, quantile: [p50]}'))).toMatchInlineSnapshot(`
    "SPEC_INVALID
    change.yaml:10:36: unknown key "quantile" in signals[0]; expected one of kind, name, source, service, by, select, weight, prove, detect, tolerance, quantiles, histogram; did you mean "quantiles"?"
  `);
});

test('a number without its unit is told which units there are', () => {
  expect(complaint(withKeys('bake: {min: 30, max: 10m}'))).toMatchInlineSnapshot(`
    "SPEC_INVALID
    change.yaml:9:13: bake.min is the number 30; expected a duration from 1s to 14d, such as 30s, 10m, 2h or 1d"
  `);
});

test('a wrong unit is told which units there are', () => {
  expect(complaint(withKeys('rollback: {deadline: 10 minutes}'))).toMatchInlineSnapshot(`
    "SPEC_INVALID
    change.yaml:9:22: rollback.deadline is "10 minutes"; expected a duration from 10s to 1d, such as 30s, 10m, 2h or 1d"
  `);
});

test('a share over 100% is no share', () => {
  expect(complaint(withKeys('waves: [{to: 50%}, {to: 125%}]'))).toMatchInlineSnapshot(`
    "SPEC_INVALID
    change.yaml:9:25: waves[1].to is "125%"; expected a share above 0% and up to 100%, such as 25%"
  `);
});

test('a fraction is no share', () => {
  expect(complaint(withKeys('waves: [{to: 0.25}, {to: 100%}]'))).toMatchInlineSnapshot(`
    "SPEC_INVALID
    change.yaml:9:14: waves[0].to is the number 0.25; expected a share above 0% and up to 100%, such as 25%, or a whole number of targets, such as 2"
  `);
});

test('waves without an entry are refused', () => {
  expect(complaint(withKeys('waves: []'))).toMatchInlineSnapshot(`
    "SPEC_INVALID
    change.yaml:9:8: waves is an empty list; expected auto, or a list of at least one wave"
  `);
});

test('a word near auto is told so', () => {
  expect(complaint(withKeys('waves: automatic'))).toMatchInlineSnapshot(`
    "SPEC_INVALID
    change.yaml:9:8: waves is "automatic"; expected auto, or a list of at least one wave"
  `);
});

test('a ratio without its x, and a shift without its sign', () => {
  const signals = `signals:
  - {source: fleet, kind: errors, detect: 3}
  - {source: fleet, kind: latency, detect: 20%}`;
  expect(complaint(withKeys(signals))).toMatchInlineSnapshot(`
    "SPEC_INVALID
    change.yaml:10:43: signals[0].detect is the number 3; expected a ratio above 1x, such as 3x
    change.yaml:11:44: signals[1].detect is "20%"; expected a shift above +0% with its sign, such as +20%"
  `);
});

test('an unknown kind of signal is told the nearest', () => {
  expect(complaint(withKeys('signals: [{source: fleet, kind: error}]'))).toMatchInlineSnapshot(`
    "SPEC_INVALID
    change.yaml:9:33: signals[0].kind is "error"; expected one of errors, latency, ratio, gauge; did you mean "errors"?"
  `);
});

test('an expectation of a signal that is not there is told the nearest', () => {
  const keys = 'signals: [{source: fleet, kind: latency}]\nexpect: [{signal: latencies, shift: +10%}]';
  expect(complaint(withKeys(keys))).toMatchInlineSnapshot(`
    "SPEC_INVALID
    change.yaml:10:19: expect[0].signal is "latencies", which is no signal here; expected one of latency; did you mean "latency"?"
  `);
});

test('an expectation of a change without signals says that there is none', () => {
  expect(complaint(withKeys('expect: [{signal: latency, shift: +10%}]'))).toMatchInlineSnapshot(`
    "SPEC_INVALID
    change.yaml:9:19: expect[0].signal is "latency", which is no signal here; expected a signal of this change, which has none"
  `);
});

test('an expectation as large as what is to be detected would leave nothing to find', () => {
  const keys = 'signals: [{source: fleet, kind: latency, detect: +20%}]\nexpect: [{signal: latency, shift: +20%}]';
  expect(complaint(withKeys(keys))).toMatchInlineSnapshot(`
    "SPEC_INVALID
    change.yaml:10:35: expect[0].shift is +20% and latency is to detect +20%: nothing would be left to find; expected a smaller shift, or a larger detect"
  `);
});

test('an unknown apiVersion is the only thing said of a file of another version', () => {
  expect(complaint(smallest.replace('graywave/v1', 'graywave/v2').replace('owner', 'author'))).toMatchInlineSnapshot(`
    "SPEC_INVALID
    change.yaml:1:13: apiVersion is "graywave/v2"; expected graywave/v1; did you mean "graywave/v1"?"
  `);
});

test('an unknown kind is told the nearest', () => {
  expect(complaint(smallest.replace('kind: Change', 'kind: Chnage'))).toMatchInlineSnapshot(`
    "SPEC_INVALID
    change.yaml:2:7: kind is "Chnage"; expected Change; did you mean "Change"?"
  `);
});

test('a misspelt apiVersion key is found', () => {
  expect(complaint(smallest.replace('apiVersion', 'apiversion'))).toMatchInlineSnapshot(`
    "SPEC_INVALID
    change.yaml:1:1: apiVersion is missing; expected apiVersion: graywave/v1; did you mean "apiVersion" instead of "apiversion"?"
  `);
});

test('what is missing is named, all of it at once', () => {
  expect(complaint('apiVersion: graywave/v1\nkind: Change\n')).toMatchInlineSnapshot(`
    "SPEC_INVALID
    change.yaml:1:1: id is missing; expected an id of lower-case letters, digits, . - and _, at most 63
    change.yaml:1:1: owner is missing; expected the team or person that answers for this change
    change.yaml:1:1: services is missing; expected a list of at least one service
    change.yaml:1:1: parts is missing; expected a list of at least one part"
  `);
});

test('text that YAML takes for a number has to be put in quotes', () => {
  expect(complaint(withKeys('labels: {build: 17}'))).toMatchInlineSnapshot(`
    "SPEC_INVALID
    change.yaml:9:17: labels.build is the number 17; expected text (in quotes when it looks like a number)"
  `);
});

test('an address, a path or a program is no name of a source or a driver', () => {
  const keys = 'signals: [{source: "http://10.0.0.1:9090", kind: errors}]';
  expect(complaint(withKeys(keys).replace('driver: process', 'driver: /bin/sh'))).toMatchInlineSnapshot(`
    "SPEC_INVALID
    change.yaml:7:13: parts[0].driver is "/bin/sh"; expected a name of lower-case letters, digits, - and _
    change.yaml:9:20: signals[0].source is "http://10.0.0.1:9090"; expected a name of lower-case letters, digits, - and _"
  `);
});

test('a last wave below 100% is refused, and so are shares that do not grow', () => {
  expect(complaint(withKeys('waves: [{to: 50%}, {to: 50%}, {to: 80%}]'))).toMatchInlineSnapshot(`
    "SPEC_INVALID
    change.yaml:9:25: waves[1].to is 50% and an earlier wave reaches 50%; expected more, because shares include the waves before
    change.yaml:9:36: the last wave reaches 80%; expected 100%, because a completed change is whole"
  `);
});

test('a bake that ends before it may is refused', () => {
  expect(complaint(withKeys('bake: {min: 10m, max: 30s}'))).toMatchInlineSnapshot(`
    "SPEC_INVALID
    change.yaml:9:7: bake has a min longer than its max (min 10m, max 30s); expected min up to max"
  `);
});

test('two of one name are refused, where the name is a default too', () => {
  const keys = 'signals: [{source: a, kind: errors}, {source: b, kind: errors}]';
  expect(complaint(withKeys(keys).replace('parts:', 'parts:\n  - driver: process'))).toMatchInlineSnapshot(`
    "SPEC_INVALID
    change.yaml:8:5: parts[1] is "process" like parts[0]; expected each part once, under a name of its own
    change.yaml:10:38: signals[1] is "errors" like signals[0]; expected each signal once, under a name of its own"
  `);
});

test('a gate before a wave that does not come is refused', () => {
  const keys = 'waves: [{to: 10%}, {to: 100%}]\ngates: [{beforeWave: 3, reason: look}]';
  expect(complaint(withKeys(keys))).toMatchInlineSnapshot(`
    "SPEC_INVALID
    change.yaml:10:22: a gate stands before wave 3 and there are 2 waves; expected 1 to 2"
  `);
});

test('a tolerance as wide as what is to be detected, and a floor above the limit, are refused', () => {
  const signals = `signals:
  - {source: fleet, kind: errors, detect: 1.2x}
  - {source: fleet, name: other, kind: errors, floor: 5%, limit: 2%}
  - {source: fleet, kind: latency, detect: +5%, quantiles: [p95, p95.0]}`;
  expect(complaint(withKeys(signals))).toMatchInlineSnapshot(`
    "SPEC_INVALID
    change.yaml:10:5: signals[0] tolerates 25% and is to detect 1.2x; expected a detect above the tolerance
    change.yaml:11:55: signals[1] calls a bad share below 5% harmless (floor) and one above 2% harm (limit); expected a floor below the limit
    change.yaml:12:5: signals[2] tolerates 5% and is to detect +5%; expected a detect above the tolerance
    change.yaml:12:66: signals[2].quantiles[1] is "p95" like signals[2].quantiles[0]; expected each quantile once, under a name of its own"
  `);
});

test('a rollback that cannot be watched before its deadline is refused', () => {
  expect(complaint(withKeys('rollback: {deadline: 1m, observe: 1m}'))).toMatchInlineSnapshot(`
    "SPEC_INVALID
    change.yaml:9:35: rollback.observe is 1m of a deadline of 1m; expected it shorter, because there must be time to restore"
  `);
});

test('patterns that could hang or mean something else in Prometheus are refused', () => {
  const signals = ['(a+)+', '(?=x)', 'a(', '.*.*.*.*', '\\1'].map(
    (pattern, i) => `  - {name: s${i}, source: fleet, kind: ratio, counter: c, bad: {code: '${pattern}'}}`,
  );
  expect(complaint(withKeys(`signals:\n${signals.join('\n')}`))).toMatchInlineSnapshot(`
    "SPEC_INVALID
    change.yaml:10:68: signals[0].bad.code is "(a+)+"; expected a regular expression as Prometheus has them, such as 5.. or failed|timeout (a group may not be repeated)
    change.yaml:11:68: signals[1].bad.code is "(?=x)"; expected a regular expression as Prometheus has them, such as 5.. or failed|timeout (look-around, flags and named groups are not allowed)
    change.yaml:12:68: signals[2].bad.code is "a("; expected a regular expression as Prometheus has them, such as 5.. or failed|timeout (it does not compile)
    change.yaml:13:68: signals[3].bad.code is ".*.*.*.*"; expected a regular expression as Prometheus has them, such as 5.. or failed|timeout (more than 3 repeats)
    change.yaml:14:68: signals[4].bad.code is "\\\\1"; expected a regular expression as Prometheus has them, such as 5.. or failed|timeout (back-references are not allowed)"
  `);
});

test('an instant without a zone is refused', () => {
  expect(complaint(withKeys('window: {notBefore: 2026-11-21 09:00}'))).toMatchInlineSnapshot(`
    "SPEC_INVALID
    change.yaml:9:21: window.notBefore is "2026-11-21 09:00"; expected an instant such as 2026-11-21T09:00:00Z"
  `);
});

test('every issue carries its place, what was expected and what was meant', () => {
  const error = specErrorOf(() => readChange(withKeys('wave: auto\nonError: rolback'), { file: 'change.yaml' }));
  expect(error.at).toEqual({ file: 'change.yaml', line: 9, column: 1 });
  expect(error.issues).toEqual([
    expect.objectContaining({ at: { file: 'change.yaml', line: 9, column: 1 }, nearest: 'waves' }),
    {
      message: 'onError is "rolback"; expected one of hold, rollback; did you mean "rollback"?',
      at: { file: 'change.yaml', line: 10, column: 10 },
      expected: 'one of hold, rollback',
      nearest: 'rollback',
    },
  ]);
});

test('a name that every object has is no name', () => {
  expect(complaint(withKeys('waves: [{name: constructor, to: 100%}]'))).toMatchInlineSnapshot(`
    "SPEC_INVALID
    change.yaml:9:16: waves[0].name is "constructor"; expected a name of lower-case letters, digits, - and _"
  `);
});

test('a list longer than anybody needs is refused', () => {
  expect(complaint(withKeys(`waves: [${'{to: 1}, '.repeat(51)}]`))).toMatchInlineSnapshot(`
    "SPEC_INVALID
    change.yaml:9:8: waves is a list of 51; expected at most 50 entries"
  `);
});
