/**
 * What others saw: edges whose success fell below its level. A wrong answer leaves the metrics of the service that gives it
 * perfect; those that call it fail. So a change is held against the edges into its service and into those that call it.
 */
import { type Arms, asked } from './arms.js';
import type { RolloutConstants } from './constants.js';
import { momentsOf, valuesOf } from './moments.js';
import { onsetOf } from './onset.js';
import { ancestorsOf, callersOf } from './paths.js';
import type { EdgeView, RolloutInput } from './types.js';

/** An edge that fell at some time, as one side saw it. */
export interface Symptom {
  caller: string;
  callee: string;
  stepMs: number;
  /** How far each sample is below the level, oldest first; 0 where it is no further than noise. */
  falls: { atMs: number; fall: number }[];
}

/** What a change has to do with them. */
export interface Symptoms {
  /** The edge near it that fell most since the release, and by how much; null: none did. */
  worst: { caller: string; callee: string; fall: number } | null;
  /** Middle of the step in which it began. */
  beganMs: number;
  /** The same edges failed before the release. */
  older: boolean;
  /** Share of all that fell since the release on edges where this change cannot have been at work. */
  stray: number;
}

/** Every edge that fell; `input` as seen by the moment of deciding. Its level is that before the first release. */
export function symptomsIn(input: RolloutInput, constants: RolloutConstants): Symptom[] {
  const first = Math.min(...input.changes.map(({ releasedMs }) => releasedMs), input.atMs);
  return input.views.map((view) => symptomOf(view, first, constants)).filter((symptom) => symptom !== null);
}

function symptomOf(view: EdgeView, firstMs: number, constants: RolloutConstants): Symptom | null {
  const fromMs = firstMs - constants.baselineSeconds * 1000;
  const before = momentsOf(valuesOf([{ atMs: view.atMs, values: view.success, fromMs, toMs: firstMs }]));
  if (before.n === 0) return null;
  const least = Math.max(constants.symptomFall, constants.symptomScore * Math.sqrt(before.squares / before.n));
  const falls = view.atMs.flatMap((atMs, i) => {
    const success = view.success[i];
    if (success === null || success === undefined) return [];
    const fall = before.mean - success;
    return { atMs, fall: fall >= least ? fall : 0 };
  });
  const { caller, callee, stepMs } = view;
  return falls.some(({ fall }) => fall > 0) ? { caller, callee, stepMs, falls } : null;
}

/**
 * `cleared`: its changed instances serve as well as the unchanged, so what fails at its own door is not its doing. Nor is
 * what fails at a caller that has asked no changed instance since: further down a broken path nobody asks any more.
 */
export function symptomsOf(
  all: readonly Symptom[],
  arms: Arms,
  calls: RolloutInput['calls'],
  cleared: boolean,
  constants: RolloutConstants,
): Symptoms {
  const { service, releasedMs } = arms.change;
  const direct = callersOf(service, calls);
  const above = ancestorsOf(service, calls);
  const since = all.map((one) => within(one, releasedMs, Infinity)).filter((one) => largest(one) > 0);
  const near = since.filter((symptom) => {
    if (symptom.callee === service) return !cleared;
    const from = symptom.falls.find(({ fall }) => fall > 0)?.atMs ?? Infinity;
    return direct.has(symptom.callee) && asked(arms, symptom.callee, from);
  });
  const stray = since.filter(({ caller, callee }) => callee !== service && !above.has(callee) && !direct.has(caller));
  const edges = new Set(near.map(edgeOf));
  const shortlyBefore = all
    .filter((symptom) => edges.has(edgeOf(symptom)))
    .map((symptom) => within(symptom, releasedMs - constants.olderSeconds * 1000, releasedMs));
  const worst = near.reduce<Symptom | null>((a, b) => (a === null || largest(b) > largest(a) ? b : a), null);
  const fallen = sumOf(since);
  return {
    worst: worst === null ? null : { caller: worst.caller, callee: worst.callee, fall: largest(worst) },
    beganMs: onsetOf(near, constants),
    older: worst !== null && meanOf(shortlyBefore) >= constants.olderPart * meanOf(near),
    stray: fallen > 0 ? sumOf(stray) / fallen : 0,
  };
}

function within(symptom: Symptom, fromMs: number, toMs: number): Symptom {
  return { ...symptom, falls: symptom.falls.filter(({ atMs }) => atMs > fromMs && atMs <= toMs) };
}

function edgeOf({ caller, callee }: Symptom): string {
  return `${caller}>${callee}`;
}

function largest({ falls }: Symptom): number {
  return falls.reduce((most, { fall }) => Math.max(most, fall), 0);
}

/** Largest fall of each edge, added up. */
function sumOf(symptoms: readonly Symptom[]): number {
  return symptoms.reduce((sum, symptom) => sum + largest(symptom), 0);
}

function meanOf(symptoms: readonly Symptom[]): number {
  return momentsOf(symptoms.flatMap(({ falls }) => falls.map(({ fall }) => fall))).mean;
}
