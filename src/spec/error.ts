import { type ErrorCode, GraywaveError, type Place } from '../errors.js';

/** One mistake in a file: what is there, where, what was expected, and what was probably meant. */
export interface SpecIssue {
  /** One sentence without the place; says what is there, what was expected, and the nearest known word. */
  message: string;
  at: Place;
  expected: string;
  nearest?: string;
}

/** `file:line:column`, as editors and terminals understand it. */
export function placeText(at: Place): string {
  return [at.file, at.line, at.column].filter((piece) => piece !== undefined).join(':');
}

/** From the top of the file to its end, as a person works through it. */
function byPlace(a: SpecIssue, b: SpecIssue): number {
  return (a.at.line ?? 0) - (b.at.line ?? 0) || (a.at.column ?? 0) - (b.at.column ?? 0);
}

/** Everything wrong with a file at once. `message` has one line an issue and already names the places. */
export class SpecError extends GraywaveError {
  readonly issues: readonly SpecIssue[];

  constructor(code: ErrorCode, found: readonly SpecIssue[], options: { cause?: unknown; hint?: string } = {}) {
    const issues = found.toSorted(byPlace);
    const text = issues.map((issue) => `${placeText(issue.at)}: ${issue.message}`).join('\n');
    const at = issues[0]?.at;
    super(code, text, { ...options, ...(at === undefined ? {} : { at }) });
    this.issues = issues;
  }
}

/** A file that could not be read at all: one issue, one sentence. */
export function unreadable(at: Place, message: string, expected: string, cause?: unknown): SpecError {
  return new SpecError('SPEC_UNREADABLE', [{ message, at, expected }], cause === undefined ? {} : { cause });
}
