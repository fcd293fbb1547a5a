import type { Entry } from '../../src/journal/port.js';
import type { Look } from '../../src/judge/types.js';
import type { ChangeStatus, TerminalState } from '../../src/workflows/messages.js';
import type { Victim } from '../points.js';
import type { Touch } from '../lane/reader.js';

/** All that is known of one change after its end, from everybody but the worker that carried it out. */
export interface Facts {
  id: string;
  service: string;
  /** Version by part. */
  wanted: { image: string; setting: string };
  /** How it should end. */
  ends: TerminalState;
  /** Its end as Temporal keeps it, or as the journal does; null: none in its time. */
  end: { state: TerminalState; reason: string; status: ChangeStatus | null } | null;
  entries: Entry[];
  /** What its targets have logged, a target's lines in order. */
  touches: Touch[];
  looks: Look[];
  held: { wave: number; fromMs: number; toMs: number } | null;
  /** Targets that a hand has changed and that stay so, with their value. */
  byHand: ReadonlyMap<string, string>;
  victim: Victim;
  fault: { fromMs: number; toMs: number };
}

/** `<changeId>/<part>/<wave>/<verb…>` */
export function readKey(key: string): { changeId: string; part: string; wave: number; verb: string } {
  const [changeId = '', part = '', wave = '', ...verb] = key.split('/');
  return { changeId, part, wave: Number(wave), verb: verb.join('/') };
}

export const isApply = (touch: Touch): boolean => readKey(touch.key).verb.startsWith('apply');
