import { setTimeout as sleep } from 'node:timers/promises';
import { GraywaveError, messageOf } from '../../errors.js';
import type { Found, VerifyAnswer, VerifyRequest } from '../protocol.js';
import { callJson } from './call.js';
import { beforeOf, type Fleets, readPart } from './part.js';
import { condition } from './plan.js';
import type { Health, Instance } from './wire.js';

const healthLimitMs = 2000;
/** One pause of a collector is no missing process; a dead one is told by the supervisor, at once. */
const patienceMs = 8_000;
const pauseMs = 500;

/**
 * Reads back what is really there: which process the supervisor shows, and what that process itself says it is. A
 * supervisor that does not answer is an error, not an answer.
 */
export async function verify(fleets: Fleets, request: VerifyRequest, signal: AbortSignal): Promise<VerifyAnswer> {
  const part = readPart(request.part, fleets);
  const [described, instances] = await Promise.all([
    part.supervisor.describe(signal),
    part.supervisor.instances(signal),
  ]).catch((error: unknown) => {
    if (signal.aborted) throw error;
    throw new GraywaveError('VERIFY_FAILED', `the fleet ${part.fleet} does not answer: ${messageOf(error)}`, {
      cause: error,
    });
  });
  const healthPath = described.services[part.service]?.health ?? '/healthz';
  const targets = await Promise.all(
    request.targets.map(async (id) => {
      const slot = instances.get(id);
      if (slot === undefined) return { id, found: 'missing' as const, detail: `the fleet has no instance ${id}` };
      const before = beforeOf(id, request.before, 'VERIFY_FAILED').version;
      const seen = await look(slot, healthPath, { before, after: part.version }, signal);
      // A target that had the version already is in both states, and so in the one that is asked for.
      const inBoth = before === part.version && seen.found === 'after';
      return { id, ...seen, found: inBoth ? request.expect : seen.found };
    }),
  );
  return { targets };
}

async function look(
  slot: Instance,
  healthPath: string,
  versions: { before: string; after: string },
  signal: AbortSignal,
): Promise<{ found: Found; detail: string }> {
  if (slot.state === 'drained')
    return { found: 'other', detail: `${slot.id}@${slot.version} is drained: it gets no requests` };
  if (slot.state !== 'running') return { found: 'missing', detail: condition(slot) };
  const health = await ask(`http://127.0.0.1:${slot.port}${healthPath}`, signal);
  if (typeof health === 'string') return { found: 'missing', detail: `${slot.id} does not answer: ${health}` };
  const where = `${slot.id} is process ${health.pid} on port ${slot.port} and says it is ${health.version}`;
  if (health.instance !== slot.id) return { found: 'other', detail: `port ${slot.port} answers as ${health.instance}` };
  if (health.version !== slot.version) return { found: 'other', detail: `${where}; the fleet says ${slot.version}` };
  if (health.version === versions.after) return { found: 'after', detail: where };
  if (health.version === versions.before) return { found: 'before', detail: where };
  return { found: 'other', detail: `${where}, neither ${versions.before} nor ${versions.after}` };
}

/** The health page's own words, or why there are none: a process that is busy for a moment is asked again. */
async function ask(url: string, signal: AbortSignal): Promise<Health | string> {
  for (const endMs = Date.now() + patienceMs; ; await sleep(pauseMs, undefined, { signal })) {
    const said = await askOnce(url, signal);
    if (typeof said !== 'string' || Date.now() >= endMs) return said;
  }
}

async function askOnce(url: string, signal: AbortSignal): Promise<Health | string> {
  try {
    const { status, json } = await callJson(url, { timeoutMs: healthLimitMs, signal });
    if (status !== 200 || typeof json !== 'object' || json === null) return `${url} answered ${status}`;
    return json as Health;
  } catch (error) {
    if (signal.aborted) throw error;
    return messageOf(error);
  }
}
