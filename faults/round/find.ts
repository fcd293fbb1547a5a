import { examine } from '../examine/examine.js';
import type { Facts } from '../examine/facts.js';
import type { Problem } from '../examine/problem.js';
import type { Place, Touch } from '../lane/reader.js';
import { endOf, type Victim } from '../points.js';
import type { Story } from '../story.js';
import { quiet } from '../targets/fleetfile.js';
import { serviceOfTarget } from '../targets/names.js';

/** What was read of a round from outside, when all was over. */
export interface Read {
  victim: Victim;
  before: ReadonlyMap<string, Place>;
  after: ReadonlyMap<string, Place>;
  /** What the targets have logged since the round began. */
  touches: Touch[];
  ends: ReadonlyMap<string, Facts['end']>;
}

/** Everything that is wrong with a change, its companions, and the targets they share. */
export async function findProblems(story: Story, read: Read): Promise<Problem[]> {
  const { service } = story;
  const mine = (id: string): boolean => serviceOfTarget(id) === service;
  const ofService = (world: ReadonlyMap<string, Place>) => new Map([...world].filter(([id]) => mine(id)));
  const touches = read.touches.filter(({ target }) => mine(target));
  const changes = await Promise.all([
    factsOf(story, read, touches, story),
    ...story.companions.map((companion) => factsOf(story, read, touches, companion)),
  ]);
  return [...strangers(changes, touches), ...examine(changes, ofService(read.before), ofService(read.after))];
}

/** Touched by nobody who had anything to do there: a change of an earlier round that woke up, for one. */
function strangers(changes: Facts[], touches: Touch[]): Problem[] {
  const known = ['hand', ...changes.map(({ id }) => id)];
  return touches
    .filter(({ key }) => !known.some((id) => key.startsWith(`${id}/`)))
    .map(({ target, key }) => ({ kind: 'lost', text: `${target} was touched under ${key}, which is nobody's here` }));
}

async function factsOf(
  story: Story,
  { victim, ends }: Read,
  touches: Touch[],
  { id, version, ends: wanted }: { id: string; version: string; ends?: Facts['ends'] },
): Promise<Facts> {
  const { lane, point, service, fault } = story;
  const isOwn = id === story.id;
  const quietly = isOwn && point.path.more?.().quietly === true;
  return {
    id,
    service,
    wanted: { image: quietly ? quiet(version) : version, setting: version },
    ends: wanted ?? endOf(point, victim),
    end: ends.get(id) ?? null,
    entries: await lane.journal.entries(id),
    touches: touches.filter(({ key }) => key.startsWith(`${id}/`)),
    looks: await lane.cells.read(id),
    held: isOwn ? story.held : null,
    byHand: isOwn ? story.byHand : new Map(),
    victim,
    fault,
  };
}
