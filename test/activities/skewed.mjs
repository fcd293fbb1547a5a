// A worker that only watches, on a machine whose clock is off by so many seconds; SIGUSR2 sets it another hour forward,
// SIGHUP two hours back. The clock is this process's own: it is wrong before anything else is loaded.
const [dist, address, namespace, dir, everySeconds, skewSeconds, target] = process.argv.slice(2);
const RealDate = Date;
let offMs = Number(skewSeconds) * 1000;
globalThis.Date = class extends RealDate {
  constructor(...of) {
    super(...(of.length === 0 ? [RealDate.now() + offMs] : of));
  }
  static now() {
    return RealDate.now() + offMs;
  }
};
Object.defineProperty(performance, 'timeOrigin', { value: performance.timeOrigin + offMs });
process.on('SIGUSR2', () => (offMs += 3_600_000));
process.on('SIGHUP', () => (offMs -= 7_200_000));

const { DefaultLogger, makeTelemetryFilterString, NativeConnection, Runtime } = await import('@temporalio/worker');
const { createWorkers, running } = await import(`${dist}src/worker.js`);
const { FileCellStore } = await import(`${dist}src/cells/file.js`);
const { FileJournal } = await import(`${dist}src/journal/file.js`);
const { openSource } = await import(`${dist}src/sources/open.js`);

const discovery = { static: [{ target, labels: { service: 'app' } }] };
Runtime.install({
  logger: new DefaultLogger('ERROR'),
  shutdownSignals: [],
  telemetryOptions: { logging: { forward: {}, filter: makeTelemetryFilterString({ core: 'ERROR' }) } },
});
const connection = await NativeConnection.connect({ address });
const ports = {
  journal: new FileJournal(`${dir}/journal.ndjson`),
  cells: new FileCellStore(`${dir}/cells`),
  sources: new Map([['memory', openSource('memory', { kind: 'scrape', discovery })]]),
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
