import { z } from 'zod';
import { GraywaveError, messageOf } from '../../errors.js';
import type { Json, PartSpec } from '../../spec/types.js';
import { nearest } from '../../spec/nearest.js';
import { type Supervisor, supervisor } from './client.js';

const withSchema = z.strictObject({ fleet: z.string(), service: z.string(), version: z.string() });

/** `with` of a part: `{ fleet, service, version }`; names that the worker's configuration and the fleet file know. */
export interface ProcessPart {
  fleet: string;
  service: string;
  version: string;
  supervisor: Supervisor;
}

export type Fleets = Record<string, { url: string }>;

/** @throws GraywaveError PLAN_REFUSED for an unknown key, a missing one, or an unknown fleet. */
export function readPart(part: PartSpec, fleets: Fleets): ProcessPart {
  const parsed = withSchema.safeParse(part.with);
  if (!parsed.success) {
    const issue = parsed.error.issues[0];
    if (issue?.code === 'unrecognized_keys') {
      throw unknown(part, 'key', issue.keys[0] ?? '', ['fleet', 'service', 'version']);
    }
    const where = issue?.path.map(String).join('.') || 'with';
    throw refused(part, `\`${where}\` must be given as text; with needs fleet, service and version`);
  }
  const fleet = Object.hasOwn(fleets, parsed.data.fleet) ? fleets[parsed.data.fleet] : undefined;
  if (fleet === undefined) throw unknown(part, 'fleet', parsed.data.fleet, Object.keys(fleets));
  return { ...parsed.data, supervisor: supervisor(fleet.url) };
}

export function refused(part: PartSpec, message: string, cause?: unknown): GraywaveError {
  const options = cause === undefined ? {} : { cause };
  return new GraywaveError('PLAN_REFUSED', `part ${part.name}: ${message}`, options);
}

export function unknown(part: PartSpec, what: string, name: string, known: readonly string[]): GraywaveError {
  const close = nearest(name, known);
  const guess = close === undefined ? '' : `; did you mean ${close}?`;
  return refused(part, `there is no ${what} \`${name}\`, only ${known.join(', ') || 'none at all'}${guess}`);
}

/** What `revert` needs of one target. */
export interface Before {
  version: string;
}

const beforeSchema = z.object({ version: z.string() });

/** @throws GraywaveError with `code` when the change has no before-state for this target. */
export function beforeOf(
  id: string,
  before: Record<string, Json>,
  code: 'APPLY_FAILED' | 'VERIFY_FAILED' | 'REVERT_FAILED',
): Before {
  const parsed = beforeSchema.safeParse(Object.hasOwn(before, id) ? before[id] : undefined);
  if (parsed.success) return parsed.data;
  throw new GraywaveError(
    code,
    `no before-state is on record for ${id}: ${messageOf(parsed.error.issues[0]?.message)}`,
  );
}
