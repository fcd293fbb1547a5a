/**
 * Changed instances that nobody has seen serve. How strange that is depends on how long healthy ones take, which past
 * rollouts tell, and on how many unchanged ones are unseen as well: where those are quiet too, it is the traffic.
 */
import { type Arms, firstSeenMs } from './arms.js';
import type { RolloutConstants } from './constants.js';
import type { Part, RolloutProfile } from './types.js';

/** `calm`: nothing is wrong at the service or at those that call it since the release. */
export function silenceOf(
  arms: Arms,
  atMs: number,
  calm: boolean,
  profile: RolloutProfile,
  constants: RolloutConstants,
): Part {
  const waited = waitedSeconds(arms, atMs);
  if (firstSeenMs(arms) !== null) return { name: 'silence', nats: 0, words: 'the changed instances report' };
  if (waited === null) return { name: 'silence', nats: 0, words: 'the changed instances are not complete yet' };
  const healthy = Math.max(
    stillUnseen(arms.change.service, waited, profile, constants),
    quietShare(arms, atMs, constants),
  );
  const nats = Math.min(constants.partCap, Math.max(0, -Math.log(healthy))) * (calm ? constants.calmShare : 1);
  const since = `no request seen on the changed instances ${Math.round(waited)} s after they were complete`;
  const words = `${since}: chance ${healthy.toPrecision(2)} of a healthy change`;
  return { name: 'silence', nats, words: calm ? `${words}; nobody failed meanwhile` : words };
}

function waitedSeconds(arms: Arms, atMs: number): number | null {
  const complete = arms.change.steps[0]?.completeMs ?? null;
  return complete === null ? null : (atMs - complete) / 1000;
}

/** Chance that a healthy rollout of this service is unseen for so long: of past ones, blended with all services'. */
function stillUnseen(service: string, waited: number, profile: RolloutProfile, constants: RolloutConstants): number {
  const { smearSeconds } = constants;
  const unseen = (lag: number): number => Math.min(1, Math.max(0, (lag - waited) / (2 * smearSeconds) + 0.5));
  const later = (past: readonly number[]): number => past.reduce((sum, lag) => sum + unseen(lag), 0);
  const every = Object.values(profile.firstSeenSeconds).flat();
  const flat = Math.min(1, Math.max(0, 1 - waited / constants.readySeconds));
  const pooled = (later(every) + flat) / (every.length + 1);
  const own = profile.firstSeenSeconds[service] ?? [];
  return (later(own) + constants.pooledRollouts * pooled) / (own.length + constants.pooledRollouts);
}

/** Share of unchanged instances that nobody saw since the release either. */
function quietShare(arms: Arms, atMs: number, constants: RolloutConstants): number {
  const from = Math.max(arms.change.steps[0]?.completeMs ?? atMs, arms.change.releasedMs);
  const reporting = new Set(
    arms.served.unchanged.filter((series) => series.atMs.some((at) => at > from)).map(({ instance }) => instance),
  );
  const silent = [...arms.unchanged].filter((instance) => !reporting.has(instance)).length;
  return (silent + constants.silentPrior) / (arms.unchanged.size + constants.silentPrior);
}
