import { asActivity } from '../drivers/failure.js';
import type { Entry } from '../journal/port.js';
import type { Notice } from '../notify/notice.js';
import { Context } from '@temporalio/activity';
import { freeze } from './freeze.js';
import { clear } from './clear.js';
import { deliver, whoIsTold } from './deliver.js';
import { gate } from './gate.js';
import { note } from './note.js';
import { lastLook, observe } from './observe.js';
import type { EnginePorts, Ports } from './ports.js';
import { settle } from './settle.js';
import { sweep, type Swept } from './sweep.js';
import type { Tell } from './warned.js';
import { tellPeople } from './tell.js';
import { wake } from './wake.js';
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
} from './types.js';

export interface ShortActivities {
  gate(request: GateRequest): Promise<GateAnswer>;
  settle(request: SettleRequest): Promise<SettleAnswer>;
  note(request: NoteRequest): Promise<NoteAnswer>;
  recall(changeId: string): Promise<Entry[]>;
  head(): Promise<number>;
  clear(request: ClearRequest): Promise<void>;
  wake(holdId: string): Promise<number>;
  sweep(): Promise<Swept>;
  channels(notice: NoticeKind): Promise<string[]>;
  deliver(channel: string, notice: Notice): Promise<void>;
  freeze(request: FreezeRequest): Promise<FreezeAnswer>;
  look(request: ObserveRequest): Promise<ObserveAnswer>;
}

/** Activities on the workflow's queue: short, they wait for nothing but their answer. */
export function shortActivities(ports: EnginePorts): ShortActivities {
  return {
    gate: (request) => asActivity(() => gate(ports.journal, request)),
    settle: (request) => asActivity(() => settle(ports.journal, request)),
    note: (request) => asActivity(() => note(ports.journal, request)),
    recall: (changeId) => asActivity(() => ports.journal.entries(changeId)),
    head: () => asActivity(() => ports.journal.head()),
    clear: (request) => asActivity(() => clear(ports.journal, request)),
    wake: (holdId) => asActivity(() => wake(holdId)),
    sweep: () =>
      asActivity(() => {
        const { client } = Context.current();
        const tell: Tell = (notice, ends) => tellPeople(client, ports.notifier, notice, ends);
        return sweep({ journal: ports.journal, metrics: ports.metrics, tell });
      }),
    channels: (notice) => asActivity(() => Promise.resolve(whoIsTold(ports, notice))),
    deliver: (channel, notice) => asActivity(() => deliver(ports, channel, notice)),
    freeze: (request) => asActivity(() => freeze(ports, request, Context.current().cancellationSignal)),
    look: (request) => asActivity(() => lastLook(ports, request)),
  };
}

/** The watcher, on a queue with slots sized for bakes. */
export const observeActivities = (ports: Ports) => ({
  observe: (request: ObserveRequest): Promise<ObserveAnswer> => asActivity(() => observe(ports, request)),
});
