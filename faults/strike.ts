import { changeWorkflowId } from '../src/workflows/names.js';
import type { Lane } from './lane/lane.js';
import { type Place, readTouches, readWorld } from './lane/reader.js';
import type { Victim } from './points.js';
import { isUnder } from './round/prove.js';
import { type Story, until } from './story.js';
import { serviceOfTarget } from './targets/names.js';

type World = ReadonlyMap<string, Place>;

/** What goes on after the fault itself, once every change has come to its end: a frozen worker wakes up. */
export type Aftermath = () => Promise<void>;

/** So long the world without a part of it is watched at most. */
const downMs = 20_000;
const endedWithinMs = 30_000;

/** Does it to them, and puts things right again; changes that had stopped go on where the victim lives. */
export const strikes: Record<Victim, (lane: Lane, stories: Story[], before: World) => Promise<Aftermath | null>> = {
  async worker(lane, stories) {
    await lane.worker.kill();
    await afresh(lane, stories);
    return null;
  },

  /** What had stopped goes on while there is no server: what it does then must hold when there is one again. */
  async server(lane, stories) {
    await lane.killServer();
    letGo(stories);
    await soon(lane, () => everyTouchMade(lane, stories));
    await lane.startServer();
    return null;
  },

  async both(lane, stories) {
    await Promise.all([lane.worker.kill(), lane.killServer()]);
    await lane.startServer();
    await afresh(lane, stories);
    return null;
  },

  /** Forward waits for it; back does not. */
  async journal(lane, stories, before) {
    await lane.postgres?.kill();
    letGo(stories);
    const back = stories.filter(({ point }) => point.group === 'back');
    let waiting = back;
    await soon(lane, async () => {
      const world = await readWorld(lane);
      waiting = back.filter((story) => !isBack(story, before, world));
      return waiting.length === 0;
    });
    for (const { id, problems } of waiting)
      problems.push({ kind: 'stuck', text: `${id} was not restored while the journal was down` });
    await lane.postgres?.start();
    return null;
  },

  async frozen(lane, stories) {
    const frozen = lane.worker;
    frozen.freeze();
    await afresh(lane, stories, false);
    return async () => {
      frozen.thaw();
      letGo(stories);
      await wokenUp(lane, stories);
      await frozen.kill();
    };
  },

  async terminated(lane, stories) {
    for (const { lane: its, id } of stories) {
      its.signs.disarm(id);
      await its.client.temporal.workflow.getHandle(changeWorkflowId(id)).terminate('on purpose');
    }
    return async () => {
      letGo(stories);
      await wokenUp(lane, stories);
    };
  },
};

/** A new worker, on which nobody stops. */
async function afresh(lane: Lane, stories: Story[], release = true): Promise<void> {
  for (const { id } of stories) lane.signs.disarm(id);
  if (release) letGo(stories);
  await lane.startWorker();
}

function letGo(stories: Story[]): void {
  for (const { lane, id } of stories) {
    lane.signs.disarm(id);
    lane.signs.release(id);
  }
}

/** Calls that had stopped for longer than their change lived have all come to an end. */
async function wokenUp(lane: Lane, stories: Story[]): Promise<void> {
  const ended = ({ id, point }: Story): boolean => {
    if (point.stop === null || !/^(apply|revert|record|settle)/.test(point.stop)) return true;
    return lane.signs.marks(id).some((mark) => mark.what === 'ended');
  };
  await until('every call that had stopped has ended', () => stories.every(ended), lane.options.signal, endedWithinMs);
}

/** The released calls that only had to touch have done so, with nobody to report to. */
async function everyTouchMade(lane: Lane, stories: Story[]): Promise<boolean> {
  const touches = await readTouches(lane);
  return stories.every(({ id, point }) => {
    if (!point.stop?.endsWith(': touching')) return true;
    const key = Object.keys(point.proof.touches ?? {})[0] ?? '';
    const before = point.proof.touches?.[key] ?? 0;
    return touches.filter((touch) => isUnder(touch, `${id}/${key}`)).length > before;
  });
}

/** Every target of its service is as it was before the round. */
function isBack({ service }: Story, before: World, now: World): boolean {
  return [...before.values()]
    .filter(({ id }) => serviceOfTarget(id) === service)
    .every(({ id, version }) => now.get(id)?.version === version);
}

/** Waits for it, but not for ever: what did not happen shows at the end. */
async function soon(lane: Lane, holds: () => Promise<boolean>): Promise<void> {
  const { signal } = lane.options;
  await until('(while it is down)', holds, signal, downMs).catch(() => signal.throwIfAborted());
}
