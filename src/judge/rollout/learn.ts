/**
 * What past rollouts teach: how long after it is complete a service's changed instance is first seen. One that was never
 * seen teaches nothing here, for it may well have been a bad one.
 */
import { armsOf, firstSeenMs } from './arms.js';
import { seenBy } from './seen.js';
import type { RolloutInput, RolloutProfile } from './types.js';

/** Never from the rollouts that are to be judged: `past` is what was over before. */
export function learnRollouts(past: readonly RolloutInput[]): RolloutProfile {
  const firstSeenSeconds: Record<string, number[]> = {};
  for (const input of past) {
    const seen = seenBy(input);
    for (const change of seen.changes) {
      const complete = change.steps[0]?.completeMs ?? null;
      const first = firstSeenMs(armsOf(seen, change));
      if (complete === null || first === null) continue;
      (firstSeenSeconds[change.service] ??= []).push((first - complete) / 1000);
    }
  }
  return { firstSeenSeconds };
}

/** Several profiles as one. */
export function joinProfiles(profiles: readonly RolloutProfile[]): RolloutProfile {
  const firstSeenSeconds: Record<string, number[]> = {};
  for (const profile of profiles) {
    for (const [service, lags] of Object.entries(profile.firstSeenSeconds)) {
      firstSeenSeconds[service] = [...(firstSeenSeconds[service] ?? []), ...lags];
    }
  }
  return { firstSeenSeconds };
}
