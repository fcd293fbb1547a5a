import { LineCounter, parseDocument } from 'yaml';
import type { Place } from '../errors.js';
import { plainTree, type Tree } from './tree.js';
import { SpecError, type SpecIssue, unreadable } from './error.js';
import { checkTokens } from './tokens.js';
import type { Path } from './tree.js';

export const maxBytes = 1024 * 1024;

/** A file's content as plain JSON, and where each value of it stands. */
export interface Document {
  file: string;
  value: unknown;
  /** Place of the value at a path, of its key with `key`; of the nearest parent that is written where it is not. */
  locate: (path: Path, options?: { key?: boolean }) => Place;
  warnings: SpecIssue[];
}

/** Reads YAML 1.2 or JSON. Throws SpecError with every mistake in it, in bounded time whatever the text is. */
export function readDocument(input: string | Uint8Array, file: string): Document {
  const text = decode(input, file);
  const lines = new LineCounter();
  const at = (offset: number): Place => {
    const { line, col } = lines.linePos(offset);
    return { file, line: Math.max(1, line), column: Math.max(1, col) };
  };
  checkTokens(text, file);
  const tree = parse(text, file, lines, at);
  const locate: Document['locate'] = (path, options) => at(tree.offset(path, options?.key ?? false));
  return { file, value: tree.value, locate, warnings: tree.warnings };
}

function parse(text: string, file: string, lines: LineCounter, at: (offset: number) => Place): Tree {
  let parsed: ReturnType<typeof parseDocument>;
  try {
    // Duplicate keys are found by our own walk: the library compares every pair of keys.
    parsed = parseDocument(text, { lineCounter: lines, uniqueKeys: false, prettyErrors: false, version: '1.2' });
  } catch (cause) {
    throw unreadable({ file, line: 1, column: 1 }, 'too deeply nested to read', 'at most 32 levels', cause);
  }
  const first = parsed.errors[0] ?? parsed.warnings[0];
  if (first?.code === 'MULTIPLE_DOCS') {
    const message = 'a second document begins here; expected one document in a file';
    throw new SpecError('SPEC_INVALID', [{ message, at: at(first.pos[0]), expected: 'one document in a file' }]);
  }
  if (first !== undefined) {
    // One mistake in the syntax makes the parser report many: only the first can be trusted.
    const message = `not YAML or JSON: ${lowerFirst(first.message.split('\n')[0] ?? '')}`;
    throw new SpecError('SPEC_INVALID', [{ message, at: at(first.pos[0]), expected: 'YAML or JSON' }]);
  }
  return plainTree(parsed, at);
}

const lowerFirst = (text: string): string => text.charAt(0).toLowerCase() + text.slice(1);

function decode(input: string | Uint8Array, file: string): string {
  const size = typeof input === 'string' ? Buffer.byteLength(input) : input.byteLength;
  if (size > maxBytes) throw tooLarge(file, size);
  let text = input;
  if (typeof text !== 'string') {
    try {
      text = new TextDecoder('utf-8', { fatal: true }).decode(text);
    } catch (cause) {
      throw unreadable({ file }, 'not UTF-8 text; expected YAML or JSON in UTF-8', 'UTF-8 text', cause);
    }
  }
  const strange = findControl(text);
  if (strange !== null) {
    const { line, column, code } = strange;
    const name = `U+${code.toString(16).toUpperCase().padStart(4, '0')}`;
    const message = `control character ${name} in the text; expected YAML or JSON`;
    throw unreadable({ file, line, column }, message, 'YAML or JSON');
  }
  if (text.trim() === '')
    throw unreadable({ file, line: 1, column: 1 }, 'the file is empty; expected a change', 'a change');
  return text;
}

export function tooLarge(file: string, bytes: number): SpecError {
  const mib = (bytes / maxBytes).toFixed(1);
  return unreadable({ file }, `${mib} MiB is too large; expected at most 1 MiB`, 'at most 1 MiB');
}

/** The first character that no text has (NUL, escape codes, lone surrogates); null when there is none. */
function findControl(text: string): { line: number; column: number; code: number } | null {
  let line = 1;
  let start = 0;
  for (let i = 0; i < text.length; i++) {
    const code = text.charCodeAt(i);
    if (code === 10) {
      line += 1;
      start = i + 1;
    }
    const control =
      (code < 32 && code !== 9 && code !== 10 && code !== 13) || (code >= 127 && code < 160 && code !== 133);
    const high = code >= 0xd800 && code < 0xdc00;
    const pair = high && text.charCodeAt(i + 1) >= 0xdc00 && text.charCodeAt(i + 1) < 0xe000;
    const lone = code >= 0xd800 && code < 0xe000 && !pair;
    if (control || lone) return { line, column: i - start + 1, code };
    if (pair) i += 1;
  }
  return null;
}
