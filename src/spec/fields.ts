import { z } from 'zod';
import { patternFault } from './pattern.js';
import * as units from './units.js';

/**
 * The small pieces of the schema. In every piece the zod message is the phrase after "expected", and in `shape` the
 * list of known keys: `issues.ts` makes the sentences. `meta` goes into the JSON Schema that editors use.
 */
export type Meta = {
  description: string;
  examples?: unknown[];
  default?: unknown;
};

/** A map with known keys only. */
export function shape<T extends z.core.$ZodLooseShape>(fields: T): z.ZodObject<T, z.core.$strict> {
  const known = Object.keys(fields).join(', ');
  return z.strictObject(fields, { error: (issue) => (issue.code === 'unrecognized_keys' ? known : 'a map') });
}

export const list = <T extends z.ZodType>(item: T, expected: string, most: number) =>
  z.array(item, { error: expected }).max(most, { error: `at most ${most} entries` });

export const filledList = <T extends z.ZodType>(item: T, expected: string, most: number) =>
  list(item, expected, most).min(1, { error: expected });

/** Text that must match a pattern; `expected` says so in words. */
export const text = (pattern: RegExp, expected: string, meta: Meta) =>
  z.string({ error: expected }).regex(pattern, { error: expected }).meta(meta);

/** Names become keys of plain objects: `constructor` is there already. */
const namePattern = /^(?!constructor$)[a-z0-9][a-z0-9_-]{0,62}$/;
const nameExpected = 'a name of lower-case letters, digits, - and _';
export const name = (meta: Meta) => text(namePattern, nameExpected, meta);
export const optionalName = (meta: Meta) => name(meta).optional();

/** One line for people; no control characters, so that it can be shown anywhere. */
export const line = (expected: string, meta: Meta) => text(/^[^\p{Cc}\p{Zl}\p{Zp}]{1,200}$/u, expected, meta);

export const oneOf = <const T extends readonly string[]>(values: T, meta: Meta) =>
  z.literal(values, { error: `one of ${values.join(', ')}` }).meta(meta);

/** Text with a unit: `read` gives the number, `fits` the bounds. */
function measured(
  pattern: RegExp,
  read: (text: string) => number | null,
  fits: (value: number) => boolean,
  expected: string,
  meta: Meta,
) {
  const inside = (value: string): boolean => {
    const number = read(value);
    return number !== null && fits(number);
  };
  return z
    .string({ error: expected })
    .refine(inside, { error: expected })
    .meta({ ...meta, pattern: pattern.source });
}

export function duration(meta: Meta, least: number, most: number) {
  const bounds = `from ${units.durationText(least)} to ${units.durationText(most)}`;
  const expected = `a duration ${bounds}, such as 30s, 10m, 2h or 1d`;
  const fits = (seconds: number): boolean => seconds >= least && seconds <= most;
  return measured(units.durationPattern, units.durationSeconds, fits, expected, meta);
}

export const share = (meta: Meta) =>
  measured(
    units.percentPattern,
    units.percent,
    (v) => v > 0 && v <= 1,
    'a share above 0% and up to 100%, such as 25%',
    meta,
  );

export const shareOrNone = (meta: Meta) =>
  measured(units.percentPattern, units.percent, (v) => v >= 0 && v <= 1, 'a share from 0% to 100%, such as 0.5%', meta);

export const margin = (meta: Meta) =>
  measured(
    units.percentPattern,
    units.percent,
    (v) => v >= 0 && v <= 10,
    'a margin from 0% to 1000%, such as 25%',
    meta,
  );

export const times = (meta: Meta) =>
  measured(units.timesPattern, units.times, (v) => v > 1 && v <= 1000, 'a ratio above 1x, such as 3x', meta);

export const slower = (meta: Meta) =>
  measured(
    units.shiftPattern,
    units.shift,
    (v) => v > 0 && v <= 100,
    'a shift above +0% with its sign, such as +20%',
    meta,
  );

export const shift = (meta: Meta) =>
  measured(
    units.shiftPattern,
    units.shift,
    (v) => v > -1 && v <= 100,
    'a shift with its sign, such as +10% or -5%',
    meta,
  );

export const quantile = (meta: Meta) =>
  measured(units.quantilePattern, units.quantile, (v) => v > 0, 'a quantile such as p50, p95 or p99.9', meta);

export function instant(meta: Meta) {
  const expected = 'an instant such as 2026-11-21T09:00:00Z';
  const exists = (value: string): boolean => !Number.isNaN(Date.parse(value));
  return z.iso.datetime({ offset: true, error: expected }).refine(exists, { error: expected }).meta(meta);
}

export const whole = (expected: string, least: number, most: number, meta: Meta) =>
  z.int({ error: expected }).min(least, { error: expected }).max(most, { error: expected }).meta(meta);

const labelName = z.string().regex(/^[a-zA-Z_][a-zA-Z0-9_./-]{0,127}$/, { error: 'a label name' });

/** Labels and their exact values. */
export const labels = (meta: Meta) =>
  z
    .record(
      labelName,
      z.string({ error: 'text (in quotes when it looks like a number)' }).max(256, { error: 'at most 256 characters' }),
      { error: 'a map of labels to text' },
    )
    .meta(meta);

/** Labels and anchored regular expressions of their values. */
export function patterns(meta: Meta) {
  const expected = 'a regular expression as Prometheus has them, such as 5.. or failed|timeout';
  const pattern = z.string({ error: `${expected} (in quotes when it looks like a number)` });
  const safe = pattern.refine((value) => patternFault(value) === null, {
    error: (issue) => `${expected} (${patternFault(String(issue.input)) ?? ''})`,
  });
  const some = (value: object): boolean => Object.keys(value).length > 0;
  return z
    .record(labelName, safe, { error: 'a map of labels to patterns' })
    .refine(some, { error: 'at least one label' })
    .meta(meta);
}
