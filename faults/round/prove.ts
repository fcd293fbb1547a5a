import type { Mark } from '../signs.js';
import { changeWorkflowId } from '../../src/workflows/names.js';
import { readTouches, type Touch } from '../lane/reader.js';
import type { Story } from '../story.js';

/** Why a change does not count as being at its point, or null: it is there, as the journal, the targets and Temporal say. */
export async function whyNotThere(story: Story): Promise<string | null> {
  const { lane, id, point } = story;
  const { pending, records = {}, touches = {}, settled } = point.proof;
  if (point.stop === null) {
    if (point.path.there && !(await point.path.there(story))) return 'it does not wait there';
  } else if (!hasStopped(story)) return `the worker did not stop at ${point.stop}`;
  if (pending !== undefined) {
    const found = await pendingActivities(story);
    if (!found.includes(pending)) return `Temporal shows ${found.join(', ') || 'nothing'} as pending, not ${pending}`;
  }
  const entries = await lane.journal.entries(id);
  for (const [key, wanted] of Object.entries(records)) {
    if (entries.some((entry) => entry.key === `${id}/${key}`) !== wanted)
      return `${key} is ${wanted ? 'not ' : ''}in the journal`;
  }
  if (settled !== undefined && (entries.at(-1)?.kind === 'settle') !== settled)
    return `the journal is ${settled ? 'not ' : ''}settled`;
  const logged = await readTouches(lane);
  for (const [key, count] of Object.entries(touches)) {
    const found = logged.filter((touch) => isUnder(touch, `${id}/${key}`)).length;
    if (found !== count) return `${key} took effect ${found} times, not ${count}`;
  }
  return null;
}

/** A revert that was tried for one target alone has that target's name after its key. */
export const isUnder = (touch: Touch, key: string): boolean => touch.key === key || touch.key.startsWith(`${key}/`);

/** It stands at its stop, in the attempt that its point is about, and has not been let go. */
export function hasStopped(story: Story): boolean {
  const last = lastMark(story);
  const beside = story.point.group === 'beside';
  const isRecord = /: (before|recorded)$|^recall$/.test(story.point.stop ?? '');
  return last?.what === 'stopped' && (!isRecord || last.local === beside);
}

export function lastMark({ lane, id, point }: Story): Mark | undefined {
  return lane.signs.marks(id).findLast((mark) => mark.at === point.stop);
}

async function pendingActivities({ lane, id }: Story): Promise<string[]> {
  const { raw } = await lane.client.temporal.workflow.getHandle(changeWorkflowId(id)).describe();
  return (raw.pendingActivities ?? []).map((pending) => pending.activityType?.name ?? '');
}
