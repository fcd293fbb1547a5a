import { type ErrorCode, GraywaveError, messageOf } from '../../errors.js';
import type { Kit } from '../driver.js';
import type { RevertAnswer, RevertRequest } from '../protocol.js';
import { beforeOf, type Fleets, type ProcessPart, readPart } from './part.js';
import { Refused } from './client.js';
import type { TouchAnswer } from './wire.js';

/** More processes that start at the same moment only make each other slow. */
const atOnce = 8;

/**
 * Brings the targets back, or with `drain` out of service, all at the same time: the engine's batch is what may go back
 * together. One that fails does not keep the others from being restored; then all that failed are named. A target that
 * shows the before-state is asked all the same, so that it remembers the epoch and refuses an apply that is still on its
 * way.
 */
export async function revert(fleets: Fleets, request: RevertRequest, kit: Kit): Promise<RevertAnswer> {
  const part = readPart(request.part, fleets);
  const outcomes = new Map<string, TouchAnswer['outcome']>();
  const failures = new Map<string, Failure>();
  const ends: unknown[] = [];
  const waiting = [...request.targets];
  const work = async (): Promise<void> => {
    for (let id = waiting.shift(); id !== undefined && ends.length === 0; id = waiting.shift()) {
      try {
        outcomes.set(id, (await restore(part, id, request, kit)).outcome);
      } catch (error) {
        const failure = failureOf(id, error, kit.signal);
        if ('end' in failure) ends.push(failure.end);
        else failures.set(id, failure);
      }
    }
  };
  // All of it has ended when we answer: no touch of this attempt is left on its way.
  await Promise.all(Array.from({ length: atOnce }, work));
  if (ends.length > 0) throw ends[0];
  const [first, ...others] = [...failures.values()];
  if (first === undefined) {
    return { targets: request.targets.map((id) => ({ id, outcome: outcomes.get(id) ?? 'already' })) };
  }
  const code = others.every((other) => other.code === first.code) ? first.code : 'REVERT_FAILED';
  const told = request.targets.flatMap((id) => failures.get(id)?.message ?? []).join('; ');
  throw new GraywaveError(code, `${told}; ${outcomes.size} of ${request.targets.length} were restored`);
}

function restore(part: ProcessPart, id: string, request: RevertRequest, kit: Kit): Promise<TouchAnswer> {
  const { key, epoch } = request.grant;
  const gate = <T>(act: () => Promise<T>): Promise<T> => kit.touch(id, act);
  if (request.drain) return part.supervisor.drain(id, { key, epoch }, gate, kit.signal);
  const { version } = beforeOf(id, request.before, 'REVERT_FAILED');
  return part.supervisor.put(id, { version, key, epoch, expect: { version: part.version } }, gate, kit.signal);
}

interface Failure {
  code: ErrorCode;
  message: string;
}

/** What one target's failure means; `end`: it is not about the target (no permission, cancelled, stale). */
function failureOf(id: string, error: unknown, signal: AbortSignal): Failure | { end: unknown } {
  if (signal.aborted) return { end: error };
  if (error instanceof Refused) {
    if (error.code === 'stale') return { end: new GraywaveError('TOUCH_STALE', error.message, { cause: error }) };
    return { code: error.code === 'changed' ? 'WORLD_CHANGED' : 'REVERT_FAILED', message: error.message };
  }
  if (error instanceof GraywaveError && error.code === 'TOUCH_REFUSED') return { end: error };
  return { code: 'REVERT_FAILED', message: `${id}: ${messageOf(error)}` };
}
