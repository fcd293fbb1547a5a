import { readChange } from '../spec/read.js';
import type { ChangeSpec } from '../spec/types.js';

/** Reads a change given as text or as an object, by the same rules as a file. */
export function readSubmission(change: string | object): ChangeSpec {
  const text = typeof change === 'string' ? change : JSON.stringify(change, null, 2);
  return readChange(text, { file: typeof change === 'string' ? '(text)' : '(object)' }).spec;
}
