import { GraywaveError, messageOf } from '../../errors.js';
import type { Kit } from '../driver.js';
import type { ApplyAnswer, ApplyRequest } from '../protocol.js';
import { beforeOf, type Fleets, type ProcessPart, readPart } from './part.js';
import { condition } from './plan.js';
import { Refused } from './client.js';

/**
 * Brings the targets to the wanted version, one after the other, and stops at the first that fails: the engine then
 * undoes the wave. All are looked at before any is touched, so a wave on a world that has changed touches nothing.
 */
export async function apply(fleets: Fleets, request: ApplyRequest, kit: Kit): Promise<ApplyAnswer> {
  const part = readPart(request.part, fleets);
  await refuseChangedWorld(part, request, kit.signal);
  const { key, epoch } = request.grant;
  const targets: ApplyAnswer['targets'] = [];
  for (const id of request.targets) {
    const expect = { version: beforeOf(id, request.before, 'APPLY_FAILED').version, state: 'running' as const };
    const body = { version: part.version, key, epoch, expect };
    try {
      const { outcome } = await part.supervisor.put(id, body, (act) => kit.touch(id, act), kit.signal);
      targets.push({ id, outcome });
    } catch (error) {
      throw toApplyError(id, error, kit.signal);
    }
  }
  return { targets };
}

async function refuseChangedWorld(part: ProcessPart, request: ApplyRequest, signal: AbortSignal): Promise<void> {
  const instances = await part.supervisor.instances(signal).catch((error: unknown) => {
    if (signal.aborted) throw error;
    throw new GraywaveError('TARGET_DOWN', `the fleet ${part.fleet} does not answer: ${messageOf(error)}`, {
      cause: error,
    });
  });
  const strange = request.targets.flatMap((id) => {
    const slot = instances.get(id);
    const before = beforeOf(id, request.before, 'APPLY_FAILED').version;
    if (slot === undefined) return [`${id} is not there`];
    if (slot.key === request.grant.key) return [];
    if (slot.version !== before && slot.version !== part.version) return [`${id} is at ${slot.version}, not ${before}`];
    return slot.state === 'running' ? [] : [condition(slot)];
  });
  if (strange.length > 0) throw new GraywaveError('WORLD_CHANGED', `${strange.join('; ')}; nothing was touched`);
}

function toApplyError(id: string, error: unknown, signal: AbortSignal): unknown {
  if (!(error instanceof Refused)) {
    if (signal.aborted || error instanceof GraywaveError) return error;
    return new GraywaveError('APPLY_FAILED', `${id}: ${messageOf(error)}`, { cause: error });
  }
  const code = error.code === 'stale' ? 'TOUCH_STALE' : error.code === 'changed' ? 'WORLD_CHANGED' : 'APPLY_FAILED';
  return new GraywaveError(code, error.message, { cause: error });
}
