/**
 * Several changes at once: what speaks for each being bad, and which are called so. A change fails by evidence of its own
 * instances, or when something fails around it and it is by far the likeliest cause: the other changes and "none of them"
 * are weighed beside it (Bayes' rule over single causes).
 */
import { type Arms, armsOf, firstServed } from './arms.js';
import { type RolloutConstants, rolloutConstants } from './constants.js';
import { failuresOf } from './failures.js';
import { latencyOf } from './latency.js';
import { memoryOf } from './memory.js';
import { failure, noFailure } from './reason.js';
import { seenBy } from './seen.js';
import { silenceOf } from './silence.js';
import { type Symptoms, symptomsIn, symptomsOf } from './symptom.js';
import { strayOf, timingOf } from './timing.js';
import type { Part, Rollout, RolloutInput, RolloutProfile, RolloutVerdict } from './types.js';

/** Nothing learnt: readiness is taken as flat. */
export const nothingLearnt: RolloutProfile = { firstSeenSeconds: {} };

interface Suspect {
  change: Rollout;
  /** Its changed instances have served requests: without, it never passes. */
  served: boolean;
  parts: Part[];
  ownNats: number;
  nats: number;
}

/** One verdict a change, in the order of the input; the same input, whatever came after `atMs`, gives the same verdicts. */
export function judgeRollouts(
  input: RolloutInput,
  profile: RolloutProfile = nothingLearnt,
  constants: RolloutConstants = rolloutConstants,
): RolloutVerdict[] {
  const seen = seenBy(input);
  const all = symptomsIn(seen, constants);
  const found = seen.changes
    .filter(({ releasedMs }) => releasedMs <= seen.atMs)
    .map((change) => {
      const arms = armsOf(seen, change);
      const failures = failuresOf(arms, seen.atMs, constants);
      const cleared = failures.nats === 0 && firstServed(arms) !== null;
      return { arms, failures, symptoms: symptomsOf(all, arms, seen.calls, cleared, constants) };
    });
  const incident = found.some(({ symptoms }) => symptoms.worst !== null && !symptoms.older);
  const suspects = found.map(({ arms, failures, symptoms }) =>
    suspectOf(arms, failures, symptoms, incident, seen.atMs, profile, constants),
  );
  const noneShare = incident ? constants.noneShare : 1 - constants.badShare;
  const none = (suspects.length * noneShare) / (1 - noneShare);
  const total = suspects.reduce((sum, { nats }) => sum + Math.exp(nats), none);
  return seen.changes.map((change) => {
    const suspect = suspects.find((one) => one.change === change);
    if (suspect === undefined) return unreleased(change);
    const likeliest = incident && suspects.every((one) => one === suspect || one.nats < suspect.nats);
    return verdictOf(suspect, likeliest, Math.exp(suspect.nats) / total, constants);
  });
}

function suspectOf(
  arms: Arms,
  failures: Part,
  symptoms: Symptoms,
  incident: boolean,
  atMs: number,
  profile: RolloutProfile,
  constants: RolloutConstants,
): Suspect {
  const calm = symptoms.worst === null || symptoms.older;
  const own = [
    failures,
    silenceOf(arms, atMs, calm, profile, constants),
    memoryOf(arms, atMs, constants),
    latencyOf(arms, atMs, constants),
  ];
  const others = [timingOf(arms, symptoms, incident, constants), strayOf(symptoms, constants)];
  const ownNats = sumOf(own);
  const served = firstServed(arms) !== null;
  return { change: arms.change, served, parts: [...own, ...others], ownNats, nats: ownNats + sumOf(others) };
}

function verdictOf(suspect: Suspect, likeliest: boolean, chance: number, constants: RolloutConstants): RolloutVerdict {
  const { change, served, parts, ownNats, nats } = suspect;
  const byItself = ownNats >= constants.failNats;
  const failed = byItself || (likeliest && nats >= constants.failNats && chance >= constants.failChance);
  return {
    change: change.change,
    service: change.service,
    kind: failed ? 'fail' : served ? 'pass' : 'inconclusive',
    reason: failed ? failure(parts, byItself, chance) : noFailure(parts, served),
    ownNats,
    nats,
    chance,
    parts,
  };
}

function unreleased({ change, service }: Rollout): RolloutVerdict {
  const nothing = { ownNats: 0, nats: 0, chance: 0, parts: [] };
  return { change, service, kind: 'inconclusive', reason: 'not released yet', ...nothing };
}

function sumOf(parts: readonly Part[]): number {
  return parts.reduce((sum, { nats }) => sum + nats, 0);
}
