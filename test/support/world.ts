import { activityInfo } from '@temporalio/activity';
import { ApplicationFailure } from '@temporalio/common';
import type { Driver, Kit } from '../../src/drivers/driver.js';
import type { ApplyRequest, Found, Grant, RevertRequest, Target, TouchOutcome } from '../../src/drivers/protocol.js';
import { GraywaveError } from '../../src/errors.js';
import type { JournalRecord } from '../../src/journal/port.js';
import type { Notice, NoticeEvent } from '../../src/notify/notice.js';
import type { HistogramReading, RawCount, RawLevel, Reading, Source, StreamQuery } from '../../src/sources/port.js';

/** One thing that a change of the tests can change: it keeps a version, the key that set it, and the newest epoch. */
export interface Place {
  id: string;
  version: string;
  key: string;
  epoch: number;
  drained: boolean;
}

export interface Touch {
  id: string;
  from: string;
  to: string;
  key: string;
  epoch: number;
}

/** How each verb misbehaves; each is asked at every call. */
export interface Mischief {
  /** After Temporal allowed the touch, before it is made. */
  beforeTouch?: (verb: 'apply' | 'revert', id: string, kit: Kit) => Promise<void>;
  /** Before Temporal is asked. */
  beforeAsk?: (verb: 'apply' | 'revert', id: string) => Promise<void>;
  /** Before the source is read, by the type of the activity that reads. */
  beforeRead?: (activity: string) => Promise<void>;
  /** Before a look is stored, by the type of the activity that looked. */
  beforeKeep?: (activity: string) => Promise<void>;
  beforeRecord?: (record: JournalRecord) => Promise<void>;
  afterRecord?: (record: JournalRecord) => Promise<void>;
  verify?: (id: string, found: Found) => Found;
  plan?: () => void;
  /** Before a channel takes a notice. */
  beforeNotice?: (channel: string, notice: Notice) => Promise<void>;
}

let worlds = 0;

/** A small real world in memory: targets, a driver that changes them, and a source that counts what they serve. */
export class World {
  readonly places: Map<string, Place>;
  /** Every effective touch, in order. */
  readonly touches: Touch[] = [];
  /** Code of every error that kept a touch from being made. */
  readonly refusals: { id: string; code: string }[] = [];
  /** Targets that the source gives no rows for. */
  readonly silent = new Set<string>();
  mischief: Mischief = {};
  /** Channels that are told of an event, and what each has taken. */
  channels: Partial<Record<NoticeEvent, string[]>> = {};
  readonly notices: { channel: string; notice: Notice }[] = [];
  reversible = true;
  /** Share of bad events by version. */
  badShare: Record<string, number> = { v1: 0.01, v2: 0.01, bad: 0.2 };
  /** Events per target and reading. */
  eventsPerLook = 400;
  /** What a gauge of a target shows at a reading, by the version that serves. */
  gauge: (id: string, version: string) => number = () => 1;
  /** Thrown by the source while set. */
  sourceDown: GraywaveError | null = null;
  reads = 0;
  /** The source answers, and shows the same for ever. */
  frozen = false;
  /** Set by a test that has begun a rollback. */
  rollsBack = false;
  /** True while a driver is asked to drain. */
  drains = false;
  /** The only target of a part named `flag`; it serves nothing, so no signal tells of it. */
  readonly flag: Place = { id: 'flag', version: 'off', key: '', epoch: 0, drained: false };
  readonly name = `world-${++worlds}`;
  private readonly counts = new Map<string, { total: number; bad: number }>();
  private clockMs = Date.now();

  constructor(ids: readonly string[] = Array.from({ length: 8 }, (_, i) => `app-${i + 1}`)) {
    this.places = new Map(ids.map((id) => [id, { id, version: 'v1', key: '', epoch: 0, drained: false }]));
  }

  versions(): Record<string, string> {
    return Object.fromEntries([...this.places.values()].map(({ id, version }) => [id, version]));
  }

  place(id: string): Place {
    const place = id === this.flag.id ? this.flag : this.places.get(id);
    if (!place) throw new Error(`no place ${id}`);
    return place;
  }

  private set(id: string, to: string, grant: Grant, expect: string): TouchOutcome {
    const place = this.place(id);
    if (place.epoch > grant.epoch) throw new GraywaveError('TOUCH_STALE', `${id} has seen epoch ${place.epoch}.`);
    if (place.key === grant.key) return 'already';
    if (place.version !== expect && place.version !== to) {
      throw new GraywaveError('WORLD_CHANGED', `${id} is ${place.version}, not ${expect}.`);
    }
    this.touches.push({ id, from: place.version, to, key: grant.key, epoch: grant.epoch });
    Object.assign(place, { version: to, key: grant.key, epoch: grant.epoch, drained: false });
    return 'touched';
  }

