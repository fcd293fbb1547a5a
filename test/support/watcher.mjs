// A worker that only watches, on a source any process can compute: every target counts up with the clock.
import { DefaultLogger, makeTelemetryFilterString, NativeConnection, Runtime } from '@temporalio/worker';

const [dist, address, namespace, dir, everySeconds] = process.argv.slice(2);
const { createWorkers, running } = await import(`${dist}src/worker.js`);
const { FileCellStore } = await import(`${dist}src/cells/file.js`);
const { FileJournal } = await import(`${dist}src/journal/file.js`);
const { countAt, targets } = await import(new URL('./clockwork.mjs', import.meta.url).href);

const source = {
  name: 'memory',
  async read(queries) {
    // A little ahead, so that the look's own clock cannot pass the reading's.
    const atMs = Date.now() + 20;
    const row = (stream, target) => ({ stream, target, incarnation: '1', atMs, ...countAt(atMs) });
    return { atMs, counts: queries.flatMap(({ stream }) => targets.map((target) => row(stream, target))) };
  },
  histogram: () => Promise.reject(new Error('none')),
};

Runtime.install({
  logger: new DefaultLogger('ERROR'),
  shutdownSignals: [],
  telemetryOptions: { logging: { forward: {}, filter: makeTelemetryFilterString({ core: 'ERROR' }) } },
});
const connection = await NativeConnection.connect({ address });
const ports = {
  journal: new FileJournal(`${dir}/journal.ndjson`),
  cells: new FileCellStore(`${dir}/cells`),
  sources: new Map([['memory', source]]),
  pace: { firstSeconds: Number(everySeconds), everySeconds: Number(everySeconds), warmupSeconds: 0 },
};
const slots = { short: 100, observe: 500, driver: 50, revert: 50 };
const created = await createWorkers({ ports, drivers: [] }, slots, { connection, namespace });
const watching = created.filter((worker) => worker.options.taskQueue === 'graywave.observe');
// The other queues of `createWorkers` are never run and hold the connection: it ends with the process.
const worker = running(watching, () => Promise.resolve());
process.on('SIGTERM', () => void worker.stop());
process.send('ready');
await worker.done;
process.exit(0);
