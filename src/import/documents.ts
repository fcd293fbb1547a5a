import { LineCounter, parseAllDocuments } from 'yaml';
import { GraywaveError, type Place } from '../errors.js';
import { checkTokens } from '../spec/tokens.js';
import { type Path, plainTree } from '../spec/tree.js';

/** One of the documents of a file, as plain JSON. */
export interface SourceDocument {
  file: string;
  value: unknown;
  locate: (path: Path) => Place;
}

const maxBytes = 1024 * 1024;

/**
 * All documents of a YAML or JSON file. Throws DATA_INVALID with the first mistake in the syntax, SpecError for duplicate
 * keys and for what cannot be kept exactly; in bounded time whatever the text is.
 */
export function readDocuments(text: string, file: string): SourceDocument[] {
  if (Buffer.byteLength(text) > maxBytes) throw wrong({ file }, 'larger than 1 MiB');
  checkTokens(text, file);
  const lines = new LineCounter();
  const at = (offset: number): Place => {
    const { line, col } = lines.linePos(offset);
    return { file, line: Math.max(1, line), column: Math.max(1, col) };
  };
  const parsed = parseAllDocuments(text, {
    lineCounter: lines,
    uniqueKeys: false,
    prettyErrors: false,
    version: '1.2',
  });
  if (!Array.isArray(parsed)) return [];
  return parsed.flatMap((document) => {
    const [error] = document.errors;
    if (error !== undefined) throw wrong(at(error.pos[0]), `not YAML or JSON: ${error.message.split('\n')[0]}`);
    const tree = plainTree(document, at);
    if (tree.value === null) return [];
    return [{ file, value: tree.value, locate: (path: Path) => at(tree.offset(path, false)) }];
  });
}

function wrong(at: Place, message: string): GraywaveError {
  const place = [at.file, at.line, at.column].filter((piece) => piece !== undefined).join(':');
  return new GraywaveError('DATA_INVALID', `${place}: ${message}`, { at });
}
