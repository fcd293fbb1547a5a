import { readFileSync, statSync } from 'node:fs';
import { gunzipSync } from 'node:zlib';
import { GraywaveError, messageOf, type Place } from '../errors.js';

/** Text of a file that somebody handed over. */
export interface Input {
  file: string;
  text: string;
}

const maxBytes = 256 * 2 ** 20;

export const wrongData = (at: Place, message: string, cause?: unknown): GraywaveError => {
  const place = [at.file, at.line, at.column].filter((piece) => piece !== undefined).join(':');
  return new GraywaveError('DATA_INVALID', `${place}: ${message}`, { at, ...(cause === undefined ? {} : { cause }) });
};

/** Gzip begins with these two bytes. */
const unzipped = (bytes: Uint8Array): Uint8Array =>
  bytes[0] === 0x1f && bytes[1] === 0x8b ? gunzipSync(bytes, { maxOutputLength: maxBytes }) : bytes;

/** Reads a file, gzipped or not, `-` for standard input, as UTF-8. Throws DATA_INVALID with the reason. */
export function readText(path: string, { stdin = 0 }: { stdin?: number } = {}): Input {
  const file = path === '-' ? '<stdin>' : path;
  let bytes: Uint8Array;
  try {
    if (path !== '-' && statSync(path).size > maxBytes) throw new Error('larger than 256 MiB');
    bytes = unzipped(readFileSync(path === '-' ? stdin : path));
  } catch (cause) {
    throw wrongData({ file }, `cannot be read: ${messageOf(cause)}`, cause);
  }
  try {
    const text = new TextDecoder('utf-8', { fatal: true }).decode(bytes);
    if (text.trim() === '') throw wrongData({ file }, 'the file is empty');
    return { file, text };
  } catch (cause) {
    if (cause instanceof GraywaveError) throw cause;
    throw wrongData({ file }, 'not UTF-8 text', cause);
  }
}
