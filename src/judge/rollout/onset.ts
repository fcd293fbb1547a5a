/**
 * When a symptom began: Page's cumulative sum (Biometrika 41, 1954) of the mean fall a step, with a part of the largest as
 * reference value; it is least just before the change (Hinkley, Biometrika 58, 1971), and a blip before it does not move it.
 */
import type { RolloutConstants } from './constants.js';
import type { Symptom } from './symptom.js';

/** Middle of the step in which it began; Infinity when nothing fell. */
export function onsetOf(symptoms: readonly Symptom[], constants: RolloutConstants): number {
  const stepMs = symptoms[0]?.stepMs ?? 0;
  const steps = meansByStep(symptoms, stepMs);
  const reference = constants.onsetPart * Math.max(0, ...steps.map(({ fall }) => fall));
  let [sum, least, began] = [0, 0, steps[0]?.atMs ?? Infinity];
  steps.forEach(({ fall }, i) => {
    sum += fall - reference;
    const next = steps[i + 1];
    if (sum >= least || next === undefined) return;
    least = sum;
    began = next.atMs;
  });
  return began - stepMs / 2;
}

/** Samples of several series that fall into the same step as one, oldest first. */
function meansByStep(symptoms: readonly Symptom[], stepMs: number): { atMs: number; fall: number }[] {
  const steps = new Map<number, { atMs: number; sum: number; n: number }>();
  for (const { falls } of symptoms) {
    for (const { atMs, fall } of falls) {
      const step = Math.round(atMs / stepMs);
      const known = steps.get(step) ?? { atMs, sum: 0, n: 0 };
      steps.set(step, { atMs: Math.min(known.atMs, atMs), sum: known.sum + fall, n: known.n + 1 });
    }
  }
  return [...steps.values()].map(({ atMs, sum, n }) => ({ atMs, fall: sum / n })).toSorted((a, b) => a.atMs - b.atMs);
}
