/**
 * Did the symptom begin when the changed instances began to serve? The lag is taken from their first sample, or from the
 * moment they were complete where nobody saw them, not from the release: how long instances take to start is the
 * service's own affair. The density of the lag for a cause, over that of chance:
 *   LR = (1 − untimedShare) · f(lag) · chanceSeconds + untimedShare,   f falls off exponentially on both sides.
 * A sample tells of the step before it, so the middle of that step is when it is taken to have begun.
 */
import { type Arms, firstServed } from './arms.js';
import type { RolloutConstants } from './constants.js';
import type { Symptoms } from './symptom.js';
import type { Part } from './types.js';

/** `incident`: something fails, here or at another change. What a change cannot have caused speaks against it. */
export function timingOf(arms: Arms, symptoms: Symptoms, incident: boolean, constants: RolloutConstants): Part {
  const { worst } = symptoms;
  const none = incident ? Math.log(constants.untimedShare) : 0;
  if (worst === null) return { name: 'timing', nats: none, words: 'nothing failed at it or at those that call it' };
  if (symptoms.older) return { name: 'timing', nats: none, words: 'what fails there is older than the change' };
  const began = beganMs(arms, constants);
  if (began === null) return { name: 'timing', nats: 0, words: 'its instances are not complete yet' };
  const lag = (symptoms.beganMs - began) / 1000;
  const full = Math.min(1, worst.fall / constants.symptomFull);
  const when = `about ${Math.round(Math.abs(lag))} s ${lag >= 0 ? 'after' : 'before'} its instances began to serve`;
  const words = `${worst.caller} to ${worst.callee} lost ${Math.round(worst.fall * 100)} points, ${when}`;
  return { name: 'timing', nats: full * lagEvidence(lag, constants), words };
}

/** What fails where this change cannot be at work needs another cause beside it. Never above 0. */
export function strayOf(symptoms: Symptoms, constants: RolloutConstants): Part {
  const words = `${Math.round(symptoms.stray * 100)}% of what fell is where this change cannot be at work`;
  return { name: 'stray', nats: 0 - constants.strayNats * symptoms.stray, words };
}

/**
 * When changed instances began to serve: complete, but within the step that their first sample tells of. Ones that are seen
 * only long after have been at it, and failing, since they were complete.
 */
function beganMs(arms: Arms, constants: RolloutConstants): number | null {
  const complete = arms.change.steps[0]?.completeMs ?? null;
  const first = firstServed(arms);
  if (first === null) return complete;
  const { atMs, stepMs } = first;
  if (complete === null) return atMs - stepMs / 2;
  if (atMs - complete > constants.readySeconds * 1000) return complete;
  return Math.min(atMs, Math.max(atMs - stepMs, complete));
}

function lagEvidence(lag: number, constants: RolloutConstants): number {
  const { followSeconds, precedeSeconds, untimedShare, chanceSeconds } = constants;
  const density = Math.exp(lag < 0 ? lag / precedeSeconds : -lag / followSeconds) / (followSeconds + precedeSeconds);
  return Math.log((1 - untimedShare) * density * chanceSeconds + untimedShare);
}
