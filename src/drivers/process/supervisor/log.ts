import { existsSync, fsyncSync, openSync, readFileSync, truncateSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import type { AppliedEntry, RefusedEntry } from '../wire.js';

/** The fleet's own account of what was done to it, independent of Graywave's; crash tests read it. */
export interface TouchLog {
  /** On disk when it returns. A line that is there already is not written twice. */
  applied(entry: AppliedEntry): void;
  refused(entry: RefusedEntry): void;
}

export function touchLog(stateDir: string): TouchLog {
  const appliedFile = join(stateDir, 'applied.ndjson');
  const refusedFile = join(stateDir, 'refused.ndjson');
  const written = new Set(wholeLines(appliedFile));
  wholeLines(refusedFile);
  const applied = openSync(appliedFile, 'a');
  const refused = openSync(refusedFile, 'a');
  const append = (handle: number, line: string): void => {
    writeSync(handle, `${line}\n`);
    fsyncSync(handle);
  };
  return {
    applied(entry) {
      const line = JSON.stringify(entry);
      if (written.has(line)) return;
      append(applied, line);
      written.add(line);
    },
    refused: (entry) => append(refused, JSON.stringify(entry)),
  };
}

/** The lines of the file; a last line that a crash cut off is cut away, it was never answered for. */
function wholeLines(file: string): string[] {
  if (!existsSync(file)) return [];
  const text = readFileSync(file);
  const end = text.lastIndexOf(10) + 1;
  if (end < text.length) truncateSync(file, end);
  return text.subarray(0, end).toString().split('\n').slice(0, -1);
}
