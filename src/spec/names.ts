import type { ErrorCode, Place } from '../errors.js';
import { SpecError, type SpecIssue } from './error.js';
import { quote } from './issues.js';
import { nearest } from './nearest.js';
import type { Path } from './tree.js';
import type { ChangeSpec } from './types.js';

/** What a worker knows. */
export interface KnownNames {
  drivers: readonly string[];
  sources: readonly string[];
  /** Noise profiles beside `default`; absent: not known here, and not checked. */
  noises?: readonly string[];
}

type Locate = (path: Path) => Place;

/**
 * Throws SpecError (DRIVER_UNKNOWN, SOURCE_UNKNOWN, NOISE_UNKNOWN) when the change names a driver, source or noise profile
 * that nobody serves.
 */
export function checkNames(spec: ChangeSpec, known: KnownNames, locate: Locate): void {
  const drivers = spec.parts.flatMap((part, i) =>
    unknown(part.driver, known.drivers, 'driver', ['parts', i, 'driver'], locate),
  );
  const sources = spec.signals.flatMap((signal, i) =>
    unknown(signal.source, known.sources, 'source', ['signals', i, 'source'], locate),
  );
  const noises = spec.signals.flatMap((signal, i) => {
    if (signal.kind !== 'gauge' || known.noises === undefined) return [];
    return unknown(signal.noise, ['default', ...known.noises], 'noise profile', ['signals', i, 'noise'], locate);
  });
  const issues = [...drivers, ...sources, ...noises];
  const code: ErrorCode =
    drivers.length > 0 ? 'DRIVER_UNKNOWN' : sources.length > 0 ? 'SOURCE_UNKNOWN' : 'NOISE_UNKNOWN';
  if (issues.length > 0) throw new SpecError(code, issues);
}

function unknown(found: string, known: readonly string[], word: string, path: Path, locate: Locate): SpecIssue[] {
  if (known.includes(found)) return [];
  const guess = nearest(found, known);
  const expected = known.length === 0 ? `a ${word} that the worker knows; it knows none` : `one of ${known.join(', ')}`;
  const meant = guess === undefined ? '' : `; did you mean ${quote(guess)}?`;
  const message = `unknown ${word} ${quote(found)}; expected ${expected}${meant}`;
  return [{ message, at: locate(path), expected, ...(guess === undefined ? {} : { nearest: guess }) }];
}
