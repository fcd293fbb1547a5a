import { setTimeout as sleep } from 'node:timers/promises';
import { readChange } from '../src/spec/read.js';
import type { ChangeSpec } from '../src/spec/types.js';
import { type ChangeStatus, isTerminal, type TerminalState } from '../src/workflows/messages.js';
import { changeWorkflowId } from '../src/workflows/names.js';
import type { Lane } from './lane/lane.js';
import type { Problem } from './examine/problem.js';
import type { Point } from './points.js';

/** A change beside the one whose point is played, on the same resource. */
export interface Companion {
  id: string;
  version: string;
  ends: TerminalState;
}

const pollMs = 200;
const reachWithinMs = 150_000;

/** Waits until a condition holds. Throws with what it waited for. */
export async function until(
  what: string,
  holds: () => Promise<boolean> | boolean,
  signal: AbortSignal,
  withinMs = reachWithinMs,
): Promise<void> {
  const endMs = Date.now() + withinMs;
  for (;;) {
    signal.throwIfAborted();
    if (await holds()) return;
    if (Date.now() > endMs) throw new Error(`${what}: not within ${withinMs / 1000} s`);
    await sleep(pollMs, undefined, { signal });
  }
}

/** What a spec of these changes says beside what all of them say. */
export type More = Record<string, unknown>;

/** One change on its way to its point, through the fault, and on to its end. */
export class Story {
  readonly companions: Companion[] = [];
  readonly problems: Problem[] = [];
  /** Targets that a hand has changed and that stay so. */
  readonly byHand = new Map<string, string>();
  /** While a hold is in force no wave may begin: from when to when. */
  held: { wave: number; fromMs: number; toMs: number } | null = null;
  /** The fault, once there was one. */
  fault = { fromMs: Infinity, toMs: Infinity };

  constructor(
    readonly lane: Lane,
    readonly point: Point,
    readonly id: string,
    readonly service: string,
    readonly version: string,
  ) {}

  get fleet(): string {
    return this.lane.fleets.of(this.service);
  }

  async submit(more: More): Promise<void> {
    await this.lane.client.submitSpec(aSpec(this, this.id, this.version, more), 'faults');
  }

  /** Submits another change on the same resource. */
  async submitCompanion(ends: TerminalState, more: More = {}): Promise<Companion> {
    const number = this.companions.length + 1;
    const companion = { id: `${this.id}-c${number}`, version: `${this.version}-c${number}`, ends };
    this.companions.push(companion);
    await this.lane.client.submitSpec(aSpec(this, companion.id, companion.version, more), 'faults');
    return companion;
  }

  /** Another change stands in the queue behind this one. */
  async follow(): Promise<void> {
    const { id } = await this.submitCompanion('completed');
    await this.until('in the queue', (status) => status.waitsFor?.what === 'resource', id);
  }

  status(id = this.id): Promise<ChangeStatus> {
    return this.lane.client.status(id);
  }

  until(what: string, holds: (status: ChangeStatus) => boolean, id = this.id): Promise<void> {
    const look = async (): Promise<boolean> => {
      const status = await this.status(id).catch(() => null);
      if (status !== null && isTerminal(status.state) && status.endedMs !== null && !holds(status))
        throw new Error(`${id} should be ${what}, and ended ${status.state}: ${status.reason}`);
      return status !== null && holds(status);
    };
    return until(`${id}: ${what}`, look, this.lane.options.signal);
  }

  waitsFor(what: string): Promise<void> {
    return this.until(`waiting for ${what}`, (status) => status.waitsFor?.what === what);
  }

  /** Until somebody has looked at this wave; told by a file, so that no server is asked over and over. */
  looked(wave: number, id = this.id): Promise<void> {
    const seen = (): boolean => this.lane.signs.marks(id).some((mark) => mark.at === `look ${wave}`);
    return until(`${id}: wave ${wave} looked at`, seen, this.lane.options.signal);
  }

  /** Until somebody has looked again after the fault. */
  async lookedAgain(): Promise<void> {
    const seen = async (): Promise<boolean> =>
      (await this.lane.cells.read(this.id)).some((look) => look.error === null && look.toMs > this.fault.toMs);
    await until(`${this.id}: looked at again`, seen, this.lane.options.signal);
  }

  /** Asks something of the change by update; asked again while nobody answers, as a person would. */
  async ask(update: string, request: object = {}, id = this.id): Promise<void> {
    const handle = this.lane.client.temporal.workflow.getHandle(changeWorkflowId(id));
    const updateId = `${update}-${Date.now()}`;
    const asked = async (): Promise<boolean> => {
      const call = (): Promise<unknown> =>
        handle.executeUpdate(update, { args: [{ by: 'faults', ...request }] as [object], updateId });
      await this.lane.client.temporal.withDeadline(Date.now() + 20_000, call).catch((error: unknown) => {
        if (/deadline|unavailable|not.?connected|reset|cancelled/i.test(String(error))) throw new Unanswered();
        throw error;
      });
      return true;
    };
    const tried = (): Promise<boolean> =>
      asked().catch((error: unknown) => {
        if (error instanceof Unanswered) return false;
        throw error;
      });
    await until(`${id}: ${update} answered`, tried, this.lane.options.signal);
  }
}

class Unanswered extends Error {}

/** Bakes that are over at once, and one that lasts as long as anybody wants. */
export const quickBake = { min: '1s', max: '3s' };
export const longBake = { min: '10m', max: '20m' };

/** Three waves; each has a quick bake where nothing else is said. */
export const wavesWith = (bakes: Record<number, object> = {}): object[] =>
  [1, 2, '100%'].map((to, i) => ({ to, bake: bakes[i + 1] ?? quickBake }));

function aSpec(story: Story, id: string, version: string, { quietly, ...more }: More): ChangeSpec {
  const { service, fleet } = story;
  const written = {
    apiVersion: 'graywave/v1',
    kind: 'Change',
    id,
    owner: 'faults',
    type: 'config',
    tier: 3,
    services: [service],
    parts: [
      {
        name: 'image',
        driver: 'process',
        with: { fleet, service, version: quietly === true ? `${version}-quiet` : version },
      },
      { name: 'setting', driver: 'setting', with: { service, value: version } },
    ],
    waves: wavesWith(),
    onInconclusive: 'advance',
    signals: [{ source: fleet, kind: 'errors' }],
    rollback: { deadline: '10m', batch: '100%', observe: '0s' },
    ...more,
  };
  return readChange(JSON.stringify(written), { file: '(faults)' }).spec;
}
