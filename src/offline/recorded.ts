import type { Entry } from '../journal/port.js';
import type { ChangeSpec, Json } from '../spec/types.js';

/** One touch on record, and what of it is this change's to take back. */
export interface RecordedTouch {
  part: string;
  driver: string;
  wave: number;
  epoch: number;
  targets: string[];
  before: Record<string, Json>;
}

/** What the journal says of a change: all that there is to go by without Temporal. */
export interface Recorded {
  /** As it was submitted; null in a journal of a release that did not keep it. */
  spec: ChangeSpec | null;
  specHash: string;
  /** Oldest first, without the targets that were adopted. */
  touches: RecordedTouch[];
  /** Targets that a hand has changed and that were taken as they are. */
  adopted: string[];
  /** The records of the wave that was begun last: nobody has recorded how their touches ended. */
  doubtful: RecordedTouch[];
  /** Epoch of the change's last record. */
  epoch: number;
}

export function recordedOf(entries: readonly Entry[]): Recorded {
  const touches = entries.filter((entry): entry is Entry & { kind: 'touch' } => entry.kind === 'touch');
  const adopted = entries.flatMap((entry) => (entry.kind === 'act' && entry.act === 'adopt' ? entry.targets : []));
  const known = touches.map((entry): RecordedTouch => {
    const { part, driver, key, epoch, before } = entry;
    const targets = entry.targets.filter((id) => !adopted.includes(id));
    return { part, driver, wave: Number(key.split('/').at(-2)), epoch, targets, before };
  });
  const [first] = touches;
  const lastWave = known.at(-1)?.wave;
  return {
    spec: first?.submitted?.spec ?? null,
    specHash: first?.specHash ?? '',
    touches: known,
    adopted,
    doubtful: known.filter(({ wave }) => wave === lastWave),
    epoch: entries.at(-1)?.epoch ?? 0,
  };
}
