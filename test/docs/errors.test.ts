import { afterEach, expect, test, vi } from 'vitest';
import { exitCodes, report } from '../../src/cli/exit.js';
import { toFailure } from '../../src/drivers/failure.js';
import { type ErrorCode, errorHints, GraywaveError } from '../../src/errors.js';
import { blocksOf, rowsOf, sorted, textOf } from './pages.js';

const page = textOf('docs/errors.md');
const codes = Object.keys(errorHints) as ErrorCode[];
const section = (title: string): string => page.split(`\n## ${title}\n`)[1]?.split('\n## ')[0] ?? '';
const codesIn = (text: string): string[] => [...text.matchAll(/`([A-Z]+_?[A-Z_]*)`/g)].map(([, code = '']) => code);

afterEach(() => {
  process.exitCode = 0;
  vi.restoreAllMocks();
});

test('every error code has its page, and every page its code', () => {
  const headings = [...page.matchAll(/^### ([A-Z][A-Z_]+)$/gm)].map(([, code]) => code);
  expect(sorted(headings)).toEqual(sorted(codes));
});

test('the table of exit codes is what the CLI does', () => {
  const rows = rowsOf(section('Exit codes')).filter(([code = '']) => /^\d+$/.test(code));
  const documented = new Map(rows.map(([code, , text = '']) => [Number(code), codesIn(text)]));
  expect([...documented.keys()].toSorted((a, b) => a - b)).toEqual(Object.values(exitCodes).toSorted((a, b) => a - b));
  vi.spyOn(process.stdout, 'write').mockReturnValue(true);
  for (const code of codes) {
    report(new GraywaveError(code, 'told'), true);
    const named = [...documented].find(([, list]) => list.includes(code))?.[0] ?? exitCodes.usage;
    expect(process.exitCode, code).toBe(named);
  }
});

test('the page names exactly the failures that are tried again', () => {
  const retryable = codes.filter((code) => {
    const failure = toFailure(new GraywaveError(code, 'told')) as { nonRetryable: boolean };
    return !failure.nonRetryable;
  });
  const table = rowsOf(section('Activity failures: what is tried again'))
    .map(([type]) => type)
    .join(' ');
  expect(sorted(codesIn(table))).toEqual(sorted(retryable));
});

test('the page for authors of drivers agrees with the types', () => {
  const protocol = textOf('docs/driver-protocol.md').split('\n## Errors\n')[1]?.split('\n## ')[0] ?? '';
  const rows = rowsOf(protocol).filter(([type = '']) => type.startsWith('`'));
  expect(rows.length).toBe(10);
  for (const [type = '', , again] of rows) {
    const code = type.replaceAll('`', '') as ErrorCode;
    const failure = toFailure(new GraywaveError(code, 'told')) as { nonRetryable: boolean };
    expect(failure.nonRetryable, code).toBe(again === 'no');
  }
});

test('the error shown on the page is what the CLI prints', () => {
  const [, json] = blocksOf('docs/errors.md');
  expect(Object.keys((JSON.parse(json?.text ?? '{}') as { error: object }).error)).toEqual([
    'code',
    'message',
    'hint',
    'at',
    'issues',
  ]);
});
