import type { Place } from '../lane/reader.js';
import type { Facts } from './facts.js';
import type { Problem } from './problem.js';
import { ofRecord } from './record.js';
import { ofTurns } from './turns.js';
import { ofWatching } from './watching.js';
import { ofWorld } from './world.js';

/** Everything that is wrong with the changes of one service after a round. */
export function examine(
  changes: Facts[],
  before: ReadonlyMap<string, Place>,
  after: ReadonlyMap<string, Place>,
): Problem[] {
  return [
    ...changes.flatMap(ofRecord),
    ...ofTurns(changes),
    ...ofWorld(changes, before, after),
    ...changes.flatMap(ofWatching),
  ];
}
