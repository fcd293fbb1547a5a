// A driver of another team in a process of its own: each target is a file, its version the text in it.
import { appendFile, readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { DefaultLogger, makeTelemetryFilterString, NativeConnection, Runtime, Worker } from '@temporalio/worker';

const [built, address, namespace, dir] = process.argv.slice(2);
const { driverActivities, driverQueue, revertQueue, GraywaveError } = await import(built);

const read = (id) => readFile(join(dir, `${id}.version`), 'utf8');
const write = async (id, version, grant) => {
  await appendFile(join(dir, 'log.ndjson'), `${JSON.stringify({ id, version, key: grant.key, pid: process.pid })}\n`);
  await writeFile(join(dir, `${id}.version`), version);
};

const driver = {
  name: 'other',
  async plan({ part }) {
    const files = (await readdir(dir)).filter((file) => file.endsWith('.version')).sort();
    const ids = files.map((file) => file.slice(0, -'.version'.length));
    if (part.with.version === 'nowhere') throw new GraywaveError('PLAN_REFUSED', 'the other team has no such version');
    const versions = await Promise.all(ids.map(read));
    return {
      targets: ids.map((id) => ({ id, labels: {}, share: 1 / ids.length })),
      reversible: true,
      resources: [`other:${dir}`],
      before: Object.fromEntries(ids.map((id, i) => [id, { version: versions[i] }])),
      preview: [],
    };
  },
  async apply({ part, targets, grant }, kit) {
    for (const id of targets) await kit.touch(id, () => write(id, part.with.version, grant));
    return { targets: targets.map((id) => ({ id, outcome: 'touched' })) };
  },
  async verify({ part, targets, before }) {
    const found = async (id) => {
      const version = await read(id);
      if (version === part.with.version) return { id, found: 'after', detail: version };
      return { id, found: version === before[id].version ? 'before' : 'other', detail: version };
    };
    return { targets: await Promise.all(targets.map(found)) };
  },
  async revert({ targets, before, grant }, kit) {
    for (const id of targets) await kit.touch(id, () => write(id, before[id].version, grant));
    return { targets: targets.map((id) => ({ id, outcome: 'touched' })) };
  },
};

Runtime.install({
  logger: new DefaultLogger('ERROR'),
  shutdownSignals: [],
  telemetryOptions: { logging: { forward: {}, filter: makeTelemetryFilterString({ core: 'ERROR' }) } },
});
const connection = await NativeConnection.connect({ address });
const { plan, apply, verify, revert } = driverActivities(driver);
const workers = await Promise.all([
  Worker.create({ connection, namespace, taskQueue: driverQueue('other'), activities: { plan, apply, verify } }),
  Worker.create({ connection, namespace, taskQueue: revertQueue('other'), activities: { revert, verify } }),
]);
process.on('SIGTERM', () => workers.forEach((worker) => worker.shutdown()));
const running = Promise.all(workers.map((worker) => worker.run()));
process.send?.('ready');
await running;
await connection.close();
process.disconnect?.();
