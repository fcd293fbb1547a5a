import { points, type Victim } from './points.js';
import type { Case } from './schedule.js';
import type { Broken } from './signs.js';

/**
 * A worker that does one thing wrong on purpose, for each kind of fault: the proof that this program can fail. A point
 * that is not reached is among them.
 */
const wrong: { name: string; victim: Victim; broken: Broken }[] = [
  { name: 'wave 1 observed', victim: 'worker', broken: 'no record' },
  { name: 'wave 2 setting: touched, not reported', victim: 'worker', broken: 'other key' },
  { name: 'back, the last part is read back', victim: 'worker', broken: 'liar' },
  { name: 'settling completed: before the record', victim: 'worker', broken: 'mute' },
  { name: 'waits in the queue of a resource', victim: 'worker', broken: 'no record' },
  { name: 'wave 2 setting: granted, not asked', victim: 'terminated', broken: 'deaf' },
];

export const brokenCases: readonly Case[] = wrong.map(({ name, victim, broken }) => {
  const point = points.find((one) => one.name === name);
  if (!point) throw new Error(`no point ${name}`);
  const { path } = point;
  return { victim, point: { ...point, path: { ...path, rules: { ...path.rules, broken } } } };
});

/** Long enough for everything that should end to end. */
export const brokenEndsWithinMs = 50_000;
