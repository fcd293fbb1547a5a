import { Lexer, LineCounter } from 'yaml';
import { unreadable } from './error.js';

const maxTokens = 100_000;
const maxFlowDepth = 32;

/**
 * Refuses text that would keep the parser busy for long: a million brackets, keys or anchors. The lexer takes
 * milliseconds where the parser takes seconds, so every text is read in bounded time.
 */
export function checkTokens(text: string, file: string): void {
  let tokens = 0;
  let depth = 0;
  let offset = 0;
  for (const token of new Lexer().lex(text)) {
    tokens += 1;
    if (token === '[' || token === '{') depth += 1;
    if (token === ']' || token === '}') depth = Math.max(0, depth - 1);
    if (depth > maxFlowDepth) {
      throw unreadable(
        placeAt(text, offset, file),
        'too deeply nested; expected at most 32 levels',
        'at most 32 levels',
      );
    }
    if (tokens > maxTokens) {
      const expected = `at most ${maxTokens} words and marks`;
      throw unreadable(placeAt(text, offset, file), `too much in one file; expected ${expected}`, expected);
    }
    if (!isMark(token)) offset += token.length;
  }
}

/** The lexer puts marks of its own, without width, between the pieces of the text. */
const isMark = (token: string): boolean => token === '\u0002' || token === '\u0018' || token === '\u001f';

function placeAt(text: string, offset: number, file: string): { file: string; line: number; column: number } {
  const lines = new LineCounter();
  lines.addNewLine(0);
  for (let i = text.indexOf('\n'); i >= 0 && i < offset; i = text.indexOf('\n', i + 1)) lines.addNewLine(i + 1);
  const { line, col } = lines.linePos(offset);
  return { file, line, column: col };
}
