import { type ErrorCode, GraywaveError, messageOf } from '../errors.js';
import { SpecError } from '../spec/error.js';

/** Exit codes, stable; documented in docs/errors.md. */
export const exitCodes = {
  ok: 0,
  'change did not complete': 1,
  usage: 2,
  'not reachable': 3,
  refused: 4,
  internal: 5,
  inconclusive: 6,
  'no verdict': 7,
  interrupted: 130,
} as const;

export type Exit = keyof typeof exitCodes;

/** Ends the process once everything written has been flushed. */
export function exitWith(exit: Exit): void {
  process.exitCode = exitCodes[exit];
}

const unreachable: readonly ErrorCode[] = [
  'TEMPORAL_UNREACHABLE',
  'TEMPORAL_BINARY',
  'NOT_ANSWERED',
  'SOURCE_DOWN',
  'ATTRIBUTES_MISSING',
  'JOURNAL_NEEDED',
  'JOURNAL_UNWRITABLE',
];
const refused: readonly ErrorCode[] = [
  'SPEC_DIFFERS',
  'REQUEST_REFUSED',
  'CHANGE_ENDED',
  'CHANGE_UNKNOWN',
  'PLAN_REFUSED',
  'PORT_TAKEN',
  'HOLD_THERE',
  'HOLD_UNKNOWN',
  'JOURNAL_BEHIND',
];

function exitOf(code: ErrorCode): Exit {
  if (unreachable.includes(code)) return 'not reachable';
  if (refused.includes(code)) return 'refused';
  return code === 'INTERNAL' ? 'internal' : 'usage';
}

/** Prints an error as people (what, where, what next) or programs want it, and sets the exit code. */
export function report(error: unknown, json: boolean): void {
  const known =
    error instanceof GraywaveError ? error : new GraywaveError('INTERNAL', messageOf(error), { cause: error });
  exitWith(exitOf(known.code));
  if (json) {
    const issues = known instanceof SpecError ? { issues: known.issues } : {};
    const body = { code: known.code, message: known.message, hint: known.hint, at: known.at ?? null, ...issues };
    process.stdout.write(`${JSON.stringify({ error: body })}\n`);
    return;
  }
  process.stderr.write(`${known.message}\n  ${known.code}: ${known.hint}\n`);
  if (known.code === 'INTERNAL' && error instanceof Error) process.stderr.write(`${error.stack ?? ''}\n`);
}
