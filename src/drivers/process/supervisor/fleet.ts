import { join } from 'node:path';
import type { FleetDescription, Instance, RefusalCode, RoutingTable } from '../wire.js';
import { alive, healthOf } from './child.js';
import type { FleetFile, ServiceFile } from './fleetfile.js';
import type { TouchLog } from './log.js';
import type { Slot, SlotStore } from './slot.js';

/** Everything one supervisor works on. */
export interface Fleet {
  file: FleetFile;
  stateDir: string;
  /** What `{programs}` in a command stands for. */
  programsDir: string;
  slots: Map<string, Slot>;
  store: SlotStore;
  log: TouchLog;
  /** Slots whose process was there before this supervisor. */
  adopted: Set<string>;
  /** Aborted when the fleet is being stopped. */
  stopping: AbortController;
  /** Runs one operation after the other on a slot, and each to its end: a caller who goes away changes nothing. */
  inTurn<T>(slot: Slot, operation: () => Promise<T>): Promise<T>;
}

/** The supervisor will not or cannot do it; the slot is as it was. */
export class Refusal extends Error {
  override readonly name = 'Refusal';
  readonly code: RefusalCode;

  constructor(code: RefusalCode, message: string) {
    super(message);
    this.code = code;
  }
}

export function newFleet(parts: Omit<Fleet, 'slots' | 'adopted' | 'stopping' | 'inTurn'>): Fleet {
  const turns = new Map<string, Promise<unknown>>();
  return {
    ...parts,
    slots: new Map(),
    adopted: new Set(),
    stopping: new AbortController(),
    inTurn(slot, operation) {
      const before = turns.get(slot.id) ?? Promise.resolve();
      const mine = before.then(operation, operation);
      turns.set(slot.id, mine);
      return mine;
    },
  };
}

export function serviceOf(fleet: Fleet, slot: Slot): ServiceFile {
  const service = fleet.file.services[slot.service];
  if (service === undefined) throw new Refusal('internal', `${slot.id} belongs to no service of the fleet file`);
  return service;
}

export const logFileOf = (fleet: Fleet, slot: Slot): string => join(fleet.stateDir, 'logs', `${slot.id}.log`);

export function zonesOf(file: FleetFile, service: ServiceFile): string[] {
  if (typeof service.instances !== 'number') return service.instances.map((it) => it.zone);
  return Array.from({ length: service.instances }, (_, index) => file.zones[index % file.zones.length] ?? 'a');
}

/** The slot as it really is: the process is looked at and asked, nothing is taken from memory. */
export async function instanceOf(fleet: Fleet, slot: Slot): Promise<Instance> {
  const { id, service, zone, version, key, epoch, process } = slot;
  const lives = process !== null && alive(process);
  const health = lives ? await healthOf(process.port, serviceOf(fleet, slot).health) : null;
  const healthy = health !== null && health.instance === id && health.pid === process?.pid;
  const state = process === null ? 'stopped' : !lives ? 'crashed' : slot.serving ? 'running' : 'drained';
  const { pid = null, port = null, startedAt = null } = process ?? {};
  return { id, service, zone, version, key, epoch, pid, port, state, healthy, startedAt };
}

/** Who gets requests. A crashed instance stays in it: nobody told the edge, just as in life. */
export function routingTable(fleet: Fleet): RoutingTable {
  const table: RoutingTable = {};
  for (const [name, service] of Object.entries(fleet.file.services)) {
    if (service.routed && !service.router) table[name] = [];
  }
  for (const { id, service, zone, version, serving, process } of fleet.slots.values()) {
    if (serving && process !== null) table[service]?.push({ id, port: process.port, zone, version });
  }
  return table;
}

export function describeFleet(fleet: Fleet, ready: boolean): FleetDescription {
  const services: FleetDescription['services'] = {};
  for (const [name, { versions, routed, health }] of Object.entries(fleet.file.services)) {
    const instances = [...fleet.slots.values()].filter((slot) => slot.service === name).map((slot) => slot.id);
    services[name] = { versions: Object.keys(versions), instances, routed, health };
  }
  return { name: fleet.file.name, pid: process.pid, ready, services };
}

/** Answer to Prometheus' HTTP service discovery: every process that was started, the dead ones too. */
export function discovery(fleet: Fleet): { targets: string[]; labels: Record<string, string> }[] {
  return [...fleet.slots.values()].flatMap(({ id, service, zone, version, process }) =>
    process === null
      ? []
      : [{ targets: [`127.0.0.1:${process.port}`], labels: { service, instance: id, zone, version } }],
  );
}
