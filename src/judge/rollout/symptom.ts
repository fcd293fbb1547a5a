/**
 * What others saw: edges whose success fell below its level. A wrong answer leaves the metrics of the service that gives it
 * perfect; those that call it fail. So a change is held against the edges into its service and into those that call it.
 */
import { type Arms, asked } from './arms.js';
import type { RolloutConstants } from './constants.js';
import { momentsOf, valuesOf } from './moments.js';
import type { EdgeView, RolloutInput } from './types.js';

export interface Symptom {
  caller: string;
  callee: string;
  stepMs: number;
  /** Samples below the level, oldest first, and by how much. */
  falls: { atMs: number; fall: number }[];
}

/** What a change has to do with them. */
export interface Symptoms {
  /** First sample of the fall since the release, and the step it tells of; null: nothing near it fell since. */
  first: { caller: string; callee: string; atMs: number; stepMs: number } | null;
  /** Largest fall near it since. */
  fall: number;
  /** The same edges failed before the release. */
  older: boolean;
  /** Share of all that fell since the release on edges where this change cannot have been at work. */
  stray: number;
}

/** Every edge that fell; `input` as seen by the moment of deciding. The level is the mean before the first release. */
export function symptomsIn(input: RolloutInput, constants: RolloutConstants): Symptom[] {
  const first = Math.min(...input.changes.map(({ releasedMs }) => releasedMs), input.atMs);
  const found: Symptom[] = [];
  for (const view of input.views) {
    const level = levelOf(view, first, constants);
    if (level === null) continue;
    const falls: Symptom['falls'] = [];
    view.atMs.forEach((atMs, i) => {
      const success = view.success[i];
      if (success === null || success === undefined) return;
      const fall = level - success;
      if (fall >= constants.symptomFall) falls.push({ atMs, fall });
    });
    const { caller, callee, stepMs } = view;
    if (falls.length > 0) found.push({ caller, callee, stepMs, falls });
  }
  return found;
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
  const { change } = arms;
  const direct = new Set(calls.filter(([, callee]) => callee === change.service).map(([caller]) => caller));
  const above = ancestorsOf(change.service, calls);
  const found: Symptoms = { first: null, fall: 0, older: false, stray: 0 };
  let [fallen, strayed] = [0, 0];
  for (const { caller, callee, stepMs, falls } of all) {
    const own = callee === change.service;
    const since = falls.filter(({ atMs }) => atMs > change.releasedMs);
    const fall = Math.max(0, ...since.map((one) => one.fall));
    fallen += fall;
    if (!(own || above.has(callee) || direct.has(caller))) strayed += fall;
    const near = own ? !cleared : direct.has(callee) && asked(arms, callee, since[0]?.atMs ?? 0);
    if (!near) continue;
    const earliest = change.releasedMs - constants.olderSeconds * 1000;
    found.older ||= falls.some(({ atMs }) => atMs > earliest && atMs <= change.releasedMs);
    found.fall = Math.max(found.fall, fall);
    const atMs = since[0]?.atMs;
    if (atMs !== undefined && (found.first === null || atMs < found.first.atMs)) {
      found.first = { caller, callee, atMs, stepMs };
    }
  }
  return { ...found, stray: fallen > 0 ? strayed / fallen : 0 };
}

function levelOf(view: EdgeView, firstMs: number, constants: RolloutConstants): number | null {
  const fromMs = firstMs - constants.baselineSeconds * 1000;
  const before = momentsOf(valuesOf([{ atMs: view.atMs, values: view.success, fromMs, toMs: firstMs }]));
  return before.n === 0 ? null : before.mean;
}

/** Services that call it, directly or through others; a cycle of calls ends. */
function ancestorsOf(service: string, calls: RolloutInput['calls']): Set<string> {
  const found = new Set<string>();
  const open = [service];
  for (let next = open.pop(); next !== undefined; next = open.pop()) {
    for (const [caller, callee] of calls) {
      if (callee !== next || found.has(caller)) continue;
      found.add(caller);
      open.push(caller);
    }
  }
  return found;
}
