/**
 * Every error a user can meet: code → what to do next. `docs/errors.md` has a page for each code, and a test keeps
 * the two lists equal.
 */
export const errorHints = {
  SPEC_INVALID: 'Correct the place shown and run `graywave validate FILE` again.',
  SPEC_UNREADABLE: 'Check the path, and that the file is UTF-8 text of at most 1 MiB with YAML or JSON in it.',
  DATA_INVALID: 'Correct the place shown; docs/judge-files.md has the forms that series, cells and evidence may have.',
  IMPORT_UNKNOWN:
    'Give a Kayenta canary config, Argo Rollouts AnalysisTemplates, or a Flagger Canary; say which with --as.',
  SPEC_DIFFERS: 'A change with this id was submitted with another spec. Give the new spec an id of its own.',
  CONFIG_INVALID: 'Correct the worker configuration; `graywave doctor` shows what it understood.',
  DRIVER_UNKNOWN: 'Use a driver the worker knows (`graywave doctor` lists them), or start the worker that serves it.',
  SOURCE_UNKNOWN:
    'Use a source the worker knows (`graywave doctor` lists them), or add it to the worker configuration.',
  NOISE_UNKNOWN:
    'Learn one with `graywave judge learn` and name its file under `noise` in the worker configuration, or leave `noise` out.',
  SOURCE_DOWN: 'Check that the metric source answers; the bake goes on by itself when it does.',
  SOURCE_ANSWER: 'The metric source answered something that cannot be read; check the metric names in the spec.',
  SIGNAL_EMPTY: 'Check counter, histogram, labels and service of the signal: nothing on the source matches it.',
  PLAN_REFUSED: 'Correct the change as the message says, and submit it under a new id.',
  TOUCH_REFUSED: 'Nothing to do: Temporal no longer lets this attempt touch the world, and nothing was touched.',
  HELD: 'Nothing to do: a hold is over the change, and it goes on by itself when the hold ends; `graywave holds` lists them.',
  HELD_STILL: 'Nothing to do: the hold is asked for again until it has ended.',
  TOUCH_STALE: 'Nothing to do: a newer record of the journal owns the target, and nothing was touched.',
  TARGET_DOWN: 'Check that the system which owns the targets answers; the step goes on by itself when it does.',
  WORLD_CHANGED:
    'Somebody changed the target by hand: put it back and `graywave resume ID`, `graywave adopt ID`, or `graywave abort ID`.',
  APPLY_FAILED: 'Look at the target; the change is being rolled back.',
  OUTCOME_UNKNOWN: 'Look at the target: was it touched? Then resume (it is tried again), adopt it as it is, or abort.',
  VERIFY_FAILED: 'Look at the target: it does not show what was applied.',
  REVERT_FAILED: 'Look at the target: it could not be taken back to its before-state.',
  JOURNAL_BEHIND: 'Nothing to do: the world is ahead of this run, which now only restores.',
  JOURNAL_BUSY: 'Another change is unsettled on the same resource; this one waits for it.',
  HOLD_THERE: '`graywave holds` shows who holds it and until when; `graywave hold` with a later end makes it longer.',
  HOLD_UNKNOWN: '`graywave holds` lists the holds there are.',
  JOURNAL_UNWRITABLE: 'Check disk space and permissions of the state directory.',
  CELLS_BROKEN:
    'The stored looks were damaged or edited: the verdict on record stands, but it cannot be recomputed from them.',
  JOURNAL_NEEDED: 'Set DATABASE_URL, or run the worker on the same machine as its Temporal server.',
  TEMPORAL_UNREACHABLE: 'Start one with `graywave up`, or set TEMPORAL_ADDRESS or TEMPORAL_PROFILE.',
  TEMPORAL_BINARY: 'Set TEMPORAL_CLI_PATH, or put `temporal` on the PATH, or install Go 1.25 or newer and try again.',
  ATTRIBUTES_MISSING: 'Run the command shown once against the namespace, then start the worker again.',
  CHANGE_UNKNOWN: 'Run `graywave list` to see the changes there are.',
  CHANGE_ENDED: 'The change has ended: `graywave status ID` shows how.',
  REQUEST_REFUSED: 'Run `graywave status ID` to see what the change is waiting for.',
  NOT_ANSWERED:
    'The request was sent but no worker answered in time: check that a worker runs, then `graywave status ID`.',
  NOTICE_FAILED: 'Nothing to do: it is told again. If it goes on, check that the receiver of the channel answers.',
  NOTICE_REFUSED:
    'Correct the channel under `notify` in the worker configuration; until then its notices reach nobody.',
  PORT_TAKEN: 'Stop what listens there, or choose another port.',
  USAGE: 'Run the command with --help to see examples.',
  INTERNAL: 'This is a bug in Graywave. Please report it with the text above.',
} as const;

export type ErrorCode = keyof typeof errorHints;

/** Where in a file: 1-based line and column. */
export interface Place {
  file: string;
  line?: number;
  column?: number;
}

/** An error a user can act on: what happened, where, and (by its code) what to do next. */
export class GraywaveError extends Error {
  override readonly name = 'GraywaveError';
  readonly code: ErrorCode;
  readonly hint: string;
  readonly at: Place | undefined;
  /** More that a program can act on; carried to whoever called the activity. */
  readonly data: Record<string, unknown>;

  constructor(
    code: ErrorCode,
    message: string,
    options: { hint?: string; at?: Place; data?: Record<string, unknown>; cause?: unknown } = {},
  ) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    this.code = code;
    this.hint = options.hint ?? errorHints[code];
    this.at = options.at;
    this.data = options.data ?? {};
  }
}

/** The text of anything thrown, for messages; never `[object Object]`. */
export function messageOf(error: unknown): string {
  if (error instanceof Error) {
    const cause = error.cause instanceof Error ? error.cause.message : '';
    return cause === '' || error.message.includes(cause) ? error.message : `${error.message}: ${cause}`;
  }
  return typeof error === 'string' ? error : JSON.stringify(error);
}
