import { activityInfo } from '@temporalio/activity';
import type { EnginePorts } from '../../src/activities/ports.js';
import type { CellStore } from '../../src/cells/port.js';
import type { Journal, JournalRecord } from '../../src/journal/port.js';
import { GraywaveError } from '../../src/errors.js';
import type { Source } from '../../src/sources/port.js';
import { misrecord } from './broken.js';
import type { Stops } from './stops.js';

/** The engine's ports, with stops for every change that is told to stop there. */
export const withStops = (ports: EnginePorts, stops: Stops): EnginePorts => ({
  ...ports,
  journal: journalWith(ports.journal, stops),
  cells: cellsWith(ports.cells, stops),
  sources: new Map([...ports.sources].map(([name, source]) => [name, sourceWith(source, stops)])),
});

/** What a record is of, as stops name it: `image/2`, `settle`, `adopt` … */
function subject(record: JournalRecord): string {
  if (record.kind === 'settle') return 'settle';
  if (record.kind === 'act') return record.act;
  return `record ${record.part}/${record.key.split('/').at(-2)}`;
}

function journalWith(journal: Journal, stops: Stops): Journal {
  return {
    append: async (record, expect, by) => {
      const { changeId } = record;
      return stops.around(changeId, async () => {
        await stops.at(changeId, `${subject(record)}: before`);
        const lie = misrecord(stops.signs.rules(changeId).broken, record, expect);
        const answer = lie ?? (await journal.append(record, expect, by));
        if (answer.outcome === 'taken') await stops.at(changeId, `${subject(record)}: recorded`);
        return answer;
      });
    },
    entries: async (changeId) => {
      if (activityInfo().activityType === 'recall') await stops.at(changeId, 'recall');
      return journal.entries(changeId);
    },
    head: () => journal.head(),
    unsettled: () => journal.unsettled(),
    close: () => journal.close(),
  };
}

/** Looks are marked, so that who waits for one need not ask the server over and over. */
function cellsWith(cells: CellStore, stops: Stops): CellStore {
  return {
    append: async (changeId, look) => {
      const stored = await cells.append(changeId, look);
      stops.mark(changeId, `look ${look.wave}`, 'passed');
      return stored;
    },
    read: (changeId) => cells.read(changeId),
    head: (changeId) => cells.head(changeId),
  };
}

function sourceWith(source: Source, stops: Stops): Source {
  const changeId = (): string => activityInfo().workflowExecution?.workflowId.slice('change/'.length) ?? '';
  return {
    name: source.name,
    read: async (...call) => {
      if (activityInfo().activityType === 'freeze') await stops.at(changeId(), 'freeze');
      if (stops.signs.rules(changeId()).sourceDown)
        throw new GraywaveError('SOURCE_DOWN', 'the source was taken away on purpose');
      return source.read(...call);
    },
    histogram: (...call) => source.histogram(...call),
  };
}
