import {
  type ActivityInterfaceFor,
  type ActivityOptions,
  proxyActivities,
  proxyLocalActivities,
} from '@temporalio/workflow';
import type {
  ClearRequest,
  FreezeAnswer,
  FreezeRequest,
  GateAnswer,
  GateRequest,
  NoteAnswer,
  NoteRequest,
  NoticeKind,
  ObserveAnswer,
  ObserveRequest,
  SettleAnswer,
  SettleRequest,
} from '../activities/types.js';
import type { DriverActivities } from '../drivers/kit.js';
import { driverQueue, revertQueue } from '../drivers/protocol.js';
import type { Swept } from '../activities/sweep.js';
import type { Entry } from '../journal/port.js';
import { observeQueue } from './names.js';

/** Every activity a workflow calls, with its time limits; nothing else makes a proxy. */
interface OwnActivities {
  gate(request: GateRequest): Promise<GateAnswer>;
  settle(request: SettleRequest): Promise<SettleAnswer>;
  recall(changeId: string): Promise<Entry[]>;
  head(): Promise<number>;
  note(request: NoteRequest): Promise<NoteAnswer>;
  freeze(request: FreezeRequest): Promise<FreezeAnswer>;
  channels(notice: NoticeKind): Promise<string[]>;
  wake(holdId: string): Promise<number>;
  sweep(): Promise<Swept>;
  look(request: ObserveRequest): Promise<ObserveAnswer>;
}

const patient = { initialInterval: '1s', backoffCoefficient: 2, maximumInterval: '10s' } as const;

/** Short activities of our own on the workflow's queue; they retry until they succeed. */
export const own = proxyActivities<OwnActivities>({
  startToCloseTimeout: '30s',
  retry: patient,
  cancellationType: 'TRY_CANCEL',
});

/**
 * Short questions to the journal, run by the worker of the workflow task itself; see record.ts. Brief, for the
 * workflow hears nothing meanwhile, and an abort must be heard within a second.
 */
export const beside = proxyLocalActivities<
  Pick<OwnActivities, 'gate' | 'settle' | 'recall' | 'head' | 'note' | 'channels'>
>({
  // Longer than the time there is in all, or a try that ends with it is taken for one to be made again, without end.
  startToCloseTimeout: '2s',
  scheduleToCloseTimeout: '800ms',
  retry: { initialInterval: '200ms', backoffCoefficient: 2, maximumAttempts: 3 },
});

/** The same, urgent: what a rollback waits for. */
export const urgent = (withinMs: number): typeof own =>
  proxyActivities<OwnActivities>({
    startToCloseTimeout: '10s',
    scheduleToCloseTimeout: Math.max(1_000, withinMs),
    retry: { ...patient, initialInterval: '200ms', maximumInterval: '5s' },
    priority: { priorityKey: 1 },
  });

/** Asks, ever more rarely and without events, until nothing stands in the way. */
export const patiently = proxyActivities<{ clear(request: ClearRequest): Promise<void> }>({
  startToCloseTimeout: '30s',
  retry: { initialInterval: '2s', backoffCoefficient: 1.5, maximumInterval: '60s' },
  cancellationType: 'TRY_CANCEL',
});

/** One look, asked for by an operator; bounded, so that promote gets its answer. */
export const lookSoon = proxyActivities<Pick<OwnActivities, 'look'>>({
  startToCloseTimeout: '20s',
  scheduleToCloseTimeout: '40s',
  retry: { ...patient, maximumAttempts: 3 },
  priority: { priorityKey: 2 },
  cancellationType: 'TRY_CANCEL',
});

/**
 * The watcher: heartbeats come only from its loop, so silence for 20 s means that nobody looks. One attempt: the
 * workflow schedules the next itself, from the last state. TRY_CANCEL, for an abort waits for nothing.
 */
export const observer = proxyActivities<{ observe(request: ObserveRequest): Promise<ObserveAnswer> }>({
  taskQueue: observeQueue,
  startToCloseTimeout: '365 days',
  scheduleToStartTimeout: '15s',
  heartbeatTimeout: '20s',
  retry: { maximumAttempts: 1 },
  cancellationType: 'TRY_CANCEL',
});

/** A driver's verbs going forward. */
export function forwardDriver(driver: string, options: ActivityOptions = {}): ActivityInterfaceFor<DriverActivities> {
  return proxyActivities<DriverActivities>({
    taskQueue: driverQueue(driver),
    startToCloseTimeout: '1 hour',
    heartbeatTimeout: '10s',
    retry: patient,
    cancellationType: 'TRY_CANCEL',
    ...options,
  });
}

/** A driver's verbs going back, on slots of their own; given up at `withinMs`, when the next resort has its turn. */
export function backDriver(driver: string, withinMs: number): ActivityInterfaceFor<DriverActivities> {
  return proxyActivities<DriverActivities>({
    taskQueue: revertQueue(driver),
    startToCloseTimeout: Math.max(1_000, withinMs),
    scheduleToCloseTimeout: Math.max(1_000, withinMs),
    heartbeatTimeout: '10s',
    retry: { initialInterval: '500ms', backoffCoefficient: 2, maximumInterval: '10s' },
    priority: { priorityKey: 1 },
  });
}
