import type { z } from 'zod';
import type { Document } from './document.js';
import type { SpecIssue } from './error.js';
import { nearest } from './nearest.js';
import type { Path } from './tree.js';

type Raw = z.core.$ZodIssue;

/** Sentences, with their places, for what zod found. Messages of the schema are the phrase after "expected". */
export function issuesOf(raw: readonly Raw[], document: Document): SpecIssue[] {
  const found = raw.flatMap((issue) => explain(issue, [], document));
  const seen = new Set<string>();
  return found.filter((issue) => {
    const key = `${issue.at.line}:${issue.at.column}:${issue.message}`;
    return seen.size < seen.add(key).size;
  });
}

function explain(raw: Raw, base: Path, document: Document): SpecIssue[] {
  const path: Path = [...base, ...raw.path.map((step) => (typeof step === 'symbol' ? String(step) : step))];
  if (raw.code === 'unrecognized_keys') {
    return raw.keys.map((key) => unknownKey(key, path, raw.message, document));
  }
  if (raw.code === 'invalid_key') {
    const expected = raw.issues[0]?.message ?? 'another name';
    const message = `${pathText(path)}: the key ${JSON.stringify(raw.path.at(-1))} is not ${expected}`;
    return [{ message, at: document.locate(path, { key: true }), expected }];
  }
  if (raw.code === 'invalid_union') {
    const branch = meant(raw.errors);
    if (branch !== undefined) return branch.flatMap((issue) => explain(issue, path, document));
  }
  return [wrongValue(raw, path, document)];
}

/** The one branch of a union whose outer form fits the value; what it says is what the author needs to hear. */
function meant(branches: Raw[][]): Raw[] | undefined {
  const fitting = branches.filter((branch) => !branch.some((issue) => issue.path.length === 0 && isOuter(issue)));
  return fitting.length === 1 ? fitting[0] : undefined;
}

const isOuter = (issue: Raw): boolean => issue.code === 'invalid_type' || issue.code === 'invalid_value';

function unknownKey(key: string, path: Path, known: string, document: Document): SpecIssue {
  const guess = nearest(key, known.split(', '));
  const inside = path.length === 0 ? '' : ` in ${pathText(path)}`;
  const message = `unknown key ${quote(key)}${inside}; expected one of ${known}${meaning(guess)}`;
  const at = document.locate([...path, key], { key: true });
  return { message, at, expected: `one of ${known}`, ...(guess === undefined ? {} : { nearest: guess }) };
}

function wrongValue(raw: Raw, path: Path, document: Document): SpecIssue {
  const value = valueAt(document.value, path);
  const options = optionsOf(raw);
  const expected =
    raw.code === 'invalid_union' && raw.discriminator !== undefined ? `one of ${options.join(', ')}` : raw.message;
  const guess = typeof value === 'string' ? nearest(value, options) : undefined;
  const at = document.locate(path);
  const end = meaning(guess);
  const start = value === undefined ? `${pathText(path)} is missing` : `${pathText(path)} is ${describe(value)}`;
  return {
    message: `${start}; expected ${expected}${end}`,
    at,
    expected,
    ...(guess === undefined ? {} : { nearest: guess }),
  };
}

function optionsOf(raw: Raw): string[] {
  if (raw.code === 'invalid_value') return raw.values.map(String);
  if (raw.code === 'invalid_union' && 'options' in raw && Array.isArray(raw.options)) return raw.options.map(String);
  return [];
}

const meaning = (guess: string | undefined): string => (guess === undefined ? '' : `; did you mean ${quote(guess)}?`);

/** `signals[1].detect`, counting lists from 0 as programs do; the whole file is `the file`. */
export function pathText(path: Path): string {
  const steps = path.map((step) => (typeof step === 'number' ? `[${step}]` : `.${step}`));
  return path.length === 0 ? 'the file' : steps.join('').replace(/^\./, '');
}

const longestQuote = 60;

export function quote(text: string): string {
  return JSON.stringify(text.length > longestQuote ? `${text.slice(0, longestQuote)}…` : text);
}

function describe(value: unknown): string {
  if (value === null) return 'empty';
  if (Array.isArray(value)) return value.length === 0 ? 'an empty list' : `a list of ${value.length}`;
  if (typeof value === 'object') return 'a map';
  return typeof value === 'string' ? quote(value) : `the ${typeof value} ${JSON.stringify(value)}`;
}

function valueAt(value: unknown, path: Path): unknown {
  let here = value;
  for (const step of path) {
    if (here === null || typeof here !== 'object' || !Object.hasOwn(here, step)) return undefined;
    here = Reflect.get(here, step);
  }
  return here;
}
