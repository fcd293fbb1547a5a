import { condition, setHandler, workflowInfo } from '@temporalio/workflow';
import {
  type Act,
  type Answer,
  abortSignal,
  type AbortRequest,
  abortUpdate,
  adoptUpdate,
  approveUpdate,
  extendUpdate,
  pauseSignal,
  pauseUpdate,
  type PromoteRequest,
  promoteUpdate,
  type Request,
  resumeSignal,
  resumeUpdate,
  statusQuery,
  wakeSignal,
} from './messages.js';
import { type Run, say, show, waveOf } from './run.js';

const actsKept = 100;
const longestText = 500;
const longestExtensionSeconds = 30 * 24 * 3600;

/** Registers what people and machines may ask of a running change. Signals act or are ignored; updates also answer. */
export function takeRequests(run: Run): void {
  const { status } = run;
  setHandler(statusQuery, () => status, { description: 'Where the change is, why, and what next.' });

  setHandler(pauseSignal, (request) => void pause(run, request), { description: 'Stop before the next wave.' });
  setHandler(resumeSignal, (request) => void resume(run, request), { description: 'Go on after a pause.' });
  setHandler(abortSignal, (request) => void abort(run, request), { description: 'Stop now and roll back.' });

  setHandler(wakeSignal, () => void (run.wakes += 1), { description: 'From a hold or a lease: look again.' });

  const validator = (_request?: Request): void => goingForward(run);
  setHandler(pauseUpdate, (request) => pause(run, request), { validator });
  setHandler(resumeUpdate, (request) => resume(run, request), { validator });
  setHandler(abortUpdate, (request) => abort(run, request), {
    validator: (request?: AbortRequest) => {
      goingForward(run);
      if (request?.leave && !request.reason) throw new Error('To leave the world as it is needs a reason.');
    },
  });
  setHandler(adoptUpdate, (request) => adopt(run, request), {
    validator: (request?: Request) => {
      goingForward(run);
      if (status.waitsFor?.what !== 'decision')
        throw new Error(`Nobody asks what to do with the world now. ${status.reason}`);
      if (!request?.reason) throw new Error('To adopt the world as it is needs a reason.');
    },
  });
  setHandler(
    approveUpdate,
    (request) => {
      note(run, 'approve', request, status.waitsFor?.detail ?? '');
      run.approved = true;
      return { done: true, text: `Approved: wave ${status.wave} goes on.` };
    },
    {
      validator: (_request?: Request) => {
        goingForward(run);
        if (status.waitsFor?.what !== 'approval') throw new Error(`No approval is asked for now. ${status.reason}`);
      },
    },
  );
  setHandler(
    promoteUpdate,
    async (request) => {
      const all = (request?.all ?? false) || (run.promote?.all ?? false);
      note(run, 'promote', request, all ? `wave ${status.wave} and all after it` : `wave ${status.wave}`);
      const promote: NonNullable<Run['promote']> = { by: who(request), all, answer: null };
      run.promote = promote;
      await condition(() => promote.answer !== null);
      return promote.answer as Answer;
    },
    {
      validator: (_request?: PromoteRequest) => {
        goingForward(run);
        if (run.moving) throw new Error('It is just going on as a new run; ask again in a moment.');
        if (run.promote && !run.promote.answer) throw new Error('A promote is being answered already.');
        if (observed(run)?.phase !== 'observe') throw new Error(`No bake is running now. ${status.reason}`);
      },
    },
  );
  setHandler(
    extendUpdate,
    (request) => {
      const wave = waveOf(run, status.wave);
      note(run, 'extend', request, `wave ${status.wave} by ${request.seconds} s`);
      // Counted from now where the bake is over and the change holds: an end in the past would extend nothing.
      wave.endsAtMs = Math.max(wave.endsAtMs ?? 0, Date.now()) + request.seconds * 1000;
      show(run);
      return { done: true, text: `The bake of wave ${status.wave} ends at ${iso(wave.endsAtMs)} at the latest.` };
    },
    {
      validator: (request) => {
        goingForward(run);
        const seconds = request?.seconds;
        const fits = Number.isFinite(seconds) && seconds > 0 && seconds <= longestExtensionSeconds;
        if (!fits) throw new Error('`seconds` must be a number above 0 and at most 30 days.');
        if (observed(run)?.phase !== 'observe') throw new Error(`No bake is running now. ${status.reason}`);
      },
    },
  );
}

