import { isFree } from '../../../embedded/ports.js';
import { setTimeout as sleep } from 'node:timers/promises';
import { messageOf } from '../../../errors.js';
import { alive, birthOf, freePort, healthOf, start, stop } from './child.js';
import { type Fleet, logFileOf, Refusal, serviceOf } from './fleet.js';
import { routers } from './routes.js';
import type { ProcessRecord, Slot } from './slot.js';

/** A process that is seen dead holds its port until the last of its threads has ended. */
const portPatienceMs = 1000;
/** How often another port is tried when somebody else has taken the one that was free. */
const otherPorts = 3;
const endedEarly = 'ended while it started';

/** Which version to start, and what the process is told about the touch it came from. */
export interface Wanted {
  version: string;
  key: string | null;
  epoch: number;
}

/**
 * Starts a process for the slot beside the present one and waits until its health page answers as this instance. It
 * is on record as pending before it exists, so whatever kills the supervisor, the next one finds and stops it.
 * @throws Refusal `start_failed`, with the new process gone and the slot as it was.
 */
export async function launch(fleet: Fleet, slot: Slot, wanted: Wanted): Promise<ProcessRecord> {
  for (let left = otherPorts; ; left--) {
    const { port, isFixed } = await portFor(fleet, slot);
    const { record, problem } = await launchOn(port, fleet, slot, wanted);
    if (problem === null) return record;
    // A port that was free is anybody's until the process has it.
    const lostPort = problem === endedEarly && !isFixed && !(await isFree(port));
    if (lostPort && left > 0 && !fleet.stopping.signal.aborted) continue;
    throw new Refusal('start_failed', `${slot.id}@${wanted.version} ${problem}; see ${logFileOf(fleet, slot)}`);
  }
}

async function launchOn(
  port: number,
  fleet: Fleet,
  slot: Slot,
  wanted: Wanted,
): Promise<{ record: ProcessRecord; problem: string | null }> {
  fleet.store.save(slot, { pending: { pid: null, port, birth: null } });
  const startedAt = new Date().toISOString();
  let pid: number;
  try {
    pid = await start({
      argv: argvOf(fleet, slot, wanted.version),
      env: environment(fleet, slot, wanted, port),
      cwd: fleet.stateDir,
      logFile: logFileOf(fleet, slot),
    });
  } catch (error) {
    fleet.store.save(slot, { pending: null });
    throw new Refusal('start_failed', `${slot.id}@${wanted.version} cannot be started: ${messageOf(error)}`);
  }
  const record = { pid, port, birth: birthOf(pid), startedAt };
  fleet.store.save(slot, { pending: { pid, port, birth: record.birth } });
  const problem = await whyUnhealthy(fleet, slot, record);
  if (problem === null) return { record, problem };
  await stop(record, 200);
  fleet.store.save(slot, { pending: null });
  return { record, problem };
}

async function portFor(fleet: Fleet, slot: Slot): Promise<{ port: number; isFixed: boolean }> {
  const service = serviceOf(fleet, slot);
  const fixed = service.port !== 0 ? service.port : service.router ? (slot.process?.port ?? 0) : 0;
  if (fixed === 0) return { port: await freePort(), isFixed: false };
  for (const end = Date.now() + portPatienceMs; ; await sleep(20)) {
    if (await isFree(fixed)) return { port: fixed, isFixed: true };
    if (Date.now() >= end) break;
  }
  throw new Refusal('start_failed', `${slot.id} needs port ${fixed}, and something else listens there`);
}

async function whyUnhealthy(fleet: Fleet, slot: Slot, record: ProcessRecord): Promise<string | null> {
  const { health } = serviceOf(fleet, slot);
  const end = Date.now() + fleet.file.startSeconds * 1000;
  while (Date.now() < end) {
    if (fleet.stopping.signal.aborted) return 'was not healthy yet when the fleet was stopped';
    const answer = await healthOf(record.port, health, Math.max(1, Math.min(1000, end - Date.now())));
    if (answer?.instance === slot.id && answer.pid === record.pid) return null;
    if (!alive(record)) return endedEarly;
    await sleep(10);
  }
  return `was not healthy within ${fleet.file.startSeconds} s`;
}

function argvOf(fleet: Fleet, slot: Slot, version: string): string[] {
  const service = serviceOf(fleet, slot);
  const command = service.versions[version]?.command ?? service.command ?? [];
  return command.map((word) => word.replaceAll('{node}', process.execPath).replaceAll('{programs}', fleet.programsDir));
}

/** Only what a program needs: nothing secret of the supervisor's own environment gets into the fleet. */
function environment(fleet: Fleet, slot: Slot, wanted: Wanted, port: number): Record<string, string> {
  const service = serviceOf(fleet, slot);
  const env: Record<string, string> = {};
  for (const name of ['PATH', 'HOME', 'TMPDIR', 'TZ', 'LANG']) {
    const value = process.env[name];
    if (value !== undefined) env[name] = value;
  }
  const edge = routers(fleet)[0]?.process;
  return {
    ...env,
    ...service.env,
    ...service.versions[wanted.version]?.env,
    FLEET_SERVICE: slot.service,
    FLEET_INSTANCE: slot.id,
    FLEET_ZONE: slot.zone,
    FLEET_VERSION: wanted.version,
    FLEET_KEY: wanted.key ?? '',
    FLEET_EPOCH: String(wanted.epoch),
    FLEET_PORT: String(port),
    FLEET_EDGE_URL: edge ? `http://127.0.0.1:${edge.port}` : '',
  };
}
