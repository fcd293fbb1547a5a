import type { Input } from './text.js';
import { wrongData } from './text.js';

/** One record of a table, its keys as written, and the line it begins in (null inside one JSON document). */
export interface Row {
  line: number | null;
  index: number;
  values: Record<string, unknown>;
}

export type Parsed = { shape: 'document'; value: unknown } | { shape: 'rows'; rows: Row[] };

/** JSON document, NDJSON or CSV with a header, told apart by the text itself. Throws DATA_INVALID with the line. */
export function parseData(input: Input): Parsed {
  const start = input.text.trimStart().charAt(0);
  if (start !== '{' && start !== '[') return { shape: 'rows', rows: csv(input) };
  try {
    return { shape: 'document', value: JSON.parse(input.text) as unknown };
  } catch (cause) {
    const lines = input.text.split('\n').filter((line) => line.trim() !== '');
    if (start === '{' && lines.length > 1 && isJson(lines[0] ?? '')) return { shape: 'rows', rows: ndjson(input) };
    throw wrongData({ file: input.file }, `not JSON: ${cause instanceof Error ? cause.message : ''}`, cause);
  }
}

function isJson(text: string): boolean {
  try {
    JSON.parse(text);
    return true;
  } catch {
    // The caller tells why the whole text is none.
    return false;
  }
}

function ndjson({ file, text }: Input): Row[] {
  const rows: Row[] = [];
  for (const [i, line] of text.split('\n').entries()) {
    if (line.trim() === '') continue;
    let value: unknown;
    try {
      value = JSON.parse(line);
    } catch (cause) {
      throw wrongData({ file, line: i + 1 }, 'not a JSON record', cause);
    }
    if (typeof value !== 'object' || value === null || Array.isArray(value))
      throw wrongData({ file, line: i + 1 }, 'expected a JSON object in each line');
    rows.push({ line: i + 1, index: rows.length, values: value as Row['values'] });
  }
  return rows;
}

/** RFC 4180 with `,`, `;` or tab, told by the header; quoted cells may hold separators and line breaks. */
function csv({ file, text }: Input): Row[] {
  const clean = text.replace(/^\uFEFF/, '');
  const head = clean.split('\n', 1)[0] ?? '';
  const separator = [',', '\t', ';'].find((one) => head.includes(one)) ?? ',';
  const records = recordsOf(clean, separator, file);
  const [header, ...rest] = records;
  const names = header?.cells.map((name) => name.trim()) ?? [];
  if (names.length < 2)
    throw wrongData({ file, line: 1 }, 'expected JSON, NDJSON, or CSV whose first line names columns');
  return rest.map(({ cells, line }, index) => {
    if (cells.length !== names.length)
      throw wrongData({ file, line }, `${cells.length} cells; expected ${names.length}, as the first line has`);
    return { line, index, values: Object.fromEntries(names.map((name, i) => [name, cells[i]?.trim() ?? ''])) };
  });
}

function recordsOf(text: string, separator: string, file: string): { cells: string[]; line: number }[] {
  const records: { cells: string[]; line: number }[] = [];
  let [cells, cell, quoted, line, begun]: [string[], string, boolean, number, number] = [[], '', false, 1, 1];
  const close = (): void => {
    if (cells.length > 0 || cell.trim() !== '') records.push({ cells: [...cells, cell], line: begun });
    [cells, cell] = [[], ''];
  };
  for (let i = 0; i < text.length; i++) {
    const char = text.charAt(i);
    if (char === '\n') line += 1;
    if (quoted && char === '"' && text.charAt(i + 1) === '"') {
      cell += '"';
      i += 1;
    } else if (char === '"' && (quoted || cell.trim() === '')) {
      quoted = !quoted;
      if (quoted) cell = '';
    } else if (quoted) cell += char;
    else if (char === separator) {
      cells.push(cell);
      cell = '';
    } else if (char === '\n') {
      close();
      begun = line;
    } else if (char !== '\r') cell += char;
  }
  if (quoted) throw wrongData({ file, line: begun }, 'a quoted cell that begins here has no end');
  close();
  return records;
}
