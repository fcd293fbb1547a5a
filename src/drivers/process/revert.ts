import { type ErrorCode, GraywaveError, messageOf } from '../../errors.js';
import type { Kit } from '../driver.js';
import type { RevertAnswer, RevertRequest } from '../protocol.js';
import { beforeOf, type Fleets, type ProcessPart, readPart } from './part.js';
import { Refused } from './client.js';
import type { TouchAnswer } from './wire.js';

/**
 * Brings the targets back, or with `drain` out of service. One that fails does not keep the others from being
 * restored; then all that failed are named. A target that shows the before-state is asked all the same, so that it
 * remembers the epoch and refuses an apply that is still on its way.
 */
export async function revert(fleets: Fleets, request: RevertRequest, kit: Kit): Promise<RevertAnswer> {
  const part = readPart(request.part, fleets);
  const targets: RevertAnswer['targets'] = [];
  const failures: { code: ErrorCode; message: string }[] = [];
  for (const id of request.targets) {
    try {
      const { outcome } = await restore(part, id, request, kit);
      targets.push({ id, outcome });
    } catch (error) {
      failures.push(failureOf(id, error, kit.signal));
    }
  }
  const [first] = failures;
  if (first === undefined) return { targets };
  const code = failures.every((failure) => failure.code === first.code) ? first.code : 'REVERT_FAILED';
  const rest = `; ${targets.length} of ${request.targets.length} were restored`;
  throw new GraywaveError(code, failures.map((failure) => failure.message).join('; ') + rest);
}

function restore(part: ProcessPart, id: string, request: RevertRequest, kit: Kit): Promise<TouchAnswer> {
  const { key, epoch } = request.grant;
  const gate = <T>(act: () => Promise<T>): Promise<T> => kit.touch(id, act);
  if (request.drain) return part.supervisor.drain(id, { key, epoch }, gate, kit.signal);
  const { version } = beforeOf(id, request.before, 'REVERT_FAILED');
  return part.supervisor.put(id, { version, key, epoch, expect: { version: part.version } }, gate, kit.signal);
}

/** What one target's failure means; what is not about the target (no permission, cancelled, stale) ends the whole. */
function failureOf(id: string, error: unknown, signal: AbortSignal): { code: ErrorCode; message: string } {
  if (signal.aborted) throw error;
  if (error instanceof Refused) {
    if (error.code === 'stale') throw new GraywaveError('TOUCH_STALE', error.message, { cause: error });
    return { code: error.code === 'changed' ? 'WORLD_CHANGED' : 'REVERT_FAILED', message: error.message };
  }
  if (error instanceof GraywaveError && error.code === 'TOUCH_REFUSED') throw error;
  return { code: 'REVERT_FAILED', message: `${id}: ${messageOf(error)}` };
}
