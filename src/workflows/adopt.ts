import { isCancellation } from '@temporalio/workflow';
import type { Found } from '../drivers/protocol.js';
import type { Json } from '../spec/types.js';
import type { PlannedWave } from '../spec/waves.js';
import { forwardDriver } from './proxies.js';
import { askNote } from './record.js';
import { Behind, changedBy, type Run, show } from './run.js';

/**
 * A person has taken the world as a hand has put it: reads back which targets of this change are neither as planned nor
 * as before, puts them and those of unknown outcome on record, and leaves them alone from now on: not applied, not
 * read back, not reverted, in neither arm.
 */
export async function readBackAdopted(run: Run, planned: PlannedWave, doubtful: string[]): Promise<void> {
  const { adopt } = run;
  run.adopt = null;
  if (adopt === null) return;
  const targets = [...new Set([...doubtful, ...(await strange(run, planned))])];
  const changeId = run.input.spec.id;
  const key = `${changeId}/adopt/${run.status.adopted.length + targets.length}/${planned.index}`;
  const { by: person, reason } = adopt;
  const record = { kind: 'act', act: 'adopt', changeId, key, person, reason, targets } as const;
  await run.noted;
  const answer = await askNote({ record, expect: run.epoch });
  if (answer.outcome !== 'taken') throw new Behind('The journal is ahead of this run: nothing was adopted.');
  run.epoch = answer.epoch;
  run.status.adopted.push(...targets);
  show(run);
}

async function strange(run: Run, planned: PlannedWave): Promise<string[]> {
  const found = await readBack(run, changedBy(run, planned.index), planned, '5 minutes');
  return found
    .filter((target) => target.found !== 'after' && !(target.found === 'before' && target.mine))
    .map(({ id }) => id);
}

/**
 * Targets of a wave that stands still in its middle which are not surely changed; all of them when nobody can say. Those
 * that surely are can be watched while a person decides about the others.
 */
export async function undecidedOf(run: Run, planned: PlannedWave): Promise<string[]> {
  const mine = new Set(Object.values(planned.targets).flat());
  try {
    const found = await readBack(run, mine, planned, '15 seconds');
    const changed = new Set(found.filter((target) => target.found === 'after').map(({ id }) => id));
    return [...mine].filter((id) => !changed.has(id));
  } catch (error) {
    if (isCancellation(error)) throw error;
    return [...mine];
  }
}

interface FoundTarget {
  id: string;
  found: Found;
  /** Of the wave itself, not of one before. */
  mine: boolean;
}

async function readBack(
  run: Run,
  ids: ReadonlySet<string>,
  planned: PlannedWave,
  within: '15 seconds' | '5 minutes',
): Promise<FoundTarget[]> {
  const all: FoundTarget[] = [];
  for (const { part, plan } of run.planned) {
    const mine = new Set(planned.targets[part.name]);
    const targets = plan.targets.map(({ id }) => id).filter((id) => ids.has(id) && !run.status.adopted.includes(id));
    if (targets.length === 0) continue;
    const before: Record<string, Json> = plan.before;
    const driver = forwardDriver(part.driver, {
      startToCloseTimeout: within === '15 seconds' ? '10 seconds' : '1 minute',
      scheduleToCloseTimeout: within,
      heartbeatTimeout: undefined,
    });
    const answer = await driver.verify.executeWithOptions({ summary: `what has a hand changed of ${part.name}?` }, [
      { changeId: run.input.spec.id, part, targets, before, expect: 'after' },
    ]);
    all.push(...answer.targets.map(({ id, found }) => ({ id, found, mine: mine.has(id) })));
  }
  return all;
}
