/** One line of a `/metrics` page. */
export interface Sample {
  name: string;
  labels: Record<string, string>;
  value: number;
  /** Unix ms where the page gives one; else the time of the scrape holds. */
  atMs: number | null;
}

const maxLineLength = 1_000_000;
const nameStart = /[a-zA-Z_:]/;
const nameChars = /[a-zA-Z0-9_:]*/y;
const number = /^[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?$/;

/**
 * Prometheus text exposition 0.0.4. Like Prometheus: one line that cannot be read spoils the page, for half a page is
 * not a state the process was in; of a series given twice the first counts. Of metrics other than `wanted` only the name
 * is read: most of a page is of no interest to a look. Throws Error naming the line.
 */
export function parseExposition(text: string, wanted: ReadonlySet<string> | null = null): Sample[] {
  const samples: Sample[] = [];
  const seen = new Set<string>();
  let lineNumber = 0;
  for (let start = 0; start < text.length; ) {
    const newline = text.indexOf('\n', start);
    const end = newline === -1 ? text.length : newline;
    lineNumber += 1;
    if (end - start > maxLineLength) throw new Error(`line ${lineNumber}: longer than ${maxLineLength} characters`);
    if (wanted !== null && passedOver(text, start, wanted)) {
      start = end + 1;
      continue;
    }
    const line = text.slice(start, end).trim();
    start = end + 1;
    if (line === '' || line.startsWith('#')) continue;
    const { sample, series } = parseLine(line, lineNumber);
    if (seen.has(series)) continue;
    seen.add(series);
    samples.push(sample);
  }
  return samples;
}

/** A comment, or a metric that is not wanted. */
function passedOver(text: string, start: number, wanted: ReadonlySet<string>): boolean {
  if (text.charCodeAt(start) === 35) return true;
  nameChars.lastIndex = start;
  nameChars.test(text);
  const end = nameChars.lastIndex;
  return end > start && nameStart.test(text.charAt(start)) && !wanted.has(text.slice(start, end));
}

function parseLine(line: string, lineNumber: number): { sample: Sample; series: string } {
  const broken = (what: string): never => {
    throw new Error(`line ${lineNumber}: ${what}: ${line.slice(0, 80)}`);
  };
  nameChars.lastIndex = 0;
  if (!nameStart.test(line.charAt(0))) broken('no metric name');
  const name = nameChars.exec(line)?.[0] ?? '';
  const labels: Record<string, string> = {};
  let at = skipBlanks(line, name.length);
  if (line.charAt(at) === '{') at = parseLabels(line, at + 1, labels, broken);
  const [value = '', stamp, ...rest] = line
    .slice(at)
    .trim()
    .split(/[ \t]+/);
  if (rest.length > 0 && !rest[0]?.startsWith('#') && !stamp?.startsWith('#')) broken('too many fields');
  const hasStamp = stamp !== undefined && !stamp.startsWith('#');
  if (hasStamp && !/^[+-]?\d{1,16}$/.test(stamp)) broken('bad timestamp');
  const atMs = hasStamp ? Number(stamp) : null;
  return {
    sample: { name, labels, value: valueOf(value) ?? broken('bad value'), atMs },
    series: line.slice(0, at).trim(),
  };
}

/** A label of this name, assigned, would not become one. */
const plainly = { enumerable: true, configurable: true, writable: true };

function parseLabels(
  line: string,
  from: number,
  labels: Record<string, string>,
  broken: (what: string) => never,
): number {
  let at = skipBlanks(line, from);
  while (line.charAt(at) !== '}') {
    nameChars.lastIndex = at;
    const name = nameChars.exec(line)?.[0] ?? '';
    if (name === '' || /^\d/.test(name) || name.includes(':')) broken('bad label name');
    at = skipBlanks(line, at + name.length);
    if (line.charAt(at) !== '=') broken('no = after a label name');
    at = skipBlanks(line, at + 1);
    if (line.charAt(at) !== '"') broken('label value is not quoted');
    const [value, end] = parseQuoted(line, at + 1, broken);
    if (Object.hasOwn(labels, name)) broken(`label ${name} given twice`);
    if (name === '__proto__') Object.defineProperty(labels, name, { ...plainly, value });
    else labels[name] = value;
    at = skipBlanks(line, end);
    if (line.charAt(at) === ',') at = skipBlanks(line, at + 1);
    else if (line.charAt(at) !== '}') broken('no } after the labels');
  }
  return at + 1;
}

const escapes: Record<string, string> = { n: '\n', '"': '"', '\\': '\\' };

function parseQuoted(line: string, from: number, broken: (what: string) => never): [string, number] {
  let value = '';
  for (let start = from; ; ) {
    let at = start;
    while (at < line.length && line.charCodeAt(at) !== 34 && line.charCodeAt(at) !== 92) at += 1;
    if (at >= line.length) broken('label value has no end');
    value += line.slice(start, at);
    if (line.charAt(at) === '"') return [value, at + 1];
    const escaped = line.charAt(at + 1);
    value += escapes[escaped] ?? `\\${escaped}`;
    start = at + 2;
  }
}

function skipBlanks(line: string, from: number): number {
  let at = from;
  while (line.charAt(at) === ' ' || line.charAt(at) === '\t') at += 1;
  return at;
}

function valueOf(text: string): number | null {
  if (number.test(text)) return Number(text);
  const word = text.toLowerCase();
  if (word === 'nan') return Number.NaN;
  if (word === '+inf' || word === 'inf') return Infinity;
  return word === '-inf' ? -Infinity : null;
}
