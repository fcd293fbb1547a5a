import type { Journal } from '../journal/port.js';
import { execution } from './execution.js';
import type { NoteAnswer, NoteRequest } from './types.js';

/** Puts an act on record, after a record that this run wrote without having heard of it. */
export async function note(journal: Journal, { record, expect }: NoteRequest): Promise<NoteAnswer> {
  const by = execution().runId;
  const answer = await journal.append(record, expect, by);
  if (answer.outcome === 'behind' && answer.last?.by === by && answer.last.kind !== 'settle') {
    return journal.append(record, answer.last.epoch, by);
  }
  return answer;
}