  driver(name = 'memory'): Driver {
    const versionOf = (before: unknown): string => (before as { version: string }).version;
    const each = async (request: ApplyRequest | RevertRequest, kit: Kit, verb: 'apply' | 'revert') => {
      const answer: { id: string; outcome: TouchOutcome }[] = [];
      this.drains = verb === 'revert' && (request as RevertRequest).drain;
      for (const id of request.targets) {
        try {
          await this.mischief.beforeAsk?.(verb, id);
          const outcome = await kit.touch(id, async () => {
            await this.mischief.beforeTouch?.(verb, id, kit);
            const before = versionOf(request.before[id]);
            if (verb === 'apply') return this.set(id, request.part.with.version as string, request.grant, before);
            // As a real target does: what is neither as applied nor as before was put there by a hand, and stays.
            const after = request.part.with.version as string;
            if (!(request as RevertRequest).drain) return this.set(id, before, request.grant, after);
            this.place(id).drained = true;
            return 'touched' as const;
          });
          answer.push({ id, outcome });
        } catch (error) {
          this.refusals.push({ id, code: error instanceof GraywaveError ? error.code : String(error) });
          throw error;
        }
      }
      return { targets: answer };
    };
    return {
      name,
      plan: async ({ part }) => {
        this.mischief.plan?.();
        const places = part.name === 'flag' ? [this.flag] : [...this.places.values()];
        const targets: Target[] = places.map(({ id }, i) => ({
          id,
          labels: { zone: i % 2 === 0 ? 'a' : 'b' },
          share: 1 / places.length,
        }));
        const before = Object.fromEntries(places.map(({ id, version }) => [id, { version }]));
        const preview = [`${targets.length} places to ${part.with.version as string}`];
        return {
          targets,
          reversible: this.reversible,
          resources: [`memory:${this.name}`],
          before,
          preview,
        };
      },
      apply: (request, kit) => each(request, kit, 'apply'),
      revert: (request, kit) => each(request, kit, 'revert'),
      verify: async ({ part, targets, before }) => ({
        targets: targets.map((id) => {
          const { version } = this.place(id);
          const was = versionOf(before[id]);
          const found: Found = version === part.with.version ? 'after' : version === was ? 'before' : 'other';
          return { id, found: this.mischief.verify?.(id, found) ?? found, detail: version };
        }),
      }),
    };
  }

  /** Counts go up at every reading, by the version that serves; deterministic, and no clock is needed. */
  source(name = 'memory'): Source {
    return {
      name,
      read: async (queries: StreamQuery[]): Promise<Reading> => {
        await this.mischief.beforeRead?.(activityInfo().activityType);
        if (this.sourceDown) throw this.sourceDown;
        this.reads += 1;
        this.clockMs = Math.max(this.clockMs + 1, Date.now());
        for (const { id, version } of this.frozen ? [] : this.places.values()) {
          const count = this.counts.get(id) ?? { total: 0, bad: 0 };
          count.total += this.eventsPerLook;
          count.bad += Math.round(this.eventsPerLook * (this.badShare[version] ?? 0));
          this.counts.set(id, count);
        }
        const atMs = this.clockMs;
        const gauges = queries.filter(({ measure }) => measure.kind === 'gauge');
        const levels = gauges.flatMap(({ stream }) =>
          [...this.places.values()]
            .filter(({ id }) => !this.silent.has(id))
            .map(({ id, version }): RawLevel => {
              return { stream, target: id, value: this.gauge(id, version), atMs, startedMs: null };
            }),
        );
        const counted = queries.filter(({ measure }) => measure.kind !== 'gauge');
        const counts = counted.flatMap(({ stream }) =>
          [...this.counts]
            .filter(([target]) => !this.silent.has(target))
            .map(([target, { total, bad }]): RawCount => ({ stream, target, incarnation: '1', atMs, total, bad })),
        );
        return gauges.length === 0 ? { atMs, counts } : { atMs, counts, levels };
      },
      histogram: (): Promise<HistogramReading> => Promise.reject(new Error('this world has no histogram')),
    };
  }
}

/** An error that no retry cures, as a driver in another language would report it. */
export const fatal = (message: string): ApplicationFailure =>
  ApplicationFailure.create({ message, type: 'APPLY_FAILED', nonRetryable: true });
