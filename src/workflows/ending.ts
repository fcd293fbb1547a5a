import { ActivityFailure } from '@temporalio/workflow';
import type { Entry } from '../journal/port.js';
import { afterwards } from './afterwards.js';
import type { TerminalState } from './messages.js';
import { askNote, askRecall, askSettle } from './record.js';
import { runName } from './requests.js';
import { rollBack } from './rollback.js';
import { resourcesOf, type Run, type Stop, say, show, type Touched, verdictFound } from './run.js';

/** How long the end waits for a journal that does not answer; pending in the Temporal UI all the while. */
const settleLimitMs = 24 * 3600 * 1000;

/** The way back, as far as anything was touched. */
export async function takenBack(run: Run, stop: Stop): Promise<void> {
  if (run.touched.length === 0) return untouched(run, stop);
  const wave = run.status.waves[run.status.wave - 1];
  if (wave) Object.assign(wave, { phase: 'stopped', endedMs: Date.now() });
  if (run.abort?.leave) return leaveAsIs(run, run.abort);
  await restore(run, run.touched, stop.message);
}

/** Somebody wants the world left half changed: on record, and never called restored. */
async function leaveAsIs(run: Run, { by: person, reason }: { by: string; reason: string }): Promise<void> {
  const changeId = run.input.spec.id;
  const targets = [...new Set(run.touched.flatMap((entry) => entry.targets))];
  const record = { kind: 'act', act: 'leave', changeId, key: `${changeId}/leave`, person, reason, targets } as const;
  say(run, 'waiting', `Left as it is by ${person}; putting that on record.`);
  try {
    await run.noted;
    const answer = await askNote({ record, expect: run.epoch }, settleLimitMs);
    if (answer.outcome === 'taken') run.epoch = answer.epoch;
  } catch {
    // The settling below says what became of the journal.
  }
  await settle(run, 'not_restored', leftAsItIs(person, reason, targets));
}

const leftAsItIs = (person: string, reason: string, targets: string[]): string =>
  `Left as it is by ${person}: ${sentence(reason)} Changed, or begun to be: ${targets.join(', ')}.`;

/** This run touched nothing, though a gate it did not wait for may have left its record; an earlier run may have. */
async function untouched(run: Run, stop: Stop): Promise<void> {
  const entries = await recall(run);
  if (entries.some((entry) => entry.by !== runName()))
    return catchUp(run, entries, `${sentence(stop.message)} An earlier run of this change had touched the world.`);
  const state: TerminalState = stop.kind === 'refused' ? 'intercepted' : 'cancelled';
  await settle(run, state, `${sentence(stop.message)} Nothing was touched.`);
}

const recall = (run: Run): Promise<Entry[]> => askRecall(run.input.spec.id);

async function restore(run: Run, touched: Touched[], reason: string): Promise<void> {
  const restored = await rollBack(run, touched, reason);
  const after = restored.whole ? await afterwards(run, touched) : '';
  const told = `${sentence(reason)} Rolled back: ${restored.account}.${after}`;
  await settle(run, restored.whole ? 'rolled_back' : 'not_restored', told);
}

/** The journal's last record of the change frees its resources; without it the world is as told, but not settled. */
export async function settle(run: Run, state: TerminalState, reason: string): Promise<void> {
  if (!run.onRecord) return end(run, state, reason);
  run.status.reason = `${reason} Settling: the journal's last record frees the resources.`;
  show(run);
  try {
    await run.noted.catch(() => undefined);
    const request = { changeId: run.input.spec.id, expect: run.epoch, state, reason, resources: resourcesOf(run) };
    const answer = await askSettle(request, settleLimitMs);
    if (answer.outcome === 'behind') return await unsettled(run, answer.last, state, reason);
    end(run, state, reason);
  } catch (error) {
    const cause = error instanceof ActivityFailure ? (error.cause ?? error) : error;
    end(
      run,
      state,
      `${reason} The journal could not be written (${cause instanceof Error ? cause.message : String(cause)}): its resources stay locked.`,
    );
  }
}

