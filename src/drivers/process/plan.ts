import { messageOf } from '../../errors.js';
import type { PlanAnswer, PlanRequest } from '../protocol.js';
import { type Fleets, readPart, refused, unknown } from './part.js';
import type { Instance } from './wire.js';

/** Looks at the real fleet and says what would be replaced. Touches nothing. */
export async function plan(fleets: Fleets, { part }: PlanRequest, signal: AbortSignal): Promise<PlanAnswer> {
  const { fleet, service, version, supervisor } = readPart(part, fleets);
  const [described, instances] = await Promise.all([supervisor.describe(signal), supervisor.instances(signal)]).catch(
    (error: unknown) => {
      if (signal.aborted) throw error;
      throw refused(part, `the fleet ${fleet} does not answer: ${messageOf(error)}`, error);
    },
  );
  const known = Object.hasOwn(described.services, service) ? described.services[service] : undefined;
  if (known === undefined) throw unknown(part, 'service', service, Object.keys(described.services));
  if (!known.versions.includes(version)) throw unknown(part, `version of ${service}`, version, known.versions);

  const slots = known.instances.flatMap((id) => instances.get(id) ?? []);
  const unfit = slots.filter((slot) => slot.state !== 'running' || !slot.healthy);
  if (unfit.length > 0) {
    throw refused(part, `before a change every instance must serve, and ${unfit.map(condition).join(', ')}`);
  }
  if (slots.every((slot) => slot.version === version)) {
    throw refused(part, `all ${slots.length} instances of ${service} are at ${version} already`);
  }
  return {
    targets: slots.map(({ id, zone, version: present }) => ({
      id,
      labels: { zone, instance: id, service, version: present },
      share: 1 / slots.length,
    })),
    reversible: true,
    resources: [`process:${fleet}/${service}`],
    before: Object.fromEntries(slots.map((slot) => [slot.id, { version: slot.version }])),
    preview: preview(fleet, service, version, slots),
  };
}

export function condition({ id, state, healthy, pid }: Instance): string {
  if (state === 'running' && !healthy) return `${id} does not answer (process ${pid})`;
  return state === 'crashed' ? `${id} is crashed (process ${pid} is gone)` : `${id} is ${state}`;
}

function preview(fleet: string, service: string, version: string, slots: Instance[]): string[] {
  const byVersion = new Map<string, string[]>();
  for (const slot of slots) byVersion.set(slot.version, [...(byVersion.get(slot.version) ?? []), slot.id]);
  const lines = [`${fleet}/${service}: ${slots.length} processes, replaced one by one by processes of ${version}`];
  for (const [present, ids] of byVersion) {
    lines.push(
      `${ids.join(', ')}: ${present === version ? `at ${version} already, left alone` : `${present} → ${version}`}`,
    );
  }
  return [...lines, 'each new process must be healthy before the old one leaves the routing table and ends'];
}
