import { join } from 'node:path';
import { NativeConnection } from '@temporalio/worker';
import { FileCellStore } from '../../src/cells/file.js';
import { checkConfig } from '../../src/config.js';
import { FileJournal } from '../../src/journal/file.js';
import { makeLog } from '../../src/log.js';
import { openMetrics } from '../../src/metrics.js';
import { openNotifier } from '../../src/notify/notifier.js';
import { openSource } from '../../src/sources/open.js';
import { createWorkers, installRuntime, running } from '../../src/worker.js';
import { Counted } from './counted.js';
import { nothing, touchesMs } from './nothing.js';

/** Child of the bench: one worker process as it is shipped, but for a source, a pace, and cells that are counted. */
const [directory = '', address = '', url = '', observe = ''] = process.argv.slice(2);
const config = checkConfig(
  {
    pace: { firstSeconds: 10, everySeconds: 10 },
    slots: { observe: Number(observe) },
    sources: { prometheus: { kind: 'prometheus', url } },
  },
  join(directory, 'graywave.yaml'),
);
installRuntime(makeLog('error'), null);
const connection = await NativeConnection.connect({ address });
const journal = new FileJournal(join(directory, 'journal.ndjson'));
const cells = new Counted(new FileCellStore(join(directory, 'cells')));
const { prometheus } = config.sources;
const sources = new Map([['prometheus', openSource('prometheus', prometheus)]]);
const ports = {
  journal,
  cells,
  sources,
  pace: config.pace,
  notifier: openNotifier(config.notify),
  metrics: openMetrics(null, { sources: [], channels: [] }),
};
const common = { connection, namespace: 'default' };
const workers = await createWorkers({ ports, drivers: [nothing] }, config.slots, common);
const worker = running(workers, async () => {
  await journal.close();
  await connection.close();
});
process.on('message', (asked) => process.send?.(asked === 'touches' ? touchesMs() : cells.taken()));
process.on('SIGTERM', () => void worker.stop());
process.on('disconnect', () => process.exit(0));
process.send?.('ready');
await worker.done;
process.exit(0);