/** Another run has written since, or the journal has lost what it knew. What another run touched is restored, once. */
async function unsettled(run: Run, last: Entry | null, state: TerminalState, reason: string): Promise<void> {
  if (last?.kind === 'settle') return endAsRecorded(run, last);
  if (last !== null && !run.caughtUp) {
    return catchUp(run, await recall(run), `${reason} Another run of this change had touched more.`);
  }
  const why = last ? 'another run of this change has written to it since' : 'it knows nothing of this change';
  end(run, state, `${sentence(reason)} The journal was not settled: ${why}.`);
}

const sentence = (text: string): string => (/[.!?]$/.test(text) ? text : `${text}.`);

function end(run: Run, state: TerminalState, reason: string): void {
  run.status.endedMs = Date.now();
  run.status.waitsFor = null;
  say(run, state, reason, verdictFound(run));
}

/** The journal is ahead: end as recorded, or restore what is unsettled. */
export async function catchUp(run: Run, entries: Entry[], why: string): Promise<void> {
  const last = entries.at(-1);
  if (last?.kind === 'settle') {
    const { retry } = run.input;
    if (!retry || last.state !== 'not_restored') return endAsRecorded(run, last);
    const epoch = await takeUp(run, last, retry);
    if (epoch === null) return;
    why = `Taken up again by ${retry.by}: ${retry.reason}`;
    entries = [...entries, { ...last, epoch }];
  }
  if (last?.kind === 'act' && last.act === 'leave') {
    run.epoch = last.epoch;
    run.onRecord = true;
    return settle(run, 'not_restored', leftAsItIs(last.person, last.reason, last.targets));
  }
  run.caughtUp = true;
  takeRecordedSpec(run, entries);
  run.status.adopted = entries.flatMap((entry) => (entry.kind === 'act' && entry.act === 'adopt' ? entry.targets : []));
  const recorded = entries
    .filter((entry): entry is Entry & { kind: 'touch' } => entry.kind === 'touch')
    .map((entry) => ({
      part: entry.part,
      driver: entry.driver,
      wave: Number(entry.key.split('/').at(-2)),
      targets: entry.targets,
      before: entry.before,
      epoch: entry.epoch,
    }));
  // Before-states are in history too: what a journal that was lost does not know is restored all the same.
  const known = new Set(recorded.map((touched) => touched.epoch));
  run.touched = [...recorded, ...run.touched.filter((touched) => !known.has(touched.epoch))].sort(
    (a, b) => a.epoch - b.epoch,
  );
  run.epoch = entries.at(-1)?.epoch ?? run.epoch;
  // Newer than whatever an earlier attempt to restore has shown the targets.
  for (const touched of run.touched) touched.epoch = run.epoch;
  run.onRecord = true;
  await restore(run, run.touched, why);
}

function endAsRecorded(run: Run, last: Entry & { kind: 'settle' }): void {
  end(run, last.state as TerminalState, `This change had ended before: ${last.reason}`);
}

/** Owns the resources again, if nobody else has them; null when the change has to stay as it ended. */
async function takeUp(
  run: Run,
  last: Entry & { kind: 'settle' },
  { by: person, reason }: { by: string; reason: string },
): Promise<number | null> {
  const changeId = run.input.spec.id;
  const key = `${changeId}/retry/${runName()}`;
  const record = { kind: 'act', act: 'retry', changeId, key, person, reason, targets: [] as string[] } as const;
  const answer = await askNote({ record, expect: last.epoch });
  if (answer.outcome === 'taken') return answer.epoch;
  const why =
    answer.outcome === 'busy'
      ? `${answer.resource} is held by change ${answer.holder}`
      : 'another run of this change has written to the journal since';
  end(run, 'not_restored', `Not taken up again: ${why}. ${last.reason}`);
  return null;
}

/** What was touched is taken back by the spec under which it was touched. */
function takeRecordedSpec(run: Run, entries: Entry[]): void {
  const first = entries.find((entry): entry is Entry & { kind: 'touch' } => entry.kind === 'touch');
  if (first?.submitted && first.specHash !== run.input.specHash) run.parts = first.submitted.spec.parts;
}
