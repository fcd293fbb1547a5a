import { asActivity } from '../drivers/failure.js';
import type { Entry } from '../journal/port.js';
import { Context } from '@temporalio/activity';
import { freeze } from './freeze.js';
import { gate } from './gate.js';
import { lastLook, observe } from './observe.js';
import type { Ports } from './ports.js';
import { settle } from './settle.js';
import type {
  FreezeAnswer,
  FreezeRequest,
  GateAnswer,
  GateRequest,
  ObserveAnswer,
  ObserveRequest,
  SettleAnswer,
  SettleRequest,
} from './types.js';

export interface ShortActivities {
  gate(request: GateRequest): Promise<GateAnswer>;
  settle(request: SettleRequest): Promise<SettleAnswer>;
  recall(changeId: string): Promise<Entry[]>;
  freeze(request: FreezeRequest): Promise<FreezeAnswer>;
  look(request: ObserveRequest): Promise<ObserveAnswer>;
}

/** Activities on the workflow's queue: short, they wait for nothing but their answer. */
export function shortActivities(ports: Ports): ShortActivities {
  return {
    gate: (request) => asActivity(() => gate(ports.journal, request)),
    settle: (request) => asActivity(() => settle(ports.journal, request)),
    recall: (changeId) => asActivity(() => ports.journal.entries(changeId)),
    freeze: (request) => asActivity(() => freeze(ports.sources, request, Context.current().cancellationSignal)),
    look: (request) => asActivity(() => lastLook(ports, request)),
  };
}

/** The watcher, on a queue with slots sized for bakes. */
export const observeActivities = (ports: Ports) => ({
  observe: (request: ObserveRequest): Promise<ObserveAnswer> => asActivity(() => observe(ports, request)),
});
