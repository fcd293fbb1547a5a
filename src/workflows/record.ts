import { isCancellation } from '@temporalio/workflow';
import type {
  GateAnswer,
  GateRequest,
  NoteAnswer,
  NoteRequest,
  SettleAnswer,
  SettleRequest,
} from '../activities/types.js';
import type { Entry } from '../journal/port.js';
import { beside, own, urgent } from './proxies.js';

let turn: Promise<unknown> = Promise.resolve();

/**
 * One after the other, in the whole workflow: of two that run beside the same task at once, a replay may hear in the other
 * order, and then what each leads to comes in the other order too.
 */
export function inTurn<T>(ask: () => Promise<T>): Promise<T> {
  const mine = turn.then(ask);
  turn = mine.catch(() => undefined);
  return mine;
}

/**
 * Asks the journal beside the workflow task: one event and no round trip through a queue. It is a short question, and a
 * write asked again under the same key gets the same answer. When there is none within seconds, an activity of its own,
 * visible as pending, asks until there is.
 */
export async function askGate(
  request: GateRequest,
  summary: string,
  meanwhile: (ask: () => Promise<void>) => Promise<void>,
): Promise<GateAnswer> {
  try {
    return await inTurn(() => beside.gate.executeWithOptions({ summary }, [request]));
  } catch (error) {
    if (isCancellation(error)) throw error;
    // A journal that does not answer is waited for; what is changed already is not left out of sight for that.
    let answer: GateAnswer | null = null;
    await meanwhile(async () => {
      answer = await own.gate.executeWithOptions({ summary }, [request]);
    });
    if (answer === null) throw new Error('the gate gave no answer', { cause: error });
    return answer;
  }
}

export async function askRecall(changeId: string): Promise<Entry[]> {
  const summary = 'what is on record of this change?';
  try {
    return await inTurn(() => beside.recall.executeWithOptions({ summary }, [changeId]));
  } catch (error) {
    if (isCancellation(error)) throw error;
    return own.recall.executeWithOptions({ summary }, [changeId]);
  }
}

/** The journal's newest epoch. 0 when it does not answer: then whatever was ever settled counts as newer. */
export async function askHead(): Promise<number> {
  try {
    return await inTurn(() => beside.head.executeWithOptions({ summary: 'where does the journal stand?' }, []));
  } catch (error) {
    if (isCancellation(error)) throw error;
    return 0;
  }
}

export async function askNote(request: NoteRequest, withinMs?: number): Promise<NoteAnswer> {
  const summary = `put on record: ${request.record.act} by ${request.record.person}`.slice(0, 190);
  try {
    return await inTurn(() => beside.note.executeWithOptions({ summary }, [request]));
  } catch (error) {
    if (isCancellation(error)) throw error;
    const limit = withinMs === undefined ? {} : { scheduleToCloseTimeout: withinMs };
    return own.note.executeWithOptions({ summary, ...limit }, [request]);
  }
}

export async function askSettle(request: SettleRequest, withinMs: number): Promise<SettleAnswer> {
  const summary = `settle: ${request.state}`;
  try {
    return await inTurn(() => beside.settle.executeWithOptions({ summary }, [request]));
  } catch {
    // Tried again below, to the end of the time there is; that failure is the one that is told.
    return urgent(withinMs).settle.executeWithOptions({ summary }, [request]);
  }
}
