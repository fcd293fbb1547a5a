import { closeSync, fstatSync, openSync, readSync } from 'node:fs';
import { maxBytes, tooLarge } from './document.js';
import { unreadable } from './error.js';
import { type ReadChange, readChange } from './read.js';

const wanted = 'a file with a change in YAML or JSON';

/** Reads a change from a file, `-` for standard input. Never reads more than the limit. Throws SpecError. */
export function readChangeFile(path: string, { stdin = 0 }: { stdin?: number } = {}): ReadChange {
  const file = path === '-' ? '<stdin>' : path;
  let descriptor: number;
  try {
    descriptor = path === '-' ? stdin : openSync(path, 'r');
  } catch (cause) {
    throw unreadable({ file }, openFault(cause), wanted, cause);
  }
  try {
    const stat = path === '-' ? null : fstatSync(descriptor);
    if (stat?.isDirectory() === true) throw unreadable({ file }, `is a directory; expected ${wanted}`, wanted);
    if (stat !== null && stat.size > maxBytes) throw tooLarge(file, stat.size);
    return readChange(upToLimit(descriptor, file), { file });
  } finally {
    if (path !== '-') closeSync(descriptor);
  }
}

/** A pipe does not say how long it is: one byte past the limit is enough to know. */
function upToLimit(descriptor: number, file: string): Uint8Array {
  const buffer = new Uint8Array(maxBytes + 1);
  let length = 0;
  while (length < buffer.length) {
    const read = readSome(descriptor, buffer, length, file);
    if (read === 0) break;
    length += read;
  }
  if (length > maxBytes)
    throw unreadable({ file }, 'more than 1 MiB is too large; expected at most 1 MiB', 'at most 1 MiB');
  return buffer.subarray(0, length);
}

function readSome(descriptor: number, buffer: Uint8Array, length: number, file: string): number {
  for (;;) {
    try {
      return readSync(descriptor, buffer, length, buffer.length - length, null);
    } catch (cause) {
      const code = codeOf(cause);
      if (code === 'EOF') return 0;
      if (code !== 'EAGAIN') throw unreadable({ file }, `cannot be read (${code}); expected ${wanted}`, wanted, cause);
      // A terminal or pipe that has nothing yet: wait a little, without spinning.
      Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 10);
    }
  }
}

function openFault(cause: unknown): string {
  const code = codeOf(cause);
  if (code === 'ENOENT' || code === 'ENOTDIR') return `no such file; expected ${wanted}`;
  if (code === 'EACCES' || code === 'EPERM') return `may not be read; expected ${wanted} that you may read`;
  return `cannot be opened (${code}); expected ${wanted}`;
}

function codeOf(cause: unknown): string {
  return cause instanceof Error && 'code' in cause ? String(cause.code) : 'unknown';
}