function pause(run: Run, request: Request | undefined): Answer {
  if (isOver(run)) return { done: false, text: run.status.reason };
  note(run, 'pause', request, request?.reason ?? '');
  run.status.paused = true;
  say(run, 'paused', `Paused by ${who(request)}${because(request)}; the changed side is still watched.`);
  return { done: true, text: 'Paused: no wave begins, a finished bake waits, harm still rolls back.' };
}

function resume(run: Run, request: Request | undefined): Answer {
  if (isOver(run)) return { done: false, text: run.status.reason };
  const { paused, wave, waitsFor } = run.status;
  if (!paused) return { done: true, text: 'It is not paused: nothing to resume.' };
  note(run, 'resume', request, request?.reason ?? '');
  run.status.paused = false;
  const waits = waitsFor !== null && waitsFor.what !== 'resume' && waitsFor.what !== 'decision';
  const told = `Resumed by ${who(request)}${because(request)}.`;
  if (waits) say(run, 'waiting', `${told} Waits for ${waitsFor.what}: ${waitsFor.detail}.`);
  else say(run, wave === 0 ? 'planning' : 'rolling_out', told);
  return { done: true, text: wave === 0 ? 'Resumed.' : `Resumed at wave ${wave}.` };
}

/** Takes what a hand has changed as it is; which targets those are is read back when it is carried out. */
function adopt(run: Run, request: Request | undefined): Answer {
  note(run, 'adopt', request, request?.reason ?? '');
  run.adopt = { by: who(request), reason: clipped(request?.reason) };
  run.status.paused = false;
  return { done: true, text: 'Adopted: what a hand has changed stays as it is, and the change goes on with the rest.' };
}

function abort(run: Run, request: AbortRequest | undefined): Answer {
  if (isOver(run)) return { done: false, text: run.status.reason };
  if (!run.abort) {
    // Without a reason nothing is left half changed: a bare signal rolls back.
    const leave = request?.leave === true && clipped(request.reason) !== '';
    note(run, 'abort', request, `${leave ? 'leave it as it is. ' : ''}${clipped(request?.reason)}`);
    run.abort = { by: who(request), reason: clipped(request?.reason), leave };
    run.forward.cancel();
  }
  if (run.touched.length === 0) return { done: true, text: 'Aborted: nothing was touched.' };
  if (run.abort.leave)
    return { done: true, text: 'Aborted: the world stays as it is, and is on record as not restored.' };
  return { done: true, text: run.touched.length > 0 ? 'Aborted: rolling back.' : 'Aborted: nothing was touched.' };
}

/** Also while the end is still being written: what is answered `done` then would be a lie. */
const isOver = (run: Run): boolean => run.over;

function goingForward(run: Run): void {
  if (isOver(run)) throw new Error(`The change goes forward no more (${run.status.state}): ${run.status.reason}`);
}

const observed = (run: Run) => run.status.waves[run.status.wave - 1];
const who = (request: Request | undefined): string => clipped(request?.by) || 'somebody (no name given)';
const because = (request: Request | undefined): string => (request?.reason ? `: ${clipped(request.reason)}` : '');
/** Whatever a signal carries, the status stays small enough to be Temporal's result. */
const clipped = (text: unknown): string => (typeof text === 'string' ? text.slice(0, longestText) : '');
const iso = (ms: number): string => new Date(ms).toISOString();

function note(run: Run, what: Act['what'], request: Request | undefined, detail: string): void {
  run.status.acts.push({ atMs: Date.now(), by: who(request), what, detail: clipped(detail) });
  if (run.status.acts.length > actsKept) run.status.acts.splice(0, run.status.acts.length - actsKept);
}

/** Name of this run in the journal: a run started again under the same id has another. */
export const runName = (): string => workflowInfo().runId;
