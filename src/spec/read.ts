import { type Document, readDocument } from './document.js';
import { SpecError, type SpecIssue } from './error.js';
import { issuesOf, quote } from './issues.js';
import { nearest } from './nearest.js';
import { normalise } from './normalise.js';
import { faultsOf } from './relations.js';
import { change } from './schema.js';
import type { ChangeSpec } from './types.js';

export interface ReadChange {
  spec: ChangeSpec;
  /** What is allowed and still worth a second thought. */
  warnings: SpecIssue[];
  /** Where a value of the written form stands, for what is found wrong later. */
  locate: Document['locate'];
}

/**
 * Reads a change from YAML or JSON: checked, every default filled in. Touches nothing and knows no worker: whether
 * drivers and sources exist is asked by `checkNames`. Throws SpecError (SPEC_INVALID, SPEC_UNREADABLE) with all
 * mistakes and their places.
 */
export function readChange(input: string | Uint8Array, options: { file: string }): ReadChange {
  const document = readDocument(input, options.file);
  const header = headerIssues(document);
  if (header.length > 0) throw new SpecError('SPEC_INVALID', header);
  const parsed = change.safeParse(document.value);
  if (!parsed.success) throw new SpecError('SPEC_INVALID', issuesOf(parsed.error.issues, document));
  const spec = normalise(parsed.data);
  const faults = faultsOf(spec).map(({ path, ...fault }) => ({ ...fault, at: document.locate(path) }));
  if (faults.length > 0) throw new SpecError('SPEC_INVALID', faults);
  return { spec, warnings: [...document.warnings, ...warningsOf(spec, document)], locate: document.locate };
}

/** A file of another version or kind is wrong as a whole; what else would be said of it is noise. */
function headerIssues(document: Document): SpecIssue[] {
  const { value, locate } = document;
  if (value === null || typeof value !== 'object' || Array.isArray(value)) {
    const message = 'the file is no map; expected a change that begins with apiVersion: graywave/v1';
    return [{ message, at: locate([]), expected: 'a map' }];
  }
  const wanted: [key: string, only: string][] = [
    ['apiVersion', 'graywave/v1'],
    ['kind', 'Change'],
  ];
  return wanted.flatMap(([key, only]): SpecIssue[] => {
    const found: unknown = Object.hasOwn(value, key) ? Reflect.get(value, key) : undefined;
    if (found === only) return [];
    const similar = Object.keys(value).find((other) => nearest(other, [key]) === key && other !== key);
    const at = locate(similar === undefined || found !== undefined ? [key] : [similar], { key: found === undefined });
    if (found === undefined) {
      const meant = similar === undefined ? '' : `; did you mean ${quote(key)} instead of ${quote(similar)}?`;
      const message = `${key} is missing; expected ${key}: ${only}${meant}`;
      return [{ message, at, expected: `${key}: ${only}`, ...(similar === undefined ? {} : { nearest: key }) }];
    }
    const guess = typeof found === 'string' ? nearest(found, [only]) : undefined;
    const meant = guess === undefined ? '' : `; did you mean ${quote(guess)}?`;
    const shown = typeof found === 'string' ? quote(found) : quote(JSON.stringify(found));
    const message = `${key} is ${shown}; expected ${only}${meant}`;
    return [{ message, at, expected: only, ...(guess === undefined ? {} : { nearest: guess }) }];
  });
}

function warningsOf(spec: ChangeSpec, document: Document): SpecIssue[] {
  const warnings: SpecIssue[] = [];
  const add = (path: (string | number)[], message: string, expected: string): void => {
    warnings.push({ message, at: document.locate(path), expected });
  };
  if (spec.signals.length === 0) {
    const message = 'no signals: nothing can be proven, so no wave is promoted early and every bake ends inconclusive';
    add(['signals'], message, 'at least one signal');
  } else if (spec.signals.every((signal) => !signal.prove)) {
    add(
      ['signals'],
      'every signal has prove: false: nothing has to be proven before a wave is promoted',
      'one signal to prove',
    );
  }
  if (spec.waves !== 'auto' && spec.waves.length === 1) {
    const message = 'one wave changes everything at once: there is no unchanged side to compare with';
    add(['waves', 0], message, 'a smaller wave before it, or waves: auto');
  }
  return warnings;
}
