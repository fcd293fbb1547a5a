import { ActivityFailure, ApplicationFailure, isCancellation, TimeoutFailure } from '@temporalio/workflow';
import type { FreezeAnswer } from '../activities/types.js';
import type { PlanAnswer } from '../drivers/protocol.js';
import { trafficOf } from '../judge/outlook.js';
import { type Classification, classify } from '../policy/classify.js';
import { riskOf } from '../policy/risk.js';
import type { FrozenStream } from '../sources/frozen.js';
import type { Watched } from '../spec/course.js';
import { delayOf } from '../spec/delay.js';
import type { ChangeSpec, PartSpec } from '../spec/types.js';
import { type PlannedWave, planWaves, resize } from '../spec/waves.js';
import type { Engine } from './engine.js';
import { forwardDriver, own } from './proxies.js';

export interface PlannedPart {
  part: PartSpec;
  plan: PlanAnswer;
}

export interface ChangePlan {
  parts: PlannedPart[];
  classification: Classification;
  waves: PlannedWave[];
  streams: FrozenStream[];
  /** Targets that the streams tell of. */
  reporting: string[];
  /** The largest distance of looks, where a worker has told it. */
  lookSeconds?: number;
}

/** A driver, the classification or the waves refuse the change as it stands; the message says what to do. */
export class Refused extends Error {
  override readonly name = 'Refused';
}

/**
 * Asks the drivers, classifies, plans the waves, freezes what is watched, and with that sizes automatic waves anew.
 * Touches nothing. What is refused is refused before anything is read.
 */
export async function planChange(spec: ChangeSpec, engine: Engine): Promise<ChangePlan> {
  const parts = await Promise.all(spec.parts.map((part) => planPart(spec.id, part)));
  const planned = parts.map(({ part, plan }) => ({
    part: part.name,
    targets: plan.targets,
    reversible: plan.reversible,
  }));
  const classification = sayingWhy(() => classify(riskOf(spec, planned)));
  const { controls } = classification;
  const waves = sayingWhy(() => planWaves(spec, planned, controls));
  const frozen = await freeze(spec, parts);
  const watched = engine === 1 ? null : watchedOf(spec, frozen);
  return { parts, classification, waves: resize(spec, planned, controls, watched, waves), ...frozen };
}

/** What the sizes of waves can go by; null where no stream has traffic whose bad share is known. */
function watchedOf(spec: ChangeSpec, { streams, lookSeconds }: FreezeAnswer): Watched | null {
  const known = streams.flatMap((stream) => (stream.problem === undefined ? (trafficOf(stream) ?? []) : []));
  return known.length === 0 ? null : { streams: known, delay: delayOf(spec.rollback, lookSeconds), spec };
}

async function planPart(changeId: string, part: PartSpec): Promise<PlannedPart> {
  const driver = forwardDriver(part.driver, {
    startToCloseTimeout: '2 minutes',
    scheduleToStartTimeout: '1 minute',
    retry: { maximumAttempts: 5 },
  });
  const summary = `plan ${part.name}: what would it touch?`;
  try {
    return { part, plan: await driver.plan.executeWithOptions({ summary }, [{ changeId, part }]) };
  } catch (error) {
    throw refusal(error, `Part ${part.name} was refused`, `driver ${part.driver}`);
  }
}

async function freeze(spec: ChangeSpec, parts: PlannedPart[]): Promise<FreezeAnswer> {
  if (spec.signals.length === 0) return { streams: [], reporting: [] };
  const asked = parts.map(({ part, plan }) => ({ part: part.name, targets: plan.targets.map((target) => target.id) }));
  const summary = 'freeze what is watched: buckets, tolerances';
  try {
    return await own.freeze.executeWithOptions({ summary, scheduleToCloseTimeout: '5 minutes' }, [
      { signals: spec.signals, expect: spec.expect, parts: asked },
    ]);
  } catch (error) {
    throw refusal(error, 'The signals cannot be watched', 'the metric source');
  }
}

function refusal(error: unknown, what: string, whom: string): unknown {
  if (isCancellation(error)) return error;
  const cause = error instanceof ActivityFailure ? error.cause : error;
  if (cause instanceof ApplicationFailure) return new Refused(`${what}: ${cause.message}`);
  const nobody = cause instanceof TimeoutFailure && cause.timeoutType === 'SCHEDULE_TO_START';
  return new Refused(`${what}: ${nobody ? `no worker serves ${whom}` : `${whom} did not answer in time`}`);
}

function sayingWhy<T>(pure: () => T): T {
  try {
    return pure();
  } catch (error) {
    throw new Refused(error instanceof Error ? error.message : String(error));
  }
}
